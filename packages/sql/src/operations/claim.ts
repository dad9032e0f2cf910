import type { ArrivalTime, Candidate, Capability, ClaimRequest, ClaimResult, Millis, Occupancy } from "@holdpoint/core";
import { leaseAfterClaim, mayTake, planClaim, startsAt } from "@holdpoint/core";
import { integer, integerOrNull, text, textOrNull } from "../columns/read.ts";
import { readRun } from "../columns/run.ts";
import { readWorker } from "../columns/worker.ts";
import type { SqlRow } from "../driver/driver.ts";
import { duplicateOf, insertMail } from "./deliver.ts";
import { runChanged } from "./feed.ts";
import { arrivalOf, keepLimiters, type Queue, type RatedQueues, ratedQueues } from "./limit.ts";
import type { Context, Program } from "./program.ts";
import { all, one, run } from "./program.ts";

/** How many due runs one claim makes ready at most; what is left is due at the next claim. */
const wakeBatch = 1_000;
/** Candidates read beyond those wanted, for those that a key limit or a head start keeps back. */
const spare = 16;

interface LaneName {
  queue: string;
  workflow: string;
  version: number;
}

interface SqlCandidate extends Candidate {
  wakeAt: Millis | null;
}

interface LanePage extends LaneName {
  candidates: SqlCandidate[];
  fresh?: boolean;
  /** The database had no more than these. */
  complete: boolean;
}

/**
 * Whether a claim would find anything to do, without a write: what an idle worker asks.
 * Null when it would; otherwise the answer to give.
 */
export function* idleClaim(context: Context, request: ClaimRequest): Program<ClaimResult | null> {
  const worker = yield* one("worker", context.namespace, request.incarnation);
  if (worker === null || integer(worker, "lease_until") <= request.now) {
    return { runs: [], poisoned: [], nextWake: null };
  }
  const nextWake = yield* earliestWake(context);
  if (nextWake !== null && nextWake <= request.now) return null;
  if ((yield* eligibleLanes(context, request)).length > 0) return null;
  return { runs: [], poisoned: [], nextWake };
}

export function* claim(context: Context, request: ClaimRequest): Program<ClaimResult> {
  const { namespace } = context;
  const worker = yield* one("worker", namespace, request.incarnation);
  if (worker === null || integer(worker, "lease_until") <= request.now) {
    return { runs: [], poisoned: [], nextWake: null };
  }
  // Looked at first: to find that nothing is due, the two updates take 170 µs.
  let wake = yield* earliestWake(context);
  if (wake !== null && wake <= request.now) {
    yield* run("wakeParked", namespace, request.now, Math.max(wakeBatch, request.limit));
    yield* run("wakeDelayed", namespace, request.now, Math.max(wakeBatch, request.limit));
    wake = yield* earliestWake(context);
  }
  const lanes = yield* eligibleLanes(context, request);
  const owner = integer(worker, "pk");
  // Owners are compared by the integer they have in the tables.
  const plan = yield* planFrom(context, { ...request, incarnation: String(owner) }, lanes);
  const result: ClaimResult = { runs: [], poisoned: [], nextWake: null };
  for (const candidate of plan.picked) {
    const row = readRun(yield* give(context, candidate, owner, request), context.name);
    row.owner = request.incarnation;
    (candidate.stalls >= request.maxStalls ? result.poisoned : result.runs).push(row);
  }
  // Only a claim that takes something writes, and with it the lease.
  const lease = integer(worker, "lease_until");
  const extended = leaseAfterClaim(lease, request);
  if (plan.picked.length > 0 && extended > lease) yield* run("extend", extended, owner);
  yield* keepLimiters(context, plan.limiters);
  const { opensAt } = plan;
  result.nextWake = wake === null ? opensAt : opensAt === null ? wake : Math.min(wake, opensAt);
  return result;
}

function* earliestWake({ namespace }: Context): Program<Millis | null> {
  const parked = yield* one("nextParked", namespace);
  const delayed = yield* one("nextDelayed", namespace);
  if (parked === null || delayed === null) {
    const row = parked ?? delayed;
    return row === null ? null : integer(row, "at");
  }
  return Math.min(integer(parked, "at"), integer(delayed, "at"));
}

