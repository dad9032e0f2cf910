import { type Change, type FeedCursor, readFeedCursor } from "@holdpoint/core";
import { frame } from "./frame.ts";

/** A change of the feed, or (null) that some were lost, as it is written to everybody who wants it. */
export interface LoggedChange {
  change: Change | null;
  /** Right behind it. */
  cursor: string;
  frame: Uint8Array;
}

/** A change as it is sent. */
export function logged(change: Change): LoggedChange {
  const { cursor, type, at, run, hold } = change;
  const data = { id: cursor, type, at: new Date(at).toISOString(), run, hold };
  return { change, cursor, frame: frame({ id: cursor, data }) };
}

/** Says that there is no way back to what a reader has not seen; it goes on from here. */
export function lostChanges(cursor: string, at: Date): LoggedChange {
  return {
    change: null,
    cursor,
    frame: frame({ id: cursor, data: { id: cursor, type: "lost", at: at.toISOString() } }),
  };
}

/** The place of a reader, however it came there: how far, and which numbers are missing before. */
function placeOf(cursor: string): string {
  const { through, gaps }: FeedCursor = readFeedCursor(cursor);
  const missing: { from: number; to: number }[] = [];
  for (const { from, to } of gaps.toSorted((a, b) => a.from - b.from)) {
    const last = missing.at(-1);
    if (last !== undefined && last.to + 1 === from) last.to = to;
    else missing.push({ from, to });
  }
  return [through, ...missing.map(({ from, to }) => `${from}-${to}`)].join(" ");
}

/** The newest changes of a namespace as this process has read them, by the places between them. */
export class ChangeLog {
  /** Behind the last one. */
  cursor: string;
  private entries: LoggedChange[] = [];
  private dropped = 0;
  private readonly places = new Map<string, number>();
  /** The place at the end where it is behind no change: others' changes were passed over, or a missing number was given up. */
  private passed: string | null = null;

  private readonly kept: number;

  /** @param kept so many of the newest changes are in memory at least: who is further behind reads from the store */
  constructor(cursor: string, kept: number) {
    this.kept = kept;
    this.cursor = cursor;
    this.passTo(cursor);
  }

  /** The number behind the last change. */
  get end(): number {
    return this.dropped + this.entries.length;
  }

  /** Adds what was read; the log ends behind it. */
  add(changes: readonly LoggedChange[], cursor: string): void {
    for (const one of changes) {
      this.entries.push(one);
      this.places.set(placeOf(one.cursor), this.end);
    }
    this.cursor = cursor;
    this.passTo(cursor);
    if (this.entries.length > 2 * this.kept) this.trim();
  }

  /** Changes from a number on, at most so many; null when they are not kept any more. */
  from(n: number, limit: number): LoggedChange[] | null {
    return n < this.dropped ? null : this.entries.slice(n - this.dropped, n - this.dropped + limit);
  }

  /** The number of the change behind a place; null when this log does not know the place. */
  find(cursor: string): number | null {
    return this.places.get(placeOf(cursor)) ?? null;
  }

  /** Only the newest of such places is kept, or there would be one for each look while nothing happens. */
  private passTo(cursor: string): void {
    const place = placeOf(cursor);
    if (this.passed !== null && this.passed !== place) this.places.delete(this.passed);
    this.passed = this.places.has(place) && this.passed !== place ? null : place;
    this.places.set(place, this.end);
  }

  private trim(): void {
    const old = this.entries.length - this.kept;
    this.entries = this.entries.slice(old);
    this.dropped += old;
    for (const [place, n] of this.places) if (n < this.dropped) this.places.delete(place);
  }
}
