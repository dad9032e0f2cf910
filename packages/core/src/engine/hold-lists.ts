import { isConcerned, isIndependent, type Situation, standingOf } from "../hold/electorate.ts";
import type { HoldFilter, HoldRow, Page, PageOf } from "../store/store.ts";
import { erasedCodec } from "../store/transitions.ts";
import { documentOf, situationsOf } from "./hold-acting.ts";
import { type Hold, viewHold } from "./hold-view.ts";
import type { EngineParts } from "./parts.ts";

/** Which holds; everything that is given must hold. */
export interface HoldListFilter extends HoldFilter {
  /** With this tag. It stands in what a hold says, not in its row, so they are looked through for it: at most 500 for a page. */
  tag?: string;
}

/** So many holds are looked at for one page, however few of them fit: a list answers in milliseconds, and its cursor goes on. */
const mostLooked = 500;

/** Holds that fit, newest first. */
export async function listHolds(
  parts: EngineParts,
  { tag, ...filter }: HoldListFilter,
  page: Page,
): Promise<PageOf<Hold>> {
  const { store, namespace } = parts;
  const read = (asked: Page): Promise<PageOf<HoldRow>> => store.holds(namespace, filter, asked);
  const rows =
    tag === undefined
      ? await read(page)
      : await gather(read, page, async (some) => some.filter((row) => hasTag(parts, row, tag)));
  return { items: await Promise.all(rows.items.map((row) => viewHold(parts, row))), cursor: rows.cursor };
}

/** Open holds that somebody may decide now, newest first. */
export async function inboxOf(
  parts: EngineParts,
  person: string,
  { tag, ...filter }: Omit<HoldListFilter, "status">,
  page: Page,
): Promise<PageOf<Hold>> {
  const { store, namespace } = parts;
  const rows = await gather(
    (asked) => store.holds(namespace, { ...filter, status: ["open"] }, asked),
    page,
    async (some) => {
      const tagged = tag === undefined ? some : some.filter((row) => hasTag(parts, row, tag));
      const situations = await situationsOf(parts, tagged, [person]);
      return tagged.filter((_row, at) => mayAnswer(situations[at] as Situation, person));
    },
  );
  return { items: await Promise.all(rows.items.map((row) => viewHold(parts, row))), cursor: rows.cursor };
}

/** Whose answer is there among independent ones has nothing left to do. */
function mayAnswer(situation: Situation, person: string): boolean {
  const { document, progress, round } = situation;
  if (!isConcerned(situation, person) || typeof standingOf(situation, person) === "string") return false;
  return !isIndependent(document) || !progress.votes.some((vote) => vote.by === person && vote.round === round);
}

function hasTag(parts: EngineParts, row: HoldRow, tag: string): boolean {
  const { codec, bytes } = row.request;
  if (codec === erasedCodec) return false;
  // As JSON it stands there letter by letter: most need no reading.
  if (codec === "json" && !Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(JSON.stringify(tag)))
    return false;
  return documentOf(parts, row).tags.includes(tag);
}

/** A page of what fits, from pages of which only some does. */
async function gather(
  read: (page: Page) => Promise<PageOf<HoldRow>>,
  { limit, cursor: from }: Page,
  fitting: (rows: HoldRow[]) => Promise<HoldRow[]>,
): Promise<PageOf<HoldRow>> {
  const items: HoldRow[] = [];
  let cursor = from;
  let size = limit;
  for (let looked = 0; ; ) {
    const rows = await read({ limit: size, cursor });
    for (const row of await fitting(rows.items)) {
      items.push(row);
      if (items.length < limit) continue;
      const behind = rows.items.indexOf(row) + 1;
      if (behind === rows.items.length) return { items, cursor: rows.cursor };
      return { items, cursor: await cursorAfter(read, cursor, row, behind) };
    }
    cursor = rows.cursor;
    looked += rows.items.length;
    if (cursor === null || looked >= mostLooked) return { items, cursor };
    size = Math.min(Math.max(limit, size * 2), mostLooked - looked);
  }
}

/**
 * The cursor behind a row in the middle of a page, which only the store can say. Holds come and go meanwhile: better one
 * is listed twice than not at all.
 */
async function cursorAfter(
  read: (page: Page) => Promise<PageOf<HoldRow>>,
  from: string | null,
  row: HoldRow,
  expected: number,
): Promise<string | null> {
  for (let tries = 0, size = expected; tries < 5; tries++) {
    const rows = await read({ limit: size, cursor: from });
    const at = rows.items.findIndex(({ id }) => id === row.id);
    if (at >= 0 && at === rows.items.length - 1) return rows.cursor;
    size = at < 0 ? Math.min(1000, size + 10) : at + 1;
  }
  return from;
}
