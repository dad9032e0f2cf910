import type { HoldOperation, HoldResult, NewHoldEvent, NewMail } from "@holdpoint/core";
import { holdEventDigest, holdEventWords, isHoldPending } from "@holdpoint/core";
import { entryOutcome, firstHoldChange, holdCode, holdStatus, mailKind, statusCode } from "../columns/codes.ts";
import { readHold } from "../columns/hold.ts";
import { payloadColumns } from "../columns/payload.ts";
import { integer } from "../columns/read.ts";
import type { SqlRow, SqlValue } from "../driver/driver.ts";
import type { ArrayType } from "../driver/postgres-arrays.ts";
import { movedHold } from "../operations/hold.ts";
import type { Context } from "../operations/program.ts";
import { holdColumns } from "../statements/hold.ts";
import type { Prepared } from "./connections.ts";
import { packed } from "./entries.ts";
import { few } from "./few.ts";

/** A move of a hold with its one event and its mail, a column each: name, type, value. */
const columns: readonly [string, ArrayType, (operation: HoldOperation) => SqlValue][] = [
  ["id", "text", ({ holdId }) => holdId],
  ["revision", "bigint", ({ revision }) => revision],
  ["status", "smallint", ({ status }) => holdStatus.of(status)],
  ["next_at", "bigint", ({ nextAt }) => nextAt],
  ["progress_codec", "text", ({ progress }) => payloadColumns(progress ?? null)[0]],
  ["progress_bytes", "bytea", ({ progress }) => payloadColumns(progress ?? null)[1]],
  ["progress_ref", "smallint", ({ progress }) => payloadColumns(progress ?? null)[2]],
  ["decision_codec", "text", ({ decision }) => payloadColumns(decision)[0]],
  ["decision_bytes", "bytea", ({ decision }) => payloadColumns(decision)[1]],
  ["decision_ref", "smallint", ({ decision }) => payloadColumns(decision)[2]],
  ["decided_by", "text", ({ decidedBy }) => decidedBy],
  ["moved_at", "bigint", ({ at }) => at],
  ["closed_at", "bigint", ({ status, at }) => (isHoldPending(status) ? null : at)],
  ["actor", "text", ofEvent(({ actor }) => actor)],
  ["channel", "text", ofEvent(({ channel }) => channel)],
  ["address", "text", ofEvent(({ address }) => address ?? null)],
  ["action", "text", ofEvent(({ action }) => action)],
  ["codec", "text", ofEvent(({ data }) => payloadColumns(data)[0])],
  ["bytes", "bytea", ofEvent(({ data }) => payloadColumns(data)[1])],
  ["ref", "smallint", ofEvent(({ data }) => payloadColumns(data)[2])],
  ["salt", "bytea", ofEvent(({ salt }) => salt ?? null)],
  ["evidence_hash", "bytea", ofEvent(({ evidenceHash }) => evidenceHash)],
  ["at", "bigint", ofEvent(({ at }) => at)],
  ["idempotency_key", "text", ofEvent(({ idempotencyKey }) => idempotencyKey)],
  // What the link covers, without the number, which only the statement knows.
  ["words", "text", ofEvent((event) => holdEventWords(0, event).slice(2))],
  ["digest", "bytea", ofEvent((event) => holdEventDigest(event))],
  ["mail_kind", "smallint", ofMail(({ kind }) => mailKind.of(kind))],
  ["mail_key", "text", ofMail(({ key }) => key)],
  ["mail_dedupe", "text", ofMail(({ dedupe }) => dedupe)],
  ["mail_outcome", "smallint", ofMail(({ outcome }) => entryOutcome.of(outcome))],
  ["mail_codec", "text", ofMail(({ payload }) => payloadColumns(payload)[0])],
  ["mail_bytes", "bytea", ofMail(({ payload }) => payloadColumns(payload)[1])],
  ["mail_ref", "smallint", ofMail(({ payload }) => payloadColumns(payload)[2])],
  ["mail_sender", "text", ofMail(({ sender }) => sender)],
  ["mail_at", "bigint", ofMail(({ at }) => at)],
  ["mail_salt", "bytea", ofMail(({ salt }) => salt)],
];

function ofEvent(column: (event: NewHoldEvent) => SqlValue) {
  return ({ events: [event] }: HoldOperation): SqlValue => (event === undefined ? null : column(event));
}

function ofMail(column: (mail: NewMail) => SqlValue) {
  return ({ mail }: HoldOperation): SqlValue => (mail === null ? null : column(mail));
}

const types = columns.map(([, type]) => type);
const lists = types.map((type, i) => `$${2 + i}::${type}[]`).join(", ");
const length = (bytes: string): string => `int4send(octet_length(${bytes}))`;

/**
 * Decisions (and votes, claims, questions, deadlines) of any number of holds in one statement, so one round trip and one commit. It locks
 * the runs in the order of their keys, and then the holds: all who move a hold have its run first. What `locked` gives is
 * the row after the wait; where somebody else was faster, the hold has another revision, and no row comes back.
 *
 * `linked` computes what `holdEventLink` does: the number and the link of the last event are read in here, and nobody adds one without
 * raising the revision that is compared.
 */
