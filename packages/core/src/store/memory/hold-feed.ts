import {
  type ChangedHolds,
  feedCursorText,
  feedLength,
  feedOverlap,
  nextFeedCursor,
  readFeedCursor,
} from "../hold-feed.ts";
import type { Millis } from "../store.ts";
import type { Space } from "./space.ts";

/** Changes of holds in the order they were made, the newest of them. */
export class HoldChanges {
  #ids: string[] = [];
  #dropped = 0;

  add(id: string): void {
    this.#ids.push(id);
    if (this.#ids.length > 2 * feedLength) this.#trim();
  }

  get last(): number {
    return this.#dropped + this.#ids.length;
  }

  /** The number of the first that is kept. */
  get first(): number {
    return this.#dropped + 1;
  }

  after(n: number, limit: number): { n: number; id: string }[] {
    const from = Math.max(0, n - this.#dropped);
    return this.#ids.slice(from, from + limit).map((id, i) => ({ n: this.#dropped + from + i + 1, id }));
  }

  #trim(): void {
    const old = this.#ids.length - feedLength;
    this.#ids = this.#ids.slice(old);
    this.#dropped += old;
  }
}

export function changedHolds(
  space: Space,
  { after, limit, now }: { after: string | null; limit: number; now: Millis },
): ChangedHolds {
  const { holdChanges: changes } = space;
  let cursor = after === null ? null : readFeedCursor(after);
  const lost = cursor !== null && (cursor.through + 1 < changes.first || cursor.through > changes.last);
  if (cursor === null || lost) cursor = { through: Math.max(0, changes.last - feedOverlap), gaps: [] };
  const found = changes.after(cursor.through, limit);
  const next = nextFeedCursor(
    cursor,
    found.map(({ n }) => n),
    new Set(),
    now,
  );
  const holds = [...new Set(found.map(({ id }) => id))].filter((id) => space.holds.has(id));
  return { holds, cursor: feedCursorText(next), more: found.length === limit, lost };
}
