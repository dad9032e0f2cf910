import { ValidationError } from "../errors.ts";
import type { Severity } from "./hold-rows.ts";
import type { Millis } from "./journal-rows.ts";
import type { Attributes } from "./run-rows.ts";

/**
 * What can be read in the feed. Of a run: that it was started, taken by a worker (`running`), put down (`parked`), put back (`ready`: by an
 * operator, or by its worker), paused, continued as a new generation, or how it ended. That a parked run was woken is not said: the next is
 * that a worker takes it. Of a hold: that it was opened, moved and is still open (`moved`: claimed, commented, voted, …), or what it became.
 */
export type ChangeType =
  | "run.started"
  | "run.ready"
  | "run.running"
  | "run.parked"
  | "run.paused"
  | "run.diverged"
  | "run.completed"
  | "run.failed"
  | "run.cancelled"
  | "run.continued"
  | "hold.opened"
  | "hold.moved"
  | "hold.answered"
  | "hold.decided"
  | "hold.expired"
  | "hold.withdrawn"
  | "hold.superseded";

/** One thing that happened to a run or a hold. */
export interface Change {
  type: ChangeType;
  at: Millis;
  /** Attributes are those it has now. */
  run: { id: string; generation: number; workflow: string; attributes: Attributes };
  /** Null when it happened to the run. */
  hold: { id: string; key: string; name: string; severity: Severity } | null;
  /** Where to go on right behind it. */
  cursor: string;
}

/** A page of the feed. */
export interface ChangePage {
  changes: Change[];
  /** Where to go on. */
  cursor: string;
  /** There is more behind the cursor already. */
  more: boolean;
  /**
   * What lay between the cursor and the changes that are kept is not known any more (it is too old, or of another database): whoever
   * needs all of it has to look at all runs and holds. The cursor goes on from the newest.
   */
  lost: boolean;
}

/** Which page of the feed. */
export interface ChangesAfter {
  /** The cursor of an earlier page, or of a change; null begins now. */
  after: string | null;
  limit: number;
  now: Millis;
}

/** Numbers that were not there when a higher one was: from the first to the last of them. */
interface Gap {
  from: number;
  to: number;
  /** When that was noticed. */
  since: Millis;
}

/**
 * How far a reader has come. Changes are numbered as they are written, and in a database with several writers a lower
 * number may be committed after a higher one: what was missing is looked for again, until its transaction has most
 * probably been undone.
 */
export interface FeedCursor {
  through: number;
  gaps: Gap[];
}

/** A change as a store has read it; null for one of another namespace, or of a run that was removed. */
export interface NumberedChange {
  n: number;
  change: Omit<Change, "cursor"> | null;
}

/** So long a number that is missing is looked for, however many come behind it: a transaction may take minutes. */
const patienceMs = 2 * 60_000;
/** So long where it is among the newest. */
const nearPatienceMs = 15 * 60_000;
const near = 500;
/** So many gaps are remembered, the newest: a cursor must fit a header of HTTP. */
const mostGaps = 250;
/** So many numbers before the newest change a new reader looks for what is not committed yet. */
export const feedOverlap = 500;
/** So many changes are kept at least. */
export const feedLength = 500_000;

/** @throws ValidationError it is not the cursor of a feed */
export function readFeedCursor(text: string): FeedCursor {
  const [through, ...gaps] = text.split("_");
  const numbers = (form: RegExp, part: string | undefined): number[] =>
    (form.exec(part ?? "") ?? []).slice(1).map(Number);
  const [last] = numbers(/^(\d{1,15})$/, through);
  const missing = gaps.map((gap) => numbers(/^(\d{1,15})-(\d{1,15})@(\d{1,15})$/, gap));
  if (last !== undefined && missing.every(([from, to]) => from !== undefined && to !== undefined && from <= to))
    return { through: last, gaps: missing.map(([from = 0, to = 0, since = 0]) => ({ from, to, since })) };
  throw new ValidationError("after", [{ path: "", message: "is no place in the feed; begin without one" }]);
}

/** The cursor as the text that readers keep: `120`, or `120_117-118@1763700000000` when two numbers are missing. */
export function feedCursorText({ through, gaps }: FeedCursor): string {
  return [through, ...gaps.map(({ from, to, since }) => `${from}-${to}@${since}`)].join("_");
}

/** Where a new reader begins: behind the newest, and where one of the numbers before it is missing, it may yet come. */
export function firstFeedCursor(newest: readonly number[], now: Millis): FeedCursor {
  const numbers = newest.toSorted((a, b) => a - b);
  const cursor = { through: (numbers[0] ?? 1) - 1, gaps: [] };
  return numbers.reduce<FeedCursor>((at, n) => behind(at, n, now), cursor);
}

/** The cursor behind one more change: a number that was missing, or a higher one. */
function behind({ through, gaps }: FeedCursor, n: number, now: Millis): FeedCursor {
  if (n <= through) return { through, gaps: gaps.flatMap((gap) => without(gap, n)) };
  if (n === through + 1) return { through: n, gaps };
  const missing = { from: through + 1, to: n - 1, since: now };
  return { through: n, gaps: [...gaps, missing].slice(-mostGaps) };
}

function without({ from, to, since }: Gap, n: number): Gap[] {
  if (n < from || n > to) return [{ from, to, since }];
  const sides = [
    { from, to: n - 1, since },
    { from: n + 1, to, since },
  ];
  return sides.filter((side) => side.from <= side.to);
}

/**
 * The changes of a page, each with its place, and the place behind them.
 *
 * @param read what was found of the missing numbers, then what came behind `before.through`, rising
 */
export function readFeed(
  before: FeedCursor,
  read: readonly NumberedChange[],
  now: Millis,
): Pick<ChangePage, "changes" | "cursor"> {
  let cursor: FeedCursor = {
    through: before.through,
    gaps: before.gaps.filter(
      ({ to, since }) => now - since < (to >= before.through - near ? nearPatienceMs : patienceMs),
    ),
  };
  const changes: Change[] = [];
  for (const { n, change } of read) {
    cursor = behind(cursor, n, now);
    if (change !== null) changes.push({ ...change, cursor: feedCursorText(cursor) });
  }
  return { changes, cursor: feedCursorText(cursor) };
}
