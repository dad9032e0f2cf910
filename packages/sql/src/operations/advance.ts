import type { AdvanceOperation, AdvanceResult, NewRun, Refused } from "@holdpoint/core";
import { continuedOutcome, isFinished, sameBytes } from "@holdpoint/core";
import { runStatus, statusCode, waitingFor } from "../columns/codes.ts";
import { blob, integer, text, textOrNull } from "../columns/read.ts";
import { attributesText, readAttributes, readRun } from "../columns/run.ts";
import type { SqlRow, SqlValue } from "../driver/driver.ts";
import { forward } from "./deliver.ts";
import { runChanged } from "./feed.ts";
import { acceptHold, closeHold, openHold, reopenHold } from "./hold.ts";
import type { Call, Context, Program } from "./program.ts";
import { call, one, Refusal, run } from "./program.ts";
import { createRun, insertChunks, insertEntry } from "./start.ts";

/**
 * The plain append is two statements: one update that takes the row, proves epoch, number and head and raises them;
 * one insert. Only when the update finds no such row is anything read.
 */
export function* advance(context: Context, operation: AdvanceOperation): Program<AdvanceResult | Refused> {
  const { pk, entries } = operation;
  let before = operation.expectSeq;
  if ((yield take(context, operation, before)) === 0) {
    const row = yield* one("fenceOf", pk, context.namespace);
    const answer = explain(row, operation);
    if (answer === "repeated") return yield* repeated(operation);
    if (answer !== "mail") return answer;
    before = row === null ? before : integer(row, "seq");
    if (operation.then.type !== "continue") return { type: "mail", seq: before };
    if ((yield take(context, operation, before)) === 0) return { type: "fenced" };
  }
  let seq = before;
  for (const entry of entries) yield insertEntry(pk, ++seq, entry);
  if (hasRest(operation)) yield* writeRest(context, operation);
  return { type: "advanced", seq, firstSeq: entries.length === 0 ? 0 : before + 1, repeated: false };
}

/** The fenced update; it changes 1 row when the run was this owner's to change and stood where the operation begins. */
function take(context: Context, operation: AdvanceOperation, seq: number): Call {
  const { pk, epoch, entries, head, previousHead, then, at } = operation;
  const count = entries.length;
  const fence: SqlValue[] = [pk, context.namespace, epoch, seq, previousHead];
  switch (then.type) {
    case "continue":
      return call("append", count, count, head, at, count > 0 ? 1 : Number.MAX_SAFE_INTEGER, ...fence);
    case "park": {
      const ready = then.status === "ready";
      if (ready) context.news.ready = true;
      const waiting = then.status === "parked" && then.waiting !== null ? waitingFor.of(then.waiting) : null;
      const delayed = ready && then.wakeAt !== null;
      const status = delayed ? statusCode.delayed : runStatus.of(then.status);
      const [readyAt, wakeAt] = ready ? [then.wakeAt ?? at, null] : [null, then.wakeAt];
      return call("park", count, count, head, at, status, waiting, wakeAt, then.note, readyAt, ...fence);
    }
    case "finish": {
      const status = runStatus.of(then.status);
      return call("finish", count, count, head, at, status, then.note, then.outcome, at, null, ...fence);
    }
    case "continueAsNew":
      return call("finish", count, count, head, at, statusCode.completed, null, continuedOutcome, at, null, ...fence);
  }
}

/** Why the fenced update found nothing. */
function explain(row: SqlRow | null, operation: AdvanceOperation): "repeated" | "mail" | AdvanceResult | Refused {
  if (row === null || integer(row, "epoch") !== operation.epoch) return { type: "fenced" };
  const head = blob(row, "head");
  const { then } = operation;
  const status = runStatus.word(row.status);
  if (status === "running") {
    if (sameBytes(head, operation.previousHead)) return "mail";
    if (then.type === "continue" && sameBytes(head, operation.head)) return "repeated";
    return { type: "refused", reason: `run ${text(row, "id")}: its journal does not end where these entries begin` };
  }
  if (!sameBytes(head, operation.head)) return { type: "fenced" };
  const continued = row.next_pk !== null;
  const ended =
    (then.type === "park" && !isFinished(status)) ||
    (then.type === "finish" && !continued && status === then.status) ||
    (then.type === "continueAsNew" && continued);
  return ended ? "repeated" : { type: "fenced" };
}

/** What became of an operation whose commit nobody saw: what it would have given, or null when it is not there. */
export function* written(context: Context, operation: AdvanceOperation): Program<AdvanceResult | null> {
  const row = yield* one("fenceOf", operation.pk, context.namespace);
  if (row === null || integer(row, "epoch") !== operation.epoch) return { type: "fenced" };
  return sameBytes(blob(row, "head"), operation.head) ? yield* repeated(operation) : null;
}

