import { holdCode } from "../columns/codes.ts";

/** A hold with what its run and its form's document say; a run that retention removed left its names in the hold. */
export const holdColumns = `
    hold.pk, hold.id, hold.run_pk, coalesce(hold.run_id, run.id) as run_id,
    coalesce(hold.workflow, run.workflow) as workflow, hold.key, hold.name, hold.origin, hold.status, hold.title,
    hold.severity, document.bytes as form, hold.request_codec, hold.request_bytes, hold.request_ref,
    hold.evidence_hash, hold.action_hash, hold.next_at, hold.revision, hold.progress_codec, hold.progress_bytes, hold.progress_ref, hold.decision_codec, hold.decision_bytes,
    hold.decision_ref, hold.decided_by, hold.opened_at, hold.closed_at`;
const selectHold = `
  select ${holdColumns}
  from hold left join run on run.pk = hold.run_pk left join document on document.pk = hold.form`;

export const holdStatements = {
  insertDocument: "insert into document (hash, bytes) values (?, ?) on conflict do nothing",
  documentByHash: "select pk from document where hash = ?",
  insertHold: `
    insert into hold (namespace, id, run_pk, key, name, origin, status, title, severity, form, request_codec,
      request_bytes, request_ref, evidence_hash, action_hash, next_at, revision, opened_at)
    values (?, ?, ?, ?, ?, ?, ${holdCode.open}, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)
    returning pk`,
  holdById: `${selectHold} where hold.namespace = ? and hold.id = ?`,
  holdByKey: `${selectHold} where hold.run_pk = ? and hold.key = ? and hold.namespace = ?`,
  /** What closing needs. */
  holdState: "select pk, status, next_at from hold where run_pk = ? and key = ?",
  pendingHolds: `select pk, status from hold where run_pk = ? and status in (${holdCode.open}, ${holdCode.answered})`,
  moveHold: `
    update hold set status = ?, next_at = ?, revision = revision + 1, progress_codec = coalesce(?, progress_codec),
      progress_bytes = coalesce(?, progress_bytes), progress_ref = coalesce(?, progress_ref), decision_codec = coalesce(?, decision_codec),
      decision_bytes = coalesce(?, decision_bytes), decision_ref = coalesce(?, decision_ref),
      decided_by = coalesce(?, decided_by), closed_at = ?
    where namespace = ? and id = ? and revision = ? and status = ${holdCode.open}`,
  closeHold: "update hold set status = ?, next_at = null, revision = revision + 1, closed_at = ? where pk = ?",
  reopenHold: `
    update hold set status = ${holdCode.open}, next_at = ?, revision = revision + 1, decision_codec = null,
      decision_bytes = null, decision_ref = null, decided_by = null, closed_at = null
    where pk = ?`,
  acceptHold: `update hold set status = ${holdCode.decided}, revision = revision + 1, closed_at = ? where pk = ?`,

  insertHoldEvent: `
    insert into hold_event (hold_pk, n, actor, channel, address, action, codec, bytes, ref, salt, evidence_hash, at,
      idempotency_key, hash)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  /** The last event's number and link, and whether one is named so. */
  holdEventsSoFar: `
    select n as last, hash, exists (
      select 1 from hold_event as named where named.hold_pk = hold_event.hold_pk and named.idempotency_key = ?) as known
    from hold_event where hold_pk = ? order by n desc limit 1`,
  holdEvents: `
    select hold_event.* from hold_event join hold on hold.pk = hold_event.hold_pk
    where hold.namespace = ? and hold.id = ? order by hold_event.n`,

  dueHolds: `
    ${selectHold} where hold.namespace = ? and hold.status = ${holdCode.open} and hold.next_at is not null
      and hold.next_at <= ? order by hold.next_at, hold.pk limit ? + 0`,
  nextHoldAt: `
    select next_at from hold where namespace = ? and status = ${holdCode.open} and next_at is not null
    order by next_at limit 1`,
  holdCounts: `
    select severity, count(*) as n, min(opened_at) as oldest from hold
    where namespace = ? and status = ${holdCode.open} group by severity`,
} as const;
