import { firstFinished, statusCode } from "../columns/codes.ts";

/** A run with its owner's name, as `readRun` wants it. */
const selectRun = "select run.*, worker.incarnation from run left join worker on worker.pk = run.owner";

/** What every write of an owner compares: one statement takes the row and proves the right to it. */
const fence = `where pk = ? and namespace = ? and epoch = ? and status = ${statusCode.running} and seq = ? and head = ?`;

/** What every append sets: how many entries, the new head, the time. */
const append = "seq = seq + ?, entry_count = entry_count + ?, head = ?, updated_at = ?";

export const runStatements = {
  insertRun: `
    insert into run (namespace, id, generation, workflow, version, spec, code_hash, status, queue, priority,
      concurrency_key, key_held, ready_at, epoch, seq, stalls, seed, salt, head, entry_count, streamed,
      parent_pk, parent_key, parent_close, forked_from, forked_seq, thread, input_digest, attributes,
      created_by, created_at, updated_at)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    returning pk`,
  /** Whether an id is taken: by a run, or by what retention left of one. */
  idTaken: `
    select 0 as removed from run where namespace = ? and id = ?
    union all select 1 from tombstone where namespace = ? and id = ? limit 1`,
  inNamespace: "select 1 as found from run where pk = ? and namespace = ?",
  runById: `${selectRun} where run.namespace = ? and run.id = ? order by run.generation desc limit 1`,
  runByPk: `${selectRun} where run.pk = ? and run.namespace = ?`,
  generations: `${selectRun} where run.namespace = ? and run.id = ? order by run.generation`,
  children: `${selectRun} where run.parent_pk = ? and run.namespace = ? and run.next_pk is null order by run.pk`,

  /** What deciding about a delivery needs, by either name of a run. */
  deliveryByPk:
    "select pk, id, generation, status, seq, epoch, ready_at, salt is null as erased from run where pk = ? and namespace = ?",
  deliveryById: `
    select pk, id, generation, status, seq, epoch, ready_at, salt is null as erased from run
    where namespace = ? and id = ? order by generation desc limit 1`,
  /** What deciding about a refused write needs. */
  fenceOf: "select id, status, epoch, seq, head, next_pk from run where pk = ? and namespace = ?",

  append: `update run set ${append}, stalls = min(stalls, ?) ${fence}`,
  park: `
    update run set ${append}, stalls = 0, status = ?, waiting = ?, wake_at = ?, note = ?, ready_at = coalesce(?, ready_at)
    ${fence}`,
  finish: `
    update run set ${append}, stalls = 0, status = ?, waiting = null, wake_at = null, note = ?, outcome = ?,
      phase = null, key_held = 0, finished_at = ?, next_pk = ?
    ${fence}`,
  seal: `
    update run set ${append}, epoch = epoch + 1, status = ?, waiting = null, wake_at = null, note = ?, outcome = ?,
      phase = null, key_held = 0, finished_at = ?
    where pk = ? and namespace = ? and seq = ? and head = ? and status < ${firstFinished}`,
  setNext: "update run set next_pk = ? where pk = ?",

  setVersion: "update run set version = ? where pk = ?",
  setPhase: "update run set phase = 1 where pk = ?",
  setProgress: "update run set progress_done = ?, progress_total = ? where pk = ?",
  setStreamed: "update run set streamed = streamed + ? where pk = ?",
  attributesOf: "select attributes from run where pk = ?",
  setAttributes: "update run set attributes = ? where pk = ?",
  streamedOf: "select streamed from run where pk = ?",

  /** Mail that leaves the status as it is. */
  countMail: "update run set seq = seq + 1, updated_at = ? where pk = ?",
  /** Mail that changes it; a finished run comes back to life. */
  wakeByMail: `
    update run set seq = seq + 1, updated_at = ?, status = ?, ready_at = ?, waiting = null,
      finished_at = null, outcome = case when status >= ${firstFinished} then null else outcome end
    where pk = ?`,
  pauseByMail: `update run set seq = seq + 1, updated_at = ?, status = ${statusCode.paused}, waiting = null where pk = ?`,
  clearStalls: "update run set stalls = 0 where pk = ?",

  insertEntry: `
    insert into journal (run_pk, seq, key, phase, kind, outcome, codec, bytes, ref, started_at, duration, attempt,
      measures, mail_seen, hash)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  /** Columns in the order `readEntry` takes them. */
  entriesAfter: `
    select seq, key, phase, kind, outcome, codec, bytes, ref, started_at, duration, attempt, measures, mail_seen, hash
    from journal where run_pk = ? and seq > ? order by seq`,
  /** The same without hashes: a value of its own for each, which SQLite's driver takes 0.5 µs to make. */
  entriesToReplay: `
    select seq, key, phase, kind, outcome, codec, bytes, ref, started_at, duration, attempt, measures, mail_seen
    from journal where run_pk = ? and seq > ? order by seq`,
  /** A stretch of it. */
  entriesBetween: `
    select seq, key, phase, kind, outcome, codec, bytes, ref, started_at, duration, attempt, measures, mail_seen, hash
    from journal where run_pk = ? and seq > ? and seq <= ? order by seq`,
  lastEntry: "select seq from journal where run_pk = ? order by seq desc limit 1",

  insertMail: `
    insert into inbox (run_pk, n, kind, key, dedupe, outcome, codec, bytes, ref, sender, at, salt)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  mailByDedupe: "select n from inbox where run_pk = ? and dedupe = ?",
  /** In any generation of a run. */
  signalByDedupe: `
    select inbox.n from run join inbox on inbox.run_pk = run.pk
    where run.namespace = ? and run.id = ? and inbox.dedupe = ? order by run.generation desc limit 1`,
  mailAfter: "select * from inbox where run_pk = ? and n > ? order by n",
  mailBetween: "select * from inbox where run_pk = ? and n > ? and n <= ? order by n",

  insertChunk: "insert into payload (run_pk, hash, bytes) values (?, ?, ?) on conflict do nothing",
  chunk: "select bytes from payload where run_pk = ? and hash = ?",

  insertStream: "insert into stream (run_pk, n, bytes) values (?, ?, ?)",
  streamAfter: "select n, bytes from stream where run_pk = ? and n > ? order by n limit ? + 0",

  setLabel: `
    insert into label (run_pk, key, by, label, at) values (?, ?, ?, ?, ?)
    on conflict (run_pk, key, by) do update set label = excluded.label, at = excluded.at`,
  labels: "select key, by, label, at from label where run_pk = ? order by key, by",
} as const;
