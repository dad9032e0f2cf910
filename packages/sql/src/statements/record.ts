const page = `
  and id < ? and (expires_at is null or expires_at > ?) order by id limit ? + 0`;

export const recordStatements = {
  /** Also one that has expired: until it is swept it keeps its place. */
  recordById: "select * from record where namespace = ? and kind = ? and id = ?",
  insertRecord: `
    insert into record (namespace, kind, id, revision, body, created_at, updated_at, expires_at)
    values (?, ?, ?, ?, ?, ?, ?, ?)`,
  updateRecord: `
    update record set revision = ?, body = ?, created_at = ?, updated_at = ?, expires_at = ? where pk = ?`,
  removeRecord: "delete from record where pk = ?",
  recordsFrom: `select * from record where namespace = ? and kind = ? and id >= ? ${page}`,
  recordsAfter: `select * from record where namespace = ? and kind = ? and id > ? ${page}`,
  /** The time is asked again of the row itself: one that was written anew meanwhile stays. */
  sweepRecords: `
    delete from record where pk in (
      select pk from record where namespace = ? and expires_at is not null and expires_at <= ?
      order by expires_at limit ? + 0)
    and expires_at <= ?`,

  logHead: "select pk, n, at, hash from log_head where namespace = ? and name = ?",
  insertLogHead: "insert into log_head (namespace, name, n, at) values (?, ?, 0, 0) on conflict do nothing",
  moveLogHead: "update log_head set n = ?, at = ?, hash = ? where pk = ?",
  insertLogLine: "insert into log_line (log_pk, n, at, key, body, hash) values (?, ?, ?, ?, ?, ?)",
  logLineByKey: "select * from log_line where log_pk = ? and key = ?",
  /** Lines are in the order of time, too: the first one from a time on says where the rest of them is. */
  firstLogLineFrom: "select n from log_line where log_pk = ? and at >= ? order by at, n limit 1",
  logLinesUp: "select * from log_line where log_pk = ? and n > ? and n < ? order by n limit ? + 0",
  logLinesDown: "select * from log_line where log_pk = ? and n > ? and n < ? order by n desc limit ? + 0",
} as const;
