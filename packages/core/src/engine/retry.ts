import { InvalidStateError, NotFoundError } from "../errors.ts";
import type { Entry, History, RunRow } from "../store/store.ts";
import { isPinned } from "./adoption.ts";
import { firstUndone } from "./compensated.ts";
import { deliverTo } from "./control.ts";
import { failedAt } from "./failed-at.ts";
import type { EngineParts } from "./parts.ts";
import { assemble, erased, whyUnreadable } from "./payloads.ts";

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
  if (row.salt === null) throw erased(id);
  let from: number | null = null;
  let superseded: number[] = [];
  if (row.status === "failed") {
    const whole = await assemble(store, namespace, row.pk, history).catch(async (error: unknown) => {
      throw await whyUnreadable(parts, row, error);
    });
    from = failedAt(whole, parts.codec);
    refuseCompensated(id, whole.entries, from);
    superseded = await supersededFrom(parts, row, whole, from);
  }
  const payload = parts.encodeInline({ from, superseded, streamed: row.streamed }, "retry");
  // It is of this failure: another retry may get there first, and the run may have failed again (and be undone) by then.
  const of = row.status === "failed" ? history.entries.at(-1)?.seq : row.seq;
  await deliverTo(parts, id, { kind: "retry", dedupe: `retry:${of}`, payload, sender: by }, [row.status]);
}

function refuseCompensated(id: string, entries: readonly Entry[], from: number): void {
  const undone = firstUndone(entries, from);
  if (!undone) return;
  throw new InvalidStateError(
    `run ${id} has begun to undo its steps and cannot be retried; fork it from "${undone.key}" or before, with fork({ from: "${undone.key}", decisions: "reuse" })`,
    { key: undone.key },
  );
}

/** Decisions of people who were told that they came too late: they do not count after the retry either. */
async function supersededFrom(parts: EngineParts, row: RunRow, { mail }: History, from: number): Promise<number[]> {
  const { store, namespace } = parts;
  const decisions = mail.filter(({ kind, n }) => kind === "decision" && n >= from);
  const late: number[] = [];
  for (const { n, key } of decisions) {
    const hold = await store.holdByKey(namespace, row.pk, key);
    if (hold?.status === "superseded") late.push(n);
  }
  return late;
}
