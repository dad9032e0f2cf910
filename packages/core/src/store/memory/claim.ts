import type { Candidate } from "../claim-plan.ts";
import { hasRate, leaseAfterClaim, mayTake, planClaim } from "../claim-plan.ts";
import type { Capability, ClaimRequest, ClaimResult, Millis, RunRow, WorkerRow } from "../store.ts";
import { insertMail } from "./deliver.ts";
import type { MemoryRun } from "./rows.ts";
import { runRow } from "./rows.ts";
import type { MemoryLane, Space } from "./space.ts";
import { wakeTime } from "./space.ts";

interface MemoryCandidate extends Candidate {
  run: MemoryRun;
  home: MemoryLane;
}

export function claim(space: Space, request: ClaimRequest): ClaimResult {
  const worker = space.workers.get(request.incarnation);
  if (worker === undefined || worker.leaseUntil <= request.now) return { runs: [], poisoned: [], nextWake: null };
  wakeDue(space, request.now);
  const served = (capability: Capability): boolean => isServed(space, capability, request.now);
  const lanes = [...space.lanes.values()].filter((lane) => lane.ready.size > 0 && mayTake(lane, request, served));
  const passed: MemoryCandidate[][] = [];
  const rated = new Set(request.queues.filter(hasRate).map(({ name }) => name));
  const plan = planClaim(
    request,
    lanes.flatMap((lane) => {
      if (!rated.has(lane.queue)) return [{ ...lane, next: () => take(lane, worker) }];
      const apart = new Apart(lane, worker);
      passed.push(apart.begun, apart.fresh);
      return [false, true].map((fresh) => ({ ...lane, fresh, next: () => apart.next(fresh) }));
    }),
    {
      running: (queue) => space.queue(queue).running,
      runningWithKey: (queue, key) => space.queue(queue).runningByKey.get(key) ?? 0,
      heldWithKey: (queue, key) => space.queue(queue).heldByKey.get(key) ?? 0,
      arrival: (queue, key) => space.limiters.get(limiterName(queue, key)) ?? null,
    },
  );
  for (const { run, home } of [...plan.skipped, ...passed.flat()]) run.ready = home.ready.push(run);
  const result: ClaimResult = { runs: [], poisoned: [], nextWake: earliest(nextWake(space), plan.opensAt) };
  // Only a claim that takes something writes, and with it the lease.
  if (plan.picked.length > 0) worker.leaseUntil = leaseAfterClaim(worker.leaseUntil, request);
  for (const { queue, key, arrival } of plan.limiters) space.limiters.set(limiterName(queue, key), arrival);
  for (const { run } of plan.picked) {
    const poisoned = run.row.stalls >= request.maxStalls;
    (poisoned ? result.poisoned : result.runs).push(give(space, run, worker, request));
  }
  return result;
}

function take(lane: MemoryLane, claimant: WorkerRow): MemoryCandidate | null {
  const run = lane.ready.pop();
  if (run === null) return null;
  run.ready = null;
  const { pk, priority, readyAt, concurrencyKey, stalls } = run.row;
  const { keyHeld } = run;
  const lastOwner = run.lastOwner === null ? null : run.lastOwner === claimant ? claimant.incarnation : "another";
  const fresh = run.row.epoch === 0;
  return { pk, priority, readyAt, concurrencyKey, keyHeld, lastOwner, stalls, fresh, run, home: lane };
}

/** A lane whose starts are counted: runs that go on stand apart, so that those whose time has not come do not hide them. */
class Apart {
  /** Taken from the lane on the way to one of the other kind. */
  readonly begun: MemoryCandidate[] = [];
  readonly fresh: MemoryCandidate[] = [];
  readonly #lane: MemoryLane;
  readonly #claimant: WorkerRow;

  constructor(lane: MemoryLane, claimant: WorkerRow) {
    this.#lane = lane;
    this.#claimant = claimant;
  }

  next(fresh: boolean): MemoryCandidate | null {
    const passed = (fresh ? this.fresh : this.begun).shift();
    if (passed !== undefined) return passed;
    for (let next = take(this.#lane, this.#claimant); next !== null; next = take(this.#lane, this.#claimant)) {
      if (next.fresh === fresh) return next;
      (next.fresh ? this.fresh : this.begun).push(next);
    }
    return null;
  }
}

const limiterName = (queue: string, key: string | null): string => (key === null ? queue : `${queue}\u0000${key}`);

/** Makes the run the worker's, with the tick of a due timer in its inbox. */
function give(space: Space, run: MemoryRun, worker: WorkerRow, request: ClaimRequest): RunRow {
  const { row } = run;
  if (row.wakeAt !== null && row.wakeAt <= request.now) insertMail(run, request.tick(runRow(run), request.now));
  row.wakeAt = null;
  row.epoch += 1;
  row.stalls += 1;
  row.owner = request.incarnation;
  row.updatedAt = request.now;
  run.lastOwner = worker;
  space.moveTo(run, "running");
  space.feed.addRun(run, "running", request.now);
  space.holdKey(run, true);
  return runRow(run);
}

/** Parked and delayed runs whose time has come join the ready ones. */
function wakeDue(space: Space, now: Millis): void {
  for (;;) {
    const run = space.wake.first();
    if (run === null || wakeTime(run) > now) return;
    run.row.readyAt = wakeTime(run);
    space.unindex(run);
    run.delayed = false;
    space.moveTo(run, "ready");
  }
}

function nextWake(space: Space): Millis | null {
  const run = space.wake.first();
  return run === null ? null : wakeTime(run);
}

function earliest(a: Millis | null, b: Millis | null): Millis | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

function isServed(space: Space, wanted: Capability, now: Millis): boolean {
  for (const worker of space.workers.values()) {
    if (worker.leaseUntil <= now) continue;
    for (const { workflow, version } of worker.capabilities) {
      if (workflow === wanted.workflow && version === wanted.version) return true;
    }
  }
  return false;
}
