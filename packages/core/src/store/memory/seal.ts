import { sameBytes } from "../same-bytes.ts";
import type { LabelOperation, SealOperation, SealResult } from "../store.ts";
import { isFinished, isHoldPending } from "../transitions.ts";
import { finish } from "./advance.ts";
import { forward } from "./deliver.ts";
import { closeHold } from "./hold.ts";
import { recordedEntry } from "./rows.ts";
import type { Space } from "./space.ts";

export function seal(space: Space, operation: SealOperation): SealResult {
  const run = space.runs.get(operation.pk);
  if (run === undefined) return { type: "absent" };
  const { row } = run;
  if (isFinished(row.status)) {
    if (row.status !== operation.status || !sameBytes(row.head, operation.head)) return { type: "absent" };
    return { type: "sealed", seq: row.seq };
  }
  if (row.seq !== operation.expectSeq || !sameBytes(row.head, operation.previousHead)) {
    return { type: "mail", seq: row.seq };
  }
  run.entries.push(recordedEntry(operation.entry, ++row.seq));
  row.entryCount += 1;
  row.head = operation.head;
  row.epoch += 1;
  finish(space, run, operation.status, operation.outcome, operation.note, operation.at);
  space.feed.addRun(run, operation.status, operation.at);
  for (const hold of run.holds?.values() ?? []) {
    if (isHoldPending(hold.row.status)) closeHold(space, hold, "withdrawn", operation.holdEvent);
  }
  forward(space, operation.deliveries);
  (space.pending.mail ??= new Set()).add(row.pk);
  return { type: "sealed", seq: row.seq };
}

export function label(space: Space, operation: LabelOperation): { type: "labelled" } | { type: "absent" } {
  const run = space.current.get(operation.runId);
  if (run === undefined) return { type: "absent" };
  const { key, by, at } = operation;
  (run.labels ??= new Map()).set(`${key}\u0000${by ?? ""}`, { key, label: operation.label, by, at });
  return { type: "labelled" };
}
