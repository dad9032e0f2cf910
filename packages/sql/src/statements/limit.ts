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
  removeArrivals: "delete from limiter where namespace = ? and arrival < ?",
} as const;
