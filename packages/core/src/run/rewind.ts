import type { Entry, Mail } from "../store/store.ts";
import type { Call } from "./operation.ts";
import type { KeyRecord } from "./record-book.ts";
import type { Scope } from "./scope.ts";

/** The history from one retry (null: from the start) to the next. */
export interface Segment {
  retry: Mail | null;
  /** Where that retry goes back to. */
  from: number;
  entries: readonly Entry[];
  mail: readonly Mail[];
}

/** Mail that says nothing any more once a retry has gone back to before it. Signals stay: they are somebody's words. */
const voidable: ReadonlySet<Mail["kind"]> = new Set(["tick", "cancel", "pause", "resume"]);

/** Numbers of what concerned the run as a whole at `from` or later: a retry that goes back there voids it. */
export function voidedNumbers(entries: readonly Entry[], mail: readonly Mail[], from: number): number[] {
  const late = mail.filter((row) => row.n >= from && voidable.has(row.kind)).map((row) => row.n);
  const ends = entries.filter((entry) => entry.seq >= from && entry.kind === "run").map((entry) => entry.seq);
  return [...late, ...ends];
}

/**
 * Tells what was done in branches that ran beside the failure from what the code did because of it. The first counts
 * still: its branch was under way and knew nothing of the failure. The second is void: the code may not get there again.
 */
export function besides(open: readonly Call[], failed: ReadonlySet<Call>): (key: string) => boolean {
  const paths = new Set<string>();
  const around = new Set<Scope>();
  for (const { scope } of open) {
    // A branch that contains the failure is not beside it.
    const contains = ({ path }: Scope): boolean => [...failed].some((call) => call.scope.path.startsWith(path));
    if (contains(scope)) continue;
    paths.add(scope.path);
    // The code around it went on when it was done. In a shield it may have done so because it was cancelled.
    for (let outer = scope.parent; outer && !contains(outer); outer = outer.parent) around.add(outer);
  }
  return (key) => {
    for (const path of paths) if (key.startsWith(path)) return true;
    for (const scope of around) if (scope.owns(key)) return true;
    return false;
  };
}

/** Whether a record that the code has not reached again gives a result of its own, whatever became of the run. */
export function stands({ settled, opens }: KeyRecord, answer: Mail | undefined): boolean {
  const kind = settled?.kind ?? opens[0]?.kind;
  if (kind === "step") return settled?.outcome === "ok";
  if (kind === "hold" || kind === "child") return answer?.outcome === "ok" || settled?.outcome === "ok";
  return kind === "sleep";
}
