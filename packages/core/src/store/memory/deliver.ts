import type { DeliverOperation, DeliverResult, Delivery, NewMail } from "../store.ts";
import { isFinished, statusAfterMail } from "../transitions.ts";
import type { MemoryRun } from "./rows.ts";
import { deliveredMail } from "./rows.ts";
import type { Space } from "./space.ts";

export function findRun(space: Space, to: Delivery["to"]): MemoryRun | undefined {
  return "pk" in to ? space.runs.get(to.pk) : space.current.get(to.id);
}

/** Numbers the mail and keeps it; null when mail with the same `dedupe` is there already. */
export function insertMail(run: MemoryRun, mail: NewMail): number | null {
  if (mail.dedupe !== null) {
    run.dedupe ??= new Map();
    if (run.dedupe.has(mail.dedupe)) return null;
  }
  const n = ++run.row.seq;
  if (mail.dedupe !== null) run.dedupe?.set(mail.dedupe, n);
  run.mail.push(deliveredMail(mail, n));
  return n;
}

/** Puts mail into a run's inbox and wakes the run where its status says so. */
export function putMail(space: Space, run: MemoryRun, mail: NewMail): number | null {
  const n = insertMail(run, mail);
  if (n === null) return null;
  const { row } = run;
  const status = statusAfterMail(row.status, mail.kind);
  row.updatedAt = mail.at;
  if (status === "running") (space.pending.mail ??= new Set()).add(row.pk);
  if (status !== row.status) {
    if (mail.kind === "retry") row.stalls = 0;
    if (isFinished(row.status)) {
      row.finishedAt = null;
      row.outcome = null;
    }
    // A run that was paused before its delayed start keeps its delay, unless it is to be cancelled.
    run.delayed = row.epoch === 0 && row.status === "paused" && row.readyAt > mail.at && mail.kind !== "cancel";
    if (status === "ready" && !run.delayed) row.readyAt = mail.at;
    if (row.status !== "parked" || status === "paused") space.feed.addRun(run, status, mail.at);
    space.moveTo(run, status);
  } else if (mail.kind === "cancel" && run.delayed) {
    row.readyAt = mail.at;
    space.unindex(run);
    run.delayed = false;
    space.index(run);
  }
  return n;
}

/** Mail that rides along with another operation: a run that is gone or finished does not get it. */
export function forward(space: Space, deliveries: readonly Delivery[]): void {
  for (const { to, mail } of deliveries) {
    const run = findRun(space, to);
    if (run !== undefined && !isFinished(run.row.status)) putMail(space, run, mail);
  }
}

/** Number of the mail that the run has been given already under this `dedupe`; undefined when there is none. */
function duplicateOf(run: MemoryRun, { kind, dedupe }: NewMail): number | undefined {
  if (dedupe === null) return undefined;
  for (let generation: MemoryRun | null = run; generation !== null; generation = generation.previous) {
    const known = generation.dedupe?.get(dedupe);
    if (known !== undefined || kind !== "signal") return known;
  }
  return undefined;
}

export function deliver(space: Space, operation: DeliverOperation): DeliverResult {
  const run = findRun(space, operation.to);
  if (run === undefined) return { type: "absent" };
  const { mail, allowedIn } = operation;
  const known = duplicateOf(run, mail);
  if (known !== undefined) return { type: "delivered", n: known, duplicate: true, status: run.row.status };
  const erased = mail.kind === "retry" && run.row.salt === null;
  const allowed = allowedIn === null ? !isFinished(run.row.status) : !erased && allowedIn.includes(run.row.status);
  if (!allowed) return { type: "state", status: run.row.status };
  const n = putMail(space, run, mail) ?? run.row.seq;
  return { type: "delivered", n, duplicate: false, status: run.row.status };
}