function* eligibleLanes(context: Context, request: ClaimRequest): Program<LaneName[]> {
  const queues = new Set(request.queues.map(({ name }) => name));
  const found: LaneName[] = [];
  let served: Capability[] | null = null;
  let from: LaneName = { queue: "", workflow: "", version: 0 };
  for (;;) {
    const row = yield* one("nextLane", context.namespace, from.queue, from.workflow, from.version);
    if (row === null) return found;
    const lane = { queue: text(row, "queue"), workflow: text(row, "workflow"), version: integer(row, "version") };
    from = { ...lane, version: lane.version + 1 };
    if (!queues.has(lane.queue)) continue;
    const own = request.capabilities.some(({ workflow, version }) => isLane(lane, workflow, version));
    // Who else is there matters only for what this worker does not serve itself.
    if (!own && request.adopt) served ??= yield* servedNow(context, request.now);
    const isServed = (): boolean =>
      served?.some((capability) => isLane(lane, capability.workflow, capability.version)) ?? false;
    if (own || mayTake(lane, request, isServed)) found.push(lane);
  }
}

const isLane = (lane: LaneName, workflow: string, version: number): boolean =>
  lane.workflow === workflow && lane.version === version;

function* servedNow(context: Context, now: Millis): Program<Capability[]> {
  const live = (yield* all("workers", context.namespace)).map(readWorker).filter(({ leaseUntil }) => leaseUntil > now);
  return live.flatMap(({ capabilities }) => capabilities);
}

/** Reads the fronts of the lanes and plans; reads further when the plan came to the end of what was read of one. */
function* planFrom(context: Context, request: ClaimRequest, lanes: readonly LaneName[]) {
  const rated = ratedQueues(request);
  for (let size = request.limit + spare, again = false; ; size *= 4, again = true) {
    const pages: LanePage[] = [];
    for (const lane of lanes) {
      const queue = rated?.get(lane.queue);
      if (queue === undefined) pages.push(yield* readLane(context, lane, size, "lane"));
      else pages.push(...(yield* readRatedLane(context, lane, queue, size, again, request.now)));
    }
    const occupancy = yield* occupancyOf(context, request, pages, rated);
    let cameToEnd = false;
    const reader = ({ candidates, complete }: LanePage) => {
      let at = 0;
      return (): SqlCandidate | null => {
        const candidate = candidates[at++];
        if (candidate === undefined && !complete) cameToEnd = true;
        return candidate ?? null;
      };
    };
    const plan = planClaim(
      request,
      pages.map((page) => ({ ...page, next: reader(page) })),
      occupancy,
    );
    if (!cameToEnd || plan.picked.length >= request.limit) return plan;
  }
}

/** Runs that go on stand apart, so that any number of those whose time has not come does not hide them. */
function* readRatedLane(context: Context, lane: LaneName, queue: Queue, size: number, again: boolean, now: Millis) {
  const begun = yield* readLane(context, lane, size, "begunLane");
  // No more than may be begun, and one to know that somebody waits; where keys are limited, too, more may be passed over.
  const most = queue.rate ? startsAt(queue.rate, yield* arrivalOf(context, queue.name, null), now) : size;
  const passesOver = again || queue.perKey !== null || (queue.keyRate ?? null) !== null;
  const wanted = most > 0 && passesOver ? size : Math.min(size, most + 1);
  const fresh = yield* readLane(context, lane, wanted, "freshLane");
  return [begun, { ...fresh, fresh: true }];
}

function* readLane(
  { namespace }: Context,
  lane: LaneName,
  size: number,
  statement: "lane" | "begunLane" | "freshLane",
): Program<LanePage> {
  const rows = yield* all(statement, namespace, lane.queue, lane.workflow, lane.version, size);
  return { ...lane, candidates: rows.map(readCandidate), complete: rows.length < size };
}

