export const scheduleStatements = {
  scheduleById: "select * from schedule where namespace = ? and id = ?",
  insertSchedule: `
    insert into schedule (namespace, id, revision, workflow, definition, event, codec, bytes, ref, paused, next_at, state,
      created_by, created_at, updated_at)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  /** Compare-and-set: it changes 1 row when the schedule was still what the caller had read. */
  updateSchedule: `
    update schedule set revision = revision + 1, workflow = ?, definition = ?, event = ?, codec = ?, bytes = ?, ref = ?,
      paused = ?, next_at = ?, state = ?, created_by = ?, created_at = ?, updated_at = ?
    where namespace = ? and id = ? and revision = ?`,
  removeSchedule: "delete from schedule where namespace = ? and id = ? and revision = ?",
  schedulesAfter: "select * from schedule where namespace = ? and id > ? order by id limit ? + 0",
  schedulesOfEvent: "select * from schedule where namespace = ? and event = ? and id > ? order by id limit ? + 0",
  dueSchedules: `
    select * from schedule where namespace = ? and next_at is not null and next_at <= ?
    order by next_at, id limit ? + 0`,
  nextScheduleAt: "select next_at from schedule where namespace = ? and next_at > ? order by next_at limit 1",

  firingByKey: "select pk from firing where schedule_pk = ? and key = ?",
  insertFiring: `
    insert into firing (schedule_pk, key, kind, outcome, due_at, run_id, actor, note, at)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  updateFiring: `
    update firing set kind = ?, outcome = ?, due_at = ?, run_id = ?, actor = ?, note = ?, at = ? where pk = ?`,
  firingsBefore: "select * from firing where schedule_pk = ? and pk < ? order by pk desc limit ? + 0",
  removeFirings: "delete from firing where schedule_pk = ?",
  removeOldFirings: `
    delete from firing where at < ? and schedule_pk in (select pk from schedule where namespace = ?)`,
} as const;
