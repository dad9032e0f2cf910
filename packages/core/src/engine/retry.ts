import { InvalidStateError, NotFoundError } from "../errors.ts";
import { decodePayload } from "../journal/payload.ts";
import type { Entry } from "../store/store.ts";
import { isPinned } from "./adoption.ts";
import { deliverTo } from "./control.ts";
import type { EngineParts } from "./parts.ts";
import { assemble } from "./payloads.ts";

/** A failed run goes on at the failed step; a diverged one is tried again on today's code. */
export async function retryRun(parts: EngineParts, id: string, by: string | null): Promise<void> {
  const { store, namespace } = parts;
  const row = await store.run(namespace, id);
  if (!row) throw new NotFoundError("run", id);
  const [read] = await store.history(namespace, [{ pk: row.pk, after: 0 }]);
  const history = read ?? { entries: [], mail: [] };
  const pinned = row.status === "ready" && isPinned(history);
  if (row.status !== "failed" && row.status !== "diverged" && !pinned) {
    throw new InvalidStateError(`run ${id} is ${row.status}: only a failed or diverged run can be retried`, {
      status: row.status,
    });
  }
  let from: number | null = null;
  if (row.status === "failed") {
    const { entries } = await assemble(store, namespace, row.pk, history);
    from = failedAt(parts, entries);
    const undone = entries.find((entry) => entry.seq >= (from as number) && entry.key.startsWith("shield:cleanup"));
    if (undone) {
      throw new InvalidStateError(
        `run ${id} has begun to undo its steps (${undone.key}): it cannot be retried; fork it from before the first undone step`,
        { key: undone.key },
      );
    }
  }
  await deliverTo(parts, id, { kind: "retry", payload: parts.encodeInline({ from }, "retry"), sender: by }, [
    "failed",
    "diverged",
    ...(pinned ? (["ready"] as const) : []),
  ]);
}

/** The number of the completion that made the run fail: the failed step's or child's, else the run's own end. */
function failedAt(parts: EngineParts, entries: readonly Entry[]): number {
  const end = entries.findLast((entry) => entry.key === "run" && entry.phase.startsWith("settled"));
  if (!end) return 1;
  for (const key of keysIn(decodePayload(end.payload, parts.codec))) {
    const settled = entries.findLast(
      (entry) => entry.key === key && entry.outcome === "error" && entry.phase.startsWith("settled"),
    );
    if (settled) return settled.seq;
  }
  return end.seq;
}

/** Keys of the failed steps in an error and its causes, the outermost first. */
function keysIn(error: unknown): string[] {
  const keys: string[] = [];
  for (let one = error, depth = 0; one instanceof Error && depth < 20; one = one.cause, depth++) {
    const { details } = one as { details?: { key?: unknown } };
    if (typeof details?.key === "string") keys.push(details.key);
    if (one instanceof AggregateError) keys.push(...one.errors.flatMap(keysIn));
  }
  return keys;
}
