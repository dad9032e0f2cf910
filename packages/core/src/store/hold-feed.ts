import { ValidationError } from "../errors.ts";
import type { Millis } from "./journal-rows.ts";

/** Which holds have changed. */
export interface ChangedHolds {
  /** Ids of the holds that changed, each once. */
  holds: string[];
  /** Where to go on. */
  cursor: string;
  /** There is more behind the cursor already. */
  more: boolean;
  /**
   * What lay between the cursor and the changes that are kept is not known any more (it is too old, or of another database): whoever
   * needs all of it has to look at all holds. The cursor goes on from there.
   */
  lost: boolean;
}

/** Numbers of changes that were not there when a higher one was. */
interface Gap {
  n: number;
  /** When that was noticed. */
  since: Millis;
}

/**
 * How far a reader has come. Changes are numbered as they are written, and in a database with several writers a lower
 * number may be committed after a higher one: what was missing is looked for again, until it is certain that its
 * transaction was undone.
 */
export interface FeedCursor {
  through: number;
  gaps: Gap[];
}

/** No transaction takes longer: each of its statements is ended after seconds. */
const patienceMs = 15 * 60_000;
/** Numbers that are looked for at most; the highest are kept. */
const mostGaps = 500;
/** How far before the newest change a new reader begins: what is not yet committed there would otherwise be missed. */
export const feedOverlap = 500;
/** So many changes are kept at least. */
export const feedLength = 100_000;

/** @throws ValidationError it is not the cursor of a feed */
export function readFeedCursor(text: string): FeedCursor {
  const [through = "", ...gaps] = text.split(" ");
  const cursor = {
    through: Number(through),
    gaps: gaps.map((gap) => {
      const [n, since] = gap.split("@");
      return { n: Number(n), since: Number(since) };
    }),
  };
  const numbers = [cursor.through, ...cursor.gaps.flatMap(({ n, since }) => [n, since])];
  if (through !== "" && numbers.every((n) => Number.isSafeInteger(n) && n >= 0)) return cursor;
  throw new ValidationError("after", [{ path: "", message: "is no cursor of a feed of holds; begin with null" }]);
}

/** The cursor as the text that readers keep. */
export function feedCursorText({ through, gaps }: FeedCursor): string {
  return [through, ...gaps.map(({ n, since }) => `${n}@${since}`)].join(" ");
}

/**
 * The cursor after a page.
 *
 * @param found numbers of the changes that were found behind `before.through`, rising
 * @param filled those of the gaps that were found
 */
export function nextFeedCursor(
  before: FeedCursor,
  found: readonly number[],
  filled: ReadonlySet<number>,
  now: Millis,
): FeedCursor {
  const gaps = before.gaps.filter(({ n, since }) => !filled.has(n) && now - since < patienceMs);
  let through = before.through;
  for (const n of found) {
    for (let missing = Math.max(through + 1, n - mostGaps); missing < n; missing++)
      gaps.push({ n: missing, since: now });
    through = n;
  }
  return { through, gaps: gaps.slice(-mostGaps) };
}
