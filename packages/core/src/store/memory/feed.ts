import {
  type ChangePage,
  type ChangesAfter,
  type ChangeType,
  feedCursorText,
  feedLength,
  type NumberedChange,
  readFeed,
  readFeedCursor,
} from "../feed.ts";
import type { Millis, RunPk, RunStatus } from "../store.ts";
import type { MemoryHold, MemoryRun } from "./rows.ts";
import type { Space } from "./space.ts";

/** By their keys, so that nothing is kept here that retention has removed. */
interface MemoryChange {
  type: ChangeType;
  at: Millis;
  runPk: RunPk;
  holdId: string | null;
}

/** Changes of runs and holds in the order they were made, the newest of them. */
export class Feed {
  #changes: MemoryChange[] = [];
  #dropped = 0;

  /** That a run was made, or what its status has become. */
  addRun(run: MemoryRun, status: RunStatus | "started" | "continued", at: Millis): void {
    this.#add({ type: `run.${status}`, at, runPk: run.row.pk, holdId: null });
  }

  /** That a hold was opened, or what it has become. */
  addHold({ row }: MemoryHold, at: Millis): void {
    const { id, runPk, status, revision } = row;
    const type = revision === 0 ? "opened" : status === "open" ? "moved" : status;
    this.#add({ type: `hold.${type}`, at, runPk, holdId: id });
  }

  get last(): number {
    return this.#dropped + this.#changes.length;
  }

  /** The number of the first that is kept. */
  get first(): number {
    return this.#dropped + 1;
  }

  after(n: number, limit: number): { n: number; change: MemoryChange }[] {
    const from = Math.max(0, n - this.#dropped);
    return this.#changes.slice(from, from + limit).map((change, i) => ({ n: this.#dropped + from + i + 1, change }));
  }

  #add(change: MemoryChange): void {
    this.#changes.push(change);
    if (this.#changes.length <= 2 * feedLength) return;
    const old = this.#changes.length - feedLength;
    this.#changes = this.#changes.slice(old);
    this.#dropped += old;
  }
}

function seen(space: Space, { type, at, runPk, holdId }: MemoryChange): NumberedChange["change"] {
  const run = space.runs.get(runPk);
  if (run === undefined) return null;
  const { id, generation, workflow, attributes } = run.row;
  const hold = holdId === null ? undefined : space.holds.get(holdId)?.row;
  return {
    type,
    at,
    run: { id, generation, workflow, attributes: { ...attributes } },
    hold: hold === undefined ? null : { id: hold.id, key: hold.key, name: hold.name, severity: hold.severity },
  };
}

export function changes(space: Space, { after, limit, now }: ChangesAfter): ChangePage {
  const { feed } = space;
  const cursor = after === null ? null : readFeedCursor(after);
  const lost = cursor !== null && (cursor.through + 1 < feed.first || cursor.through > feed.last);
  if (cursor === null || lost)
    return { changes: [], cursor: feedCursorText({ through: feed.last, gaps: [] }), more: false, lost };
  const found = feed.after(cursor.through, limit);
  const read = found.map(({ n, change }) => ({ n, change: seen(space, change) }));
  return { ...readFeed(cursor, read, now), more: found.length === limit, lost };
}
