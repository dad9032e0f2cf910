import type { HoldOperation, HoldResult, HoldRow, HoldStatus, Millis, NewHold, NewHoldEvent } from "@holdpoint/core";
import { holdEventLink, isFinished, isHoldPending, statusAfterClosing } from "@holdpoint/core";
import { holdStatus, originCode, runStatus, severityCode } from "../columns/codes.ts";
import { readHold } from "../columns/hold.ts";
import { payloadColumns } from "../columns/payload.ts";
import { blobOrNull, integer, integerOrNull } from "../columns/read.ts";
import { duplicateOf, findRun, putMail } from "./deliver.ts";
import { holdChanged } from "./feed.ts";
import type { Context, Program } from "./program.ts";
import { all, one, run } from "./program.ts";

/** A hold's last event, by number and link, and whether it has this one. */
interface Trail {
  last: number;
  hash: Uint8Array | null;
  known: boolean;
}

function* trailOf(holdPk: number, event: NewHoldEvent): Program<Trail> {
  const row = yield* one("holdEventsSoFar", event.idempotencyKey, holdPk);
  if (row === null) return { last: 0, hash: null, known: false };
  return { last: integer(row, "last"), hash: blobOrNull(row, "hash"), known: integer(row, "known") === 1 };
}

function insertEvent(holdPk: number, { last, hash }: Omit<Trail, "known">, event: NewHoldEvent): Program<number> {
  const n = last + 1;
  const { actor, channel, action, evidenceHash, at, idempotencyKey } = event;
  const link = holdEventLink(hash, n, event);
  const [address, salt] = [event.address ?? null, event.salt ?? null];
  const words = [actor, channel, address, action, ...payloadColumns(event.data), salt];
  return run("insertHoldEvent", holdPk, n, ...words, evidenceHash, at, idempotencyKey, link);
}

function* addEvent(holdPk: number, event: NewHoldEvent): Program<void> {
  const trail = yield* trailOf(holdPk, event);
  if (!trail.known) yield* insertEvent(holdPk, trail, event);
}

/** Whoever follows holds finds it, in this process and others. */
function* changed(
  context: Context,
  hold: { runPk: number; pk: number },
  status: HoldStatus | "opened",
  at: Millis,
): Program<void> {
  yield holdChanged(context, hold, `hold.${status === "open" ? "moved" : status}`, at);
  context.news.hold = true;
}

/** A form is stored once, however many holds show it. */
function* documentOf(hold: NewHold): Program<number | null> {
  if (hold.form === null) return null;
  const known = yield* one("documentByHash", hold.form.hash);
  if (known !== null) return integer(known, "pk");
  yield* run("insertDocument", hold.form.hash, hold.form.bytes);
  const inserted = yield* one("documentByHash", hold.form.hash);
  return inserted === null ? null : integer(inserted, "pk");
}

export function* openHold(context: Context, runPk: number, hold: NewHold): Program<void> {
  const form = yield* documentOf(hold);
  const [codec, bytes, ref] = payloadColumns(hold.request);
  const row = yield* one(
    "insertHold",
    context.namespace,
    hold.id,
    runPk,
    hold.key,
    hold.name,
    originCode.of(hold.origin),
    hold.title,
    severityCode.of(hold.severity),
    form,
    codec,
    bytes,
    ref,
    hold.evidenceHash,
    hold.actionHash,
    hold.nextAt,
    hold.openedAt,
  );
  if (row === null) throw new TypeError("the insert of a hold gave no key back");
  yield* insertEvent(integer(row, "pk"), { last: 0, hash: null }, hold.event);
  yield* changed(context, { runPk, pk: integer(row, "pk") }, "opened", hold.openedAt);
  context.news.deadline ||= hold.nextAt !== null;
}

function* close(
  context: Context,
  hold: { runPk: number; pk: number },
  before: HoldStatus,
  wanted: "withdrawn" | "superseded",
  event: NewHoldEvent,
): Program<void> {
  const status = statusAfterClosing(before, wanted);
  if (status === null) return;
  yield* run("closeHold", holdStatus.of(status), event.at, hold.pk);
  yield* addEvent(hold.pk, event);
  yield* changed(context, hold, status, event.at);
}

export function* closeHold(
  context: Context,
  runPk: number,
  key: string,
  wanted: "withdrawn" | "superseded",
  event: NewHoldEvent,
): Program<void> {
  const row = yield* one("holdState", runPk, key);
  if (row !== null)
    yield* close(context, { runPk, pk: integer(row, "pk") }, holdStatus.word(row.status), wanted, event);
}