function readCandidate(row: SqlRow): SqlCandidate {
  const owner = integerOrNull(row, "owner");
  return {
    pk: integer(row, "pk"),
    priority: integer(row, "priority"),
    readyAt: integer(row, "ready_at"),
    concurrencyKey: textOrNull(row, "concurrency_key"),
    keyHeld: integer(row, "key_held") === 1,
    lastOwner: owner === null ? null : String(owner),
    wakeAt: integerOrNull(row, "wake_at"),
    stalls: integer(row, "stalls"),
    // Only a lane whose starts are counted says so.
    fresh: row.epoch === 0,
  };
}

/** Counts only what the limits of these queues, and these keys, ask for. */
function* occupancyOf(
  context: Context,
  request: ClaimRequest,
  pages: readonly LanePage[],
  rated: RatedQueues | null,
): Program<Occupancy> {
  const counts = new Map<string, number>();
  const several = request.queues.length > 1;
  for (const { name, limit, perKey } of request.queues) {
    const own = pages.filter(({ queue }) => queue === name);
    if (own.length === 0) continue;
    if (several || limit !== null) counts.set(`q${name}`, yield* count("runningInQueue", context, name));
    if (perKey === null) continue;
    const statement = perKey.while === "running" ? "runningWithKey" : "heldWithKey";
    for (const { candidates } of own) {
      for (const { concurrencyKey } of candidates) {
        const label = `k${name}\u0000${concurrencyKey}`;
        if (concurrencyKey === null || counts.has(label)) continue;
        counts.set(label, yield* count(statement, context, name, concurrencyKey));
      }
    }
  }
  const arrivals = rated === null ? null : yield* arrivalsOf(context, rated, pages);
  return {
    arrival: (queue, key) => arrivals?.get(`${queue}\u0000${key === null ? "" : `=${key}`}`) ?? null,
    running: (queue) => counts.get(`q${queue}`) ?? 0,
    runningWithKey: (queue, key) => counts.get(`k${queue}\u0000${key}`) ?? 0,
    heldWithKey: (queue, key) => counts.get(`k${queue}\u0000${key}`) ?? 0,
  };
}

/** Of the queues whose starts are counted, and the keys of the runs read. */
function* arrivalsOf(context: Context, rated: RatedQueues, pages: readonly LanePage[]) {
  const arrivals = new Map<string, ArrivalTime>();
  for (const { name, rate, keyRate } of rated.values()) {
    const own = pages.filter(({ queue }) => queue === name);
    if (own.length === 0) continue;
    if (rate) arrivals.set(`${name}\u0000`, yield* arrivalOf(context, name, null));
    for (const { fresh, concurrencyKey } of keyRate ? own.flatMap(({ candidates }) => candidates) : []) {
      const label = `${name}\u0000=${concurrencyKey}`;
      if (!fresh || concurrencyKey === null || arrivals.has(label)) continue;
      arrivals.set(label, yield* arrivalOf(context, name, concurrencyKey));
    }
  }
  return arrivals;
}

function* count(
  statement: "runningInQueue" | "runningWithKey" | "heldWithKey",
  { namespace }: Context,
  ...names: string[]
): Program<number> {
  const row = yield* one(statement, namespace, ...names);
  return row === null ? 0 : integer(row, "n");
}

/** Makes the run the worker's, with the tick of a due timer in its inbox. */
function* give(context: Context, candidate: SqlCandidate, owner: number, request: ClaimRequest): Program<SqlRow> {
  const { pk, wakeAt } = candidate;
  let delivered = 0;
  if (wakeAt !== null && wakeAt <= request.now) {
    const due = readRun(yield* existing(context, pk), context.name);
    const tick = request.tick(due, request.now);
    if ((yield* duplicateOf(pk, tick)) === null) {
      yield* insertMail(pk, due.seq + 1, tick);
      delivered = 1;
    }
  }
  yield* run("give", owner, delivered, request.now, pk, context.namespace);
  yield runChanged(context, pk, "run.running", request.now);
  const row = yield* one("given", pk);
  if (row === null) throw new TypeError("a run vanished while it was claimed");
  return row;
}

function* existing(context: Context, pk: number): Program<SqlRow> {
  const row = yield* one("runByPk", pk, context.namespace);
  if (row === null) throw new TypeError("a run vanished while it was claimed");
  return row;
}
