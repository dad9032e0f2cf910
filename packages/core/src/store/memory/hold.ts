import { holdEventLink } from "../../hold/event-chain.ts";
import type { HoldOperation, HoldResult, HoldStatus, Millis, NewHold, NewHoldEvent } from "../store.ts";
import { isFinished, isHoldPending, statusAfterClosing } from "../transitions.ts";
import { putMail } from "./deliver.ts";
import { hex } from "./hex.ts";
import type { MemoryHold, MemoryRun } from "./rows.ts";
import { holdRow } from "./rows.ts";
import type { Space } from "./space.ts";

function hasEvent(hold: MemoryHold, key: string): boolean {
  return hold.events.some((event) => event.idempotencyKey === key);
}

function addEvent(hold: MemoryHold, event: NewHoldEvent): void {
  if (event.idempotencyKey !== null && hasEvent(hold, event.idempotencyKey)) return;
  const n = hold.events.length + 1;
  const hash = holdEventLink(hold.events.at(-1)?.hash ?? null, n, event);
  hold.events.push({ ...event, n, address: event.address ?? null, salt: event.salt ?? null, hash });
}

/** Every change of a hold raises its revision, so that two who read the same state cannot both move it. */
function change(space: Space, hold: MemoryHold, status: HoldStatus, nextAt: Millis | null, at: Millis): void {
  if (hold.due !== null) space.dueHolds.remove(hold.due);
  hold.due = null;
  hold.row.status = status;
  hold.row.nextAt = nextAt;
  hold.row.revision += 1;
  hold.row.closedAt = isHoldPending(status) ? null : at;
  if (status === "open" && nextAt !== null) hold.due = space.dueHolds.push(hold);
  space.feed.addHold(hold, at);
  space.pending.hold = true;
  space.pending.deadline ||= hold.due !== null;
}

export function openHold(space: Space, run: MemoryRun, hold: NewHold): void {
  if (hold.form !== null) {
    const name = hex(hold.form.hash);
    if (!space.documents.has(name)) space.documents.set(name, hold.form.bytes);
  }
  const opened: MemoryHold = {
    row: {
      id: hold.id,
      runPk: run.row.pk,
      runId: run.row.id,
      workflow: run.row.workflow,
      key: hold.key,
      name: hold.name,
      origin: hold.origin,
      status: "open",
      title: hold.title,
      severity: hold.severity,
      form: hold.form?.bytes ?? null,
      request: hold.request,
      evidenceHash: hold.evidenceHash,
      actionHash: hold.actionHash,
      nextAt: hold.nextAt,
      revision: 0,
      progress: null,
      decision: null,
      decidedBy: null,
      openedAt: hold.openedAt,
      closedAt: null,
    },
    pk: (space.openedHolds.at(-1)?.pk ?? 0) + 1,
    events: [],
    due: null,
  };
  addEvent(opened, hold.event);
  if (hold.nextAt !== null) opened.due = space.dueHolds.push(opened);
  (run.holds ??= new Map()).set(hold.key, opened);
  space.holds.set(hold.id, opened);
  space.openedHolds.push(opened);
  space.feed.addHold(opened, hold.openedAt);
  space.pending.hold = true;
  space.pending.deadline ||= opened.due !== null;
}

export function closeHold(
  space: Space,
  hold: MemoryHold,
  wanted: "withdrawn" | "superseded",
  event: NewHoldEvent,
): void {
  const status = statusAfterClosing(hold.row.status, wanted);
  if (status === null) return;
  change(space, hold, status, null, event.at);
  addEvent(hold, event);
}

/** The answer does not count after all: the hold waits for another. */
export function reopenHold(
  space: Space,
  hold: MemoryHold,
  nextAt: Millis | null | undefined,
  event: NewHoldEvent,
): void {
  if (hold.row.status !== "answered" && hold.row.status !== "decided") return;
  hold.row.decision = null;
  hold.row.decidedBy = null;
  change(space, hold, "open", nextAt === undefined ? hold.row.nextAt : nextAt, event.at);
  addEvent(hold, event);
}

/** The worker accepts an answer nobody could check before. */
export function acceptHold(space: Space, hold: MemoryHold, event: NewHoldEvent): void {
  if (hold.row.status !== "answered") return;
  change(space, hold, "decided", hold.row.nextAt, event.at);
  addEvent(hold, event);
}

export function moveHold(space: Space, operation: HoldOperation): HoldResult {
  const hold = space.holds.get(operation.holdId);
  if (hold === undefined) return { type: "absent" };
  const named = operation.events.filter((event) => event.idempotencyKey !== null);
  if (named.length > 0 && named.every((event) => hasEvent(hold, event.idempotencyKey ?? ""))) {
    return { type: "moved", hold: holdRow(hold), repeated: true };
  }
  if (hold.row.status !== "open" || hold.row.revision !== operation.revision) {
    return { type: "conflict", hold: holdRow(hold) };
  }
  if (operation.progress) hold.row.progress = operation.progress;
  if (operation.decision !== null) hold.row.decision = operation.decision;
  if (operation.decidedBy !== null) hold.row.decidedBy = operation.decidedBy;
  change(space, hold, operation.status, operation.nextAt, operation.at);
  for (const event of operation.events) addEvent(hold, event);
  const run = space.runs.get(hold.row.runPk);
  if (operation.mail !== null && run !== undefined && !isFinished(run.row.status)) putMail(space, run, operation.mail);
  return { type: "moved", hold: holdRow(hold), repeated: false };
}