export function* withdrawPendingHolds(context: Context, runPk: number, event: NewHoldEvent): Program<void> {
  for (const row of yield* all("pendingHolds", runPk)) {
    yield* close(context, { runPk, pk: integer(row, "pk") }, holdStatus.word(row.status), "withdrawn", event);
  }
}

/** The answer does not count after all: the hold waits for another. */
export function* reopenHold(
  context: Context,
  runPk: number,
  key: string,
  nextAt: number | null | undefined,
  event: NewHoldEvent,
): Program<void> {
  const row = yield* one("holdState", runPk, key);
  if (row === null) return;
  const status = holdStatus.word(row.status);
  if (status !== "answered" && status !== "decided") return;
  const pk = integer(row, "pk");
  const at = nextAt === undefined ? integerOrNull(row, "next_at") : nextAt;
  yield* run("reopenHold", at, pk);
  yield* addEvent(pk, event);
  yield* changed(context, { runPk, pk }, "open", event.at);
  context.news.deadline ||= at !== null;
}

/** The worker accepts an answer nobody could check before. */
export function* acceptHold(context: Context, runPk: number, key: string, event: NewHoldEvent): Program<void> {
  const row = yield* one("holdState", runPk, key);
  if (row === null || holdStatus.word(row.status) !== "answered") return;
  const pk = integer(row, "pk");
  yield* run("acceptHold", event.at, pk);
  yield* addEvent(pk, event);
  yield* changed(context, { runPk, pk }, "decided", event.at);
}

/** Whether every named event of the operation was written before: then this is a repetition. `first` is known of the first event. */
function* isRepeated(holdPk: number, events: readonly NewHoldEvent[], first: Trail | null): Program<boolean> {
  let named = 0;
  for (const [i, event] of events.entries()) {
    if (event.idempotencyKey === null) continue;
    const { known } = i === 0 && first !== null ? first : yield* trailOf(holdPk, event);
    if (!known) return false;
    named += 1;
  }
  return named > 0;
}

export function* moveHold(context: Context, operation: HoldOperation): Program<HoldResult> {
  const { namespace } = context;
  const found = yield* one("holdById", namespace, operation.holdId);
  if (found === null) return { type: "absent" };
  const pk = integer(found, "pk");
  const before = readHold(found);
  const [event] = operation.events;
  // Looked at once: the hold is locked, so nobody adds to its trail meanwhile.
  const trail = event === undefined ? null : yield* trailOf(pk, event);
  if (yield* isRepeated(pk, operation.events, trail)) return { type: "moved", hold: before, repeated: true };
  if (before.status !== "open" || before.revision !== operation.revision) return { type: "conflict", hold: before };
  yield* run(
    "moveHold",
    holdStatus.of(operation.status),
    operation.nextAt,
    ...payloadColumns(operation.progress ?? null),
    ...payloadColumns(operation.decision),
    operation.decidedBy,
    isHoldPending(operation.status) ? null : operation.at,
    namespace,
    operation.holdId,
    operation.revision,
  );
  for (const [i, event] of operation.events.entries()) {
    if (i > 0 || trail === null) yield* addEvent(pk, event);
    else if (!trail.known) yield* insertEvent(pk, trail, event);
  }
  yield* changed(context, { runPk: before.runPk, pk }, operation.status, operation.at);
  context.news.deadline ||= operation.status === "open" && operation.nextAt !== null;
  if (operation.mail !== null) {
    const row = yield* findRun(context, { pk: before.runPk });
    if (row !== null && !isFinished(runStatus.word(row.status))) {
      if ((yield* duplicateOf(before.runPk, operation.mail)) === null) yield* putMail(context, row, operation.mail);
    }
  }
  return movedHold(before, operation);
}

/** The hold as a move has left it. */
export function movedHold(before: HoldRow, operation: HoldOperation): HoldResult {
  return {
    type: "moved",
    repeated: false,
    hold: {
      ...before,
      status: operation.status,
      nextAt: operation.nextAt,
      revision: before.revision + 1,
      progress: operation.progress ?? before.progress,
      decision: operation.decision ?? before.decision,
      decidedBy: operation.decidedBy ?? before.decidedBy,
      closedAt: isHoldPending(operation.status) ? null : operation.at,
    },
  };
}