function* repeated({ pk, entries, expectSeq }: AdvanceOperation): Program<AdvanceResult> {
  const last = entries.length === 0 ? null : yield* one("lastEntry", pk);
  if (last === null) return { type: "advanced", seq: expectSeq, firstSeq: 0, repeated: true };
  const seq = integer(last, "seq");
  return { type: "advanced", seq, firstSeq: seq - entries.length + 1, repeated: true };
}

/** Most appends are entries and nothing else. */
function hasRest(operation: AdvanceOperation): boolean {
  const { chunks, stream, holds, closeHolds, reopenHolds, acceptHolds, children, then } = operation;
  return (
    then.type !== "continue" ||
    operation.attributes !== null ||
    operation.progress !== null ||
    operation.version !== null ||
    operation.phase !== null ||
    chunks.length + stream.length + children.length > 0 ||
    holds.length + closeHolds.length + reopenHolds.length + acceptHolds.length > 0
  );
}

/** Whatever must not be seen without the entries, and not they without it. */
function* writeRest(context: Context, operation: AdvanceOperation): Program<void> {
  const { pk, then } = operation;
  if (operation.chunks.length > 0) yield* insertChunks(pk, operation.chunks);
  if (operation.stream.length > 0) yield* writeStream(pk, operation.stream);
  if (operation.attributes !== null) yield* mergeAttributes(pk, operation.attributes);
  if (operation.progress !== null) {
    yield* run("setProgress", operation.progress.done, operation.progress.total, pk);
  }
  if (operation.version !== null) yield* run("setVersion", operation.version, pk);
  if (operation.phase !== null && (then.type === "continue" || then.type === "park")) yield* run("setPhase", pk);
  for (const hold of operation.holds) yield* openHold(context, pk, hold);
  for (const { key, status, event } of operation.closeHolds) yield* closeHold(context, pk, key, status, event);
  for (const { key, nextAt, event } of operation.reopenHolds) yield* reopenHold(context, pk, key, nextAt, event);
  for (const { key, event } of operation.acceptHolds) yield* acceptHold(context, pk, key, event);
  for (const child of operation.children) yield* createChild(context, child);
  if (then.type === "park" || then.type === "finish") yield runChanged(context, pk, `run.${then.status}`, operation.at);
  if (then.type === "finish") yield* forward(context, then.deliveries);
  if (then.type === "continueAsNew") {
    yield* createNext(context, pk, then.next);
    yield runChanged(context, pk, "run.continued", operation.at);
  }
}

function* writeStream(pk: number, stream: readonly Uint8Array[]): Program<void> {
  const row = yield* one("streamedOf", pk);
  let n = row === null ? 0 : integer(row, "streamed");
  for (const bytes of stream) yield* run("insertStream", pk, ++n, bytes);
  yield* run("setStreamed", stream.length, pk);
}

function* mergeAttributes(pk: number, changes: NonNullable<AdvanceOperation["attributes"]>): Program<void> {
  const row = yield* one("attributesOf", pk);
  const attributes = readAttributes(row === null ? null : textOrNull(row, "attributes"));
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete attributes[name];
    else attributes[name] = value;
  }
  yield* run("setAttributes", attributesText(attributes), pk);
}

/** The same child of the same parent may be there from an earlier try; anybody else's run may not. */
function* createChild(context: Context, child: NewRun): Program<void> {
  const existing = yield* one("runById", context.namespace, child.id);
  if (existing !== null) {
    const { parent } = readRun(existing, context.name);
    if (parent !== null && parent.pk === child.parent?.pk && parent.key === child.parent.key) return;
    throw new Refusal(`run id ${child.id} is taken`);
  }
  if ((yield* one("tombstone", context.namespace, child.id)) !== null) throw new Refusal(`run id ${child.id} is taken`);
  yield* createRun(context, child, null);
}

function* createNext(context: Context, pk: number, next: NewRun): Program<void> {
  const row = yield* one("runByPk", pk, context.namespace);
  if (row === null) throw new Refusal("the run that goes on as new is gone");
  if (text(row, "id") !== next.id) throw new Refusal(`the next generation of ${text(row, "id")} must have the same id`);
  // It was running, so it held a slot of its key if it has one; the next generation takes the slot over.
  const keyHeld = row.concurrency_key !== null;
  const nextPk = yield* createRun(context, next, { generation: integer(row, "generation"), keyHeld });
  yield* run("setNext", nextPk, pk);
}
