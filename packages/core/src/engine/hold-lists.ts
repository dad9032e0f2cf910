import { emptyDocument } from "../hold/request.ts";
import type { HoldFilter, HoldRow, Page, PageOf } from "../store/store.ts";
import { erasedCodec } from "../store/transitions.ts";
import { documentOf } from "./hold-acting.ts";
import { type Hold, viewHold } from "./hold-view.ts";
import type { EngineParts } from "./parts.ts";

/** Which holds; everything that is given must hold. */
export interface HoldListFilter extends HoldFilter {
  /** With this tag. It stands in what a hold says, not in its row, so they are looked through for it: at most 500 for a page. */
  tag?: string;
  /** Words that all stand somewhere in its title, consequence, name, workflow, run or tags. Looked through likewise. */
  text?: string;
}

/** So many holds are looked at for one page, however few of them fit: a list answers in milliseconds, and its cursor goes on. */
export const mostLooked = 500;

/** Holds that fit, in the filter's order. */
export async function listHolds(
  parts: EngineParts,
  { tag, text, ...filter }: HoldListFilter,
  page: Page,
): Promise<PageOf<Hold>> {
  const { store, namespace } = parts;
  const read = (asked: Page): Promise<PageOf<HoldRow>> => store.holds(namespace, filter, asked);
  const rows =
    tag === undefined && text === undefined
      ? await read(page)
      : await gather(read, page, async (some) => some.filter((row) => isFound(parts, row, { tag, text })));
  return { items: await Promise.all(rows.items.map((row) => viewHold(parts, row))), cursor: rows.cursor };
}

/** Whether a hold says what is looked for. */
export function isFound(
  parts: EngineParts,
  row: HoldRow,
  { tag, text }: { tag: string | undefined; text: string | undefined },
): boolean {
  return (tag === undefined || hasTag(parts, row, tag)) && (text === undefined || hasWords(parts, row, text));
}

function hasWords(parts: EngineParts, row: HoldRow, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const { consequence, tags } = row.request.codec === erasedCodec ? emptyDocument : documentOf(parts, row);
  const said = [row.title, consequence ?? "", row.name, row.workflow, row.runId, row.id, ...tags]
    .join("\n")
    .toLowerCase();
  return words.every((word) => said.includes(word));
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
export async function gather(
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
