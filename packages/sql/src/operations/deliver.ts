import type { DeliverOperation, DeliverResult, Delivery, NewMail, RunStatus } from "@holdpoint/core";
import { isFinished, statusAfterMail } from "@holdpoint/core";
import { entryOutcome, mailKind, runStatus, statusCode } from "../columns/codes.ts";
import { payloadColumns } from "../columns/payload.ts";
import { integer, text } from "../columns/read.ts";
import type { SqlRow } from "../driver/driver.ts";
import { runChanged } from "./feed.ts";
import type { Context, Program } from "./program.ts";
import { one, run } from "./program.ts";

export function findRun(context: Context, to: Delivery["to"]): Program<SqlRow | null> {
  return "pk" in to ? one("deliveryByPk", to.pk, context.namespace) : one("deliveryById", context.namespace, to.id);
}

/** Inserts mail under a number that the caller has taken from the run's `seq`. */
export function insertMail(pk: number, n: number, mail: NewMail): Program<number> {
  const [codec, bytes, ref] = payloadColumns(mail.payload);
  const { kind, key, dedupe, outcome, sender, at, salt } = mail;
  return run(
    "insertMail",
    pk,
    n,
    mailKind.of(kind),
    key,
    dedupe,
    entryOutcome.of(outcome),
    codec,
    bytes,
    ref,
    sender,
    at,
    salt,
  );
}

/** Number of the mail with the same `dedupe` that the run has already; null when there is none. */
export function* duplicateOf(pk: number, mail: NewMail): Program<number | null> {
  if (mail.dedupe === null) return null;
  const known = yield* one("mailByDedupe", pk, mail.dedupe);
  return known === null ? null : integer(known, "n");
}

/** The same for mail that somebody sends: a signal may have been given to an earlier generation of the run. */
function* delivered(context: Context, row: SqlRow, mail: NewMail): Program<number | null> {
  const known = yield* duplicateOf(integer(row, "pk"), mail);
  if (known !== null || mail.dedupe === null || mail.kind !== "signal" || integer(row, "generation") === 1)
    return known;
  const earlier = yield* one("signalByDedupe", context.namespace, text(row, "id"), mail.dedupe);
  return earlier === null ? null : integer(earlier, "n");
}

/** Puts mail that is no duplicate into the inbox of a found run, and wakes the run where its status says so. */
export function* putMail(context: Context, row: SqlRow, mail: NewMail): Program<{ n: number; status: RunStatus }> {
  const pk = integer(row, "pk");
  const n = integer(row, "seq") + 1;
  const before = runStatus.word(row.status);
  const after = statusAfterMail(before, mail.kind);
  const delayed = row.status === statusCode.delayed;
  yield* insertMail(pk, n, mail);
  if (after === "running") (context.news.mail ??= new Set()).add(pk);
  if (after === before && !(delayed && mail.kind === "cancel")) {
    yield* run("countMail", mail.at, pk);
    return { n, status: after };
  }
  if (after === "paused") {
    yield* run("pauseByMail", mail.at, pk);
    yield runChanged(context, pk, "run.paused", mail.at);
    return { n, status: after };
  }
  if (mail.kind === "retry") yield* run("clearStalls", pk);
  // A run that was paused before its delayed start keeps its delay, unless it is to be cancelled.
  const readyAt = integer(row, "ready_at");
  const keepsDelay = before === "paused" && integer(row, "epoch") === 0 && readyAt > mail.at && mail.kind !== "cancel";
  const status = keepsDelay ? statusCode.delayed : statusCode.ready;
  yield* run("wakeByMail", mail.at, status, keepsDelay ? readyAt : mail.at, pk);
  if (before !== after && before !== "parked") yield runChanged(context, pk, `run.${after}`, mail.at);
  context.news.ready = true;
  return { n, status: after };
}

/** Mail that rides along with another operation: a run that is gone or finished does not get it. */
export function* forward(context: Context, deliveries: readonly Delivery[]): Program<void> {
  for (const { to, mail } of deliveries) {
    const row = yield* findRun(context, to);
    if (row === null || isFinished(runStatus.word(row.status))) continue;
    if ((yield* duplicateOf(integer(row, "pk"), mail)) === null) yield* putMail(context, row, mail);
  }
}

export function* deliver(context: Context, operation: DeliverOperation): Program<DeliverResult> {
  const row = yield* findRun(context, operation.to);
  if (row === null) return { type: "absent" };
  const status = runStatus.word(row.status);
  const known = yield* delivered(context, row, operation.mail);
  if (known !== null) return { type: "delivered", n: known, duplicate: true, status };
  const { allowedIn, mail } = operation;
  if (mail.kind === "retry" && row["erased"] === 1) return { type: "state", status };
  if (!(allowedIn === null ? !isFinished(status) : allowedIn.includes(status))) return { type: "state", status };
  const put = yield* putMail(context, row, operation.mail);
  return { type: "delivered", n: put.n, duplicate: false, status: put.status };
}
