import { firstFinished, statusCode } from "../columns/codes.ts";

export const retentionStatements = {
  tombstone: "select * from tombstone where namespace = ? and id = ?",
  /** Roots of trees, oldest end first, from behind the last one looked at. */
  finishedRoots: `
    select pk, id, finished_at from run
    where namespace = ? and finished_at is not null and next_pk is null and (parent_pk is null or parent_close = 1)
      and (finished_at, pk) > (?, ?) and finished_at < ?
    order by finished_at, pk limit ? + 0`,
  treeGenerations: "select pk, status, finished_at from run where namespace = ? and id = ?",
  treeChildren: "select id from run where parent_pk = ? and next_pk is null and parent_close = 0",
  bury: `
    insert into tombstone (namespace, id, workflow, input_digest, status, outcome, head, entry_count, created_at,
      finished_at, removed_at)
    select namespace, id, workflow, input_digest, status, coalesce(outcome, ''), head, entry_count, created_at,
      coalesce(finished_at, updated_at), ?
    from run where pk = ? and next_pk is null and status >= ${firstFinished}`,
  nameHolds: `
    update hold set run_id = (select id from run where run.pk = hold.run_pk),
      workflow = (select workflow from run where run.pk = hold.run_pk)
    where run_pk = ?`,
  removeRun: "delete from run where pk = ?",
  removeEntries: "delete from journal where run_pk = ?",
  removeMail: "delete from inbox where run_pk = ?",
  removeChunks: "delete from payload where run_pk = ?",
  removeStream: "delete from stream where run_pk = ?",
  removeLabels: "delete from label where run_pk = ?",
  removeTombstones: "delete from tombstone where namespace = ? and removed_at < ?",
  keptHolds: "select pk from hold where namespace = ? and run_id is not null and coalesce(closed_at, opened_at) < ?",
  removeHold: "delete from hold where pk = ?",
  removeHoldEvents: "delete from hold_event where hold_pk = ?",
  removeCached: "delete from cache where namespace = ? and expires_at <= ?",

  entriesWithPayload: "select seq from journal where run_pk = ? and codec is not null",
  mailWithPayload: "select n from inbox where run_pk = ? and codec is not null",
  eraseEntry: "update journal set codec = ?, bytes = ?, ref = 0 where run_pk = ? and seq = ?",
  eraseMail: "update inbox set codec = ?, bytes = ?, ref = 0 where run_pk = ? and n = ?",
  eraseSalts: "update inbox set salt = null where run_pk = ?",
  eraseRun: "update run set salt = null, attributes = null, note = ?, updated_at = ? where pk = ?",
  eraseHolds: `
    update hold set title = '', request_codec = ?, request_bytes = ?, request_ref = 0,
      decision_codec = case when decision_codec is null then null else ? end,
      decision_bytes = case when decision_codec is null then null else ? end,
      decision_ref = case when decision_codec is null then null else 0 end
    where run_pk = ?`,
  eraseProgress: `
    update hold set progress_codec = ?, progress_bytes = ?, progress_ref = 0
    where run_pk = ? and progress_codec is not null`,
  holdEventsWithData: `
    select hold_event.* from hold_event
    where codec is not null and hold_pk in (select pk from hold where run_pk = ?)`,
  eraseHoldEvent: "update hold_event set codec = ?, bytes = ?, ref = 0, salt = null where hold_pk = ? and n = ?",

  runCounts: "select status, count(*) as n from run where namespace = ? and next_pk is null group by status",
  queueCounts: `
    select queue, count(*) as n, min(ready_at) as oldest from run
    where namespace = ? and status = ${statusCode.ready} group by queue`,
} as const;
