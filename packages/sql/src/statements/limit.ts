import { statusCode } from "../columns/codes.ts";

const laneColumns = "pk, priority, ready_at, concurrency_key, key_held, owner, wake_at, stalls, epoch";
const inLane = `namespace = ? and queue = ? and workflow = ? and version = ? and status = ${statusCode.ready}`;

export const limitStatements = {
  /** Ready runs that nobody has claimed yet: what a rate of starts counts. */
  freshLane: `select ${laneColumns} from run where ${inLane} and epoch = 0 order by priority desc, ready_at, pk limit ? + 0`,
  /** Ready runs that go on. */
  begunLane: `select ${laneColumns} from run where ${inLane} and epoch > 0 order by priority desc, ready_at, pk limit ? + 0`,
  /** `arrival` in microseconds; `key` is empty for a queue as a whole, else a key behind an equals sign. */
  arrival: "select arrival from limiter where namespace = ? and queue = ? and key = ?",
  setArrival: "update limiter set arrival = ? where namespace = ? and queue = ? and key = ?",
  insertArrival: "insert into limiter (arrival, namespace, queue, key) values (?, ?, ?, ?)",
  debounce: "select run_id, first_at from debounce where namespace = ? and workflow = ? and key = ?",
  insertDebounce: "insert into debounce (namespace, workflow, key, run_id, first_at) values (?, ?, ?, ?, ?)",
  /** Compare-and-set: of two who found the same run over, one goes on. */
  moveDebounce: `
    update debounce set run_id = ?, first_at = ? where namespace = ? and workflow = ? and key = ? and run_id = ?`,
  /** Those whose run does not wait any more mean nothing. */
  removeDebounces: `
    delete from debounce where namespace = ? and not exists (
      select 1 from run
      where run.namespace = debounce.namespace and run.id = debounce.run_id and run.status = ${statusCode.delayed})`,
  /** A start takes the place of another: only of one that nobody has claimed, and that is as the caller has read it. */
  replaceRun: `
    update run set version = ?, spec = ?, code_hash = ?, status = ?, queue = ?, priority = ?, concurrency_key = ?,
      ready_at = ?, seed = ?, salt = ?, head = ?, thread = ?, input_digest = ?, attributes = ?, created_by = ?,
      created_at = ?, updated_at = ?, note = null
    where pk = ? and namespace = ? and head = ? and status = ${statusCode.delayed} and epoch = 0`,
  removeFirstEntry: "delete from journal where run_pk = ? and seq = 1",

  removeArrivals: "delete from limiter where namespace = ? and arrival < ?",
} as const;
