import { sameBytes } from "../same-bytes.ts";
import type { AdvanceOperation, AdvanceResult, Refused, RunPk } from "../store.ts";
import { continuedOutcome, isFinished } from "../transitions.ts";
import { forward } from "./deliver.ts";
import { acceptHold, closeHold, openHold, reopenHold } from "./hold.ts";
import type { MemoryRun } from "./rows.ts";
import { recordedEntry } from "./rows.ts";
import type { Space } from "./space.ts";
import { createRun, insertChunks } from "./start.ts";

const fenced: AdvanceResult = { type: "fenced" };

export function advance(space: Space, nextPk: () => RunPk, operation: AdvanceOperation): AdvanceResult | Refused {
  const run = space.runs.get(operation.pk);
  if (run === undefined || run.row.epoch !== operation.epoch) return fenced;
  const { row } = run;
  const { entries, then, at } = operation;
  if (row.status !== "running") return hasEnded(run, operation) ? repeated(run, operation) : fenced;
  if (!sameBytes(row.head, operation.previousHead)) {
    if (then.type === "continue" && sameBytes(row.head, operation.head)) return repeated(run, operation);
    return { type: "refused", reason: `run ${row.id}: its journal does not end where these entries begin` };
  }
  if (then.type !== "continue" && row.seq !== operation.expectSeq) return { type: "mail", seq: row.seq };
  const reason = refusal(space, run, operation);
  if (reason !== null) return { type: "refused", reason };

  const firstSeq = entries.length === 0 ? 0 : row.seq + 1;
  for (const entry of entries) run.entries.push(recordedEntry(entry, ++row.seq));
  row.entryCount += entries.length;
  row.head = operation.head;
  row.updatedAt = at;
  if (then.type !== "continue") row.stalls = 0;
  else if (entries.length > 0) row.stalls = Math.min(row.stalls, 1);
  if (operation.chunks.length > 0) insertChunks(run, operation.chunks);
  if (operation.stream.length > 0) {
    for (const bytes of operation.stream) (run.stream ??= []).push(bytes);
    row.streamed += operation.stream.length;
  }
  if (operation.attributes !== null) mergeAttributes(run, operation.attributes);
  if (operation.progress !== null) row.progress = operation.progress;
  if (operation.version !== null) row.version = operation.version;
  if (operation.phase !== null) row.phase = operation.phase;
  for (const hold of operation.holds) openHold(space, run, hold);
  for (const { key, status, event } of operation.closeHolds) {
    const hold = run.holds?.get(key);
    if (hold !== undefined) closeHold(space, hold, status, event);
  }
  for (const { key, nextAt, event } of operation.reopenHolds) {
    const hold = run.holds?.get(key);
    if (hold !== undefined) reopenHold(space, hold, nextAt, event);
  }
  for (const { key, event } of operation.acceptHolds) {
    const hold = run.holds?.get(key);
    if (hold !== undefined) acceptHold(space, hold, event);
  }
  for (const child of operation.children) if (!space.current.has(child.id)) createRun(space, nextPk, child, null);
  const result: AdvanceResult = { type: "advanced", seq: row.seq, firstSeq, repeated: false };
  if (then.type !== "continue") end(space, nextPk, run, operation);
  return result;
}

function end(space: Space, nextPk: () => RunPk, run: MemoryRun, { then, at }: AdvanceOperation): void {
  const { row } = run;
  switch (then.type) {
    case "continue":
      return;
    case "park":
      row.wakeAt = then.status === "ready" ? null : then.wakeAt;
      row.note = then.note;
      if (then.status === "ready") {
        row.readyAt = then.wakeAt ?? at;
        run.delayed = then.wakeAt !== null;
      }
      space.moveTo(run, then.status);
      space.feed.addRun(run, then.status, at);
      if (then.status === "parked") row.waiting = then.waiting;
      return;
    case "finish":
      finish(space, run, then.status, then.outcome, then.note, at);
      space.feed.addRun(run, then.status, at);
      forward(space, then.deliveries);
      return;
    case "continueAsNew": {
      const next = createRun(space, nextPk, then.next, run);
      run.nextPk = next.row.pk;
      finish(space, run, "completed", continuedOutcome, null, at);
      space.feed.addRun(run, "continued", at);
    }
  }
}

/** Sets everything a finished run's row says. */
export function finish(
  space: Space,
  run: MemoryRun,
  status: "completed" | "failed" | "cancelled",
  outcome: string,
  note: string | null,
  at: number,
): void {
  const { row } = run;
  row.outcome = outcome;
  row.note = note;
  row.phase = null;
  row.wakeAt = null;
  row.finishedAt = at;
  row.updatedAt = at;
  space.moveTo(run, status);
}

function mergeAttributes(run: MemoryRun, changes: NonNullable<AdvanceOperation["attributes"]>): void {
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete run.row.attributes[name];
    else run.row.attributes[name] = value;
  }
}

/** Why nothing of this operation can be applied, or null. Looked for before the first change, so nothing is undone. */
function refusal(space: Space, run: MemoryRun, operation: AdvanceOperation): string | null {
  for (const hold of operation.holds) {
    if (space.holds.has(hold.id)) return `hold id ${hold.id} is taken`;
    if (run.holds?.has(hold.key)) return `run ${run.row.id} has a hold ${hold.key} already`;
  }
  for (const child of operation.children) {
    const { parent } = space.current.get(child.id)?.row ?? {};
    const same = parent != null && parent.pk === child.parent?.pk && parent.key === child.parent.key;
    if (space.tombstones.has(child.id) || (space.current.has(child.id) && !same)) return `run id ${child.id} is taken`;
  }
  if (operation.then.type === "continueAsNew" && operation.then.next.id !== run.row.id) {
    return `the next generation of ${run.row.id} must have the same id`;
  }
  return null;
}

/** Whether a run that is not running any more got there by exactly this operation. */
function hasEnded(run: MemoryRun, { then, head }: AdvanceOperation): boolean {
  if (!sameBytes(run.row.head, head)) return false;
  switch (then.type) {
    case "continue":
      return false;
    case "park":
      return !isFinished(run.row.status);
    case "finish":
      return run.nextPk === null && run.row.status === then.status;
    case "continueAsNew":
      return run.nextPk !== null;
  }
}

function repeated(run: MemoryRun, { entries, expectSeq }: AdvanceOperation): AdvanceResult {
  const last = run.entries.at(-1);
  if (entries.length === 0 || last === undefined) {
    return { type: "advanced", seq: expectSeq, firstSeq: 0, repeated: true };
  }
  return { type: "advanced", seq: last.seq, firstSeq: last.seq - entries.length + 1, repeated: true };
}