const text = `
  with input as (
    select * from unnest(${lists}) with ordinality as input (${columns.map(([name]) => name).join(", ")}, n) ${few(2 + types.length)}
  ), target as materialized (
    select distinct on (hold.run_pk) hold.pk as hold_pk, hold.run_pk, input.* from input cross join lateral (
      select pk, run_pk from hold where namespace = $1 and hold.id = input.id limit 1) hold
    order by hold.run_pk, input.n
  ), locked as materialized (
    select run.seq, run.status as run_status, target.* from (select * from target ${few(2 + types.length)}) as target
    join run on run.pk = target.run_pk order by run.pk for update of run
  ), moved as (
    update hold set status = locked.status, next_at = locked.next_at, revision = hold.revision + 1,
      progress_codec = coalesce(locked.progress_codec, hold.progress_codec),
      progress_bytes = coalesce(locked.progress_bytes, hold.progress_bytes),
      progress_ref = coalesce(locked.progress_ref, hold.progress_ref),
      decision_codec = coalesce(locked.decision_codec, hold.decision_codec),
      decision_bytes = coalesce(locked.decision_bytes, hold.decision_bytes),
      decision_ref = coalesce(locked.decision_ref, hold.decision_ref),
      decided_by = coalesce(locked.decided_by, hold.decided_by), closed_at = locked.closed_at
    from locked
    where hold.pk = locked.hold_pk and hold.revision = locked.revision and hold.status + 0 = ${holdCode.open}
      and locked.run_status in (${statusCode.ready}, ${statusCode.running}, ${statusCode.parked})
      and not exists (select 1 from hold_event
        where hold_event.hold_pk = locked.hold_pk and hold_event.idempotency_key = locked.idempotency_key offset 0)
      and not exists (select 1 from inbox
        where inbox.run_pk = locked.run_pk and inbox.dedupe = locked.mail_dedupe offset 0)
    returning locked.*
  ), linked as materialized (
    select moved.*, coalesce(last.n, 0) + 1 as number, coalesce(last.hash, '') as previous,
      convert_to('[' || coalesce(last.n, 0) + 1 || words, 'UTF8') as said, coalesce(evidence_hash, '') as evidence
    from moved left join lateral (
      select n, hash from hold_event where hold_event.hold_pk = moved.hold_pk order by hold_event.n desc limit 1) last on true
  ), told as (
    insert into hold_event (hold_pk, n, actor, channel, address, action, codec, bytes, ref, salt, evidence_hash, at,
      idempotency_key, hash)
    select hold_pk, number, actor, channel, address, action, codec, bytes, ref, salt, evidence_hash, at, idempotency_key,
      sha256(${["previous", "said", "evidence", "digest"].map(length).join(" || ")} || previous || said || evidence || digest)
    from linked
  ), followed as (
    insert into feed (namespace, run_pk, hold_pk, what, at) select $1, run_pk, hold_pk, ${firstHoldChange} + status, moved_at from moved
  ), mailed as (
    insert into inbox (run_pk, n, kind, key, dedupe, outcome, codec, bytes, ref, sender, at, salt)
    select run_pk, seq + 1, mail_kind, mail_key, mail_dedupe, mail_outcome, mail_codec, mail_bytes, mail_ref, mail_sender,
      mail_at, mail_salt
    from moved where mail_kind is not null
  ), woken as (
    update run set seq = run.seq + 1, updated_at = mail_at,
      status = case when run.status = ${statusCode.parked} then ${statusCode.ready} else run.status end,
      ready_at = case when run.status = ${statusCode.parked} then mail_at else run.ready_at end,
      waiting = case when run.status = ${statusCode.parked} then null else run.waiting end
    from moved where run.pk = moved.run_pk and mail_kind is not null
  )
  select moved.n, moved.run_status, ${holdColumns}
  from moved join hold on hold.pk = moved.hold_pk left join run on run.pk = hold.run_pk
  left join document on document.pk = hold.form`;

/** Whether it is one event, and mail (if any) that wakes: then many of them are one statement. */
export function isPlainMove({ events, mail }: HoldOperation): boolean {
  return events.length === 1 && mail?.kind !== "pause";
}

/** Moves different holds; null where the row was not as it should be, which has to be looked into. */
export function moveHolds(context: Context, operations: readonly HoldOperation[]): Prepared<(HoldResult | null)[]> {
  const given = columns.map(([, , of]) => operations.map(of));
  const values = [context.namespace, ...packed(types, given), operations.length];
  return { query: { name: "move_holds", text, values }, read: (rows) => moved(context, operations, rows) };
}

function moved(context: Context, operations: readonly HoldOperation[], rows: readonly SqlRow[]): (HoldResult | null)[] {
  const results: (HoldResult | null)[] = operations.map(() => null);
  const { news } = context;
  for (const row of rows) {
    const i = integer(row, "n") - 1;
    const operation = operations[i] as HoldOperation;
    results[i] = movedHold(readHold(row), operation);
    news.hold = true;
    news.deadline ||= operation.status === "open" && operation.nextAt !== null;
    if (operation.mail !== null) tell(context, row);
  }
  return results;
}

function tell({ news }: Context, row: SqlRow): void {
  if (row.run_status === statusCode.parked) news.ready = true;
  else if (row.run_status === statusCode.running) (news.mail ??= new Set()).add(integer(row, "run_pk"));
}
