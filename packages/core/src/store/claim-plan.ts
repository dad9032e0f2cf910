import type { Millis } from "./journal-rows.ts";
import type { RunPk } from "./run-rows.ts";
import { type ArrivalTime, afterStart, opensAt, type StartRate } from "./start-rate.ts";
import type { Capability, ClaimRequest } from "./worker-rows.ts";

/** A run that could be claimed, as the plan sees it. */
export interface Candidate {
  pk: RunPk;
  priority: number;
  readyAt: Millis;
  concurrencyKey: string | null;
  /** It was claimed before and has not finished since, so it holds a slot of its key already. */
  keyHeld: boolean;
  lastOwner: string | null;
  stalls: number;
  /** It was never claimed: a rate of starts counts it. */
  fresh: boolean;
}

/** Ready runs of one queue, workflow and version; `next` gives them by priority, then age, then pk. */
export interface Lane<C extends Candidate> {
  queue: string;
  workflow: string;
  version: number;
  /** None of its runs was ever claimed: once the rate of the queue is used up, the plan looks no further into it. */
  fresh?: boolean;
  next(): C | null;
}

/** How many runs occupy a queue or a key now. Asked only where a limit or a choice between queues needs it. */
export interface Occupancy {
  running(queue: string): number;
  runningWithKey(queue: string, key: string): number;
  heldWithKey(queue: string, key: string): number;
  /** Where the rate of a queue stands (`key` null), or of a key in it. Asked only where there is a rate. */
  arrival(queue: string, key: string | null): ArrivalTime;
}

/** Where a rate stands after a claim; to be kept. */
export interface Limiter {
  queue: string;
  /** Null for the queue as a whole. */
  key: string | null;
  arrival: Millis;
}

/** Which runs a claim takes. */
export interface ClaimPlan<C extends Candidate> {
  picked: C[];
  /** Read from their lanes but left alone (key limit, head start, too many suspects). */
  skipped: C[];
  /**
   * When the earliest head start ends, or the earliest rate lets another run begin, that kept a run from being taken. Never
   * later than something can be taken; perhaps earlier: behind the rate of a queue nobody looks for what else keeps a run back.
   */
  opensAt: Millis | null;
  /** Rates that runs were counted for. */
  limiters: Limiter[];
}

/**
 * Which lanes a worker may take from: its own (workflow, version) pairs and, when it adopts, older versions of its
 * workflows that no live worker has. A version never goes down, so nobody adopts a newer one.
 */
export function mayTake(
  lane: { workflow: string; version: number },
  request: Pick<ClaimRequest, "capabilities" | "adopt">,
  isServed: (capability: Capability) => boolean,
): boolean {
  let newer = false;
  for (const capability of request.capabilities) {
    if (capability.workflow !== lane.workflow) continue;
    if (capability.version === lane.version) return true;
    if (capability.version > lane.version) newer = true;
  }
  return newer && request.adopt && !isServed({ workflow: lane.workflow, version: lane.version });
}

/**
 * The lease of a worker whose claim took something: extended, unless nine tenths of what it asks for are left. A worker that
 * claims many times a second need not write its own row each time.
 */
export function leaseAfterClaim(leaseUntil: Millis, request: Pick<ClaimRequest, "now" | "leaseUntil">): Millis {
  const left = leaseUntil - request.now;
  return left < 0.9 * (request.leaseUntil - request.now) ? request.leaseUntil : leaseUntil;
}

type Queue = ClaimRequest["queues"][number];

/**
 * Chooses what one claim takes: higher priority first; among equals the queue with fewer running runs (so a full
 * queue does not starve the others); then the oldest. Queue and key limits hold at every pick.
 */
export function planClaim<C extends Candidate>(
  request: Omit<ClaimRequest, "capabilities" | "adopt" | "leaseUntil" | "tick">,
  lanes: readonly Lane<C>[],
  occupancy: Occupancy,
): ClaimPlan<C> {
  const plan: ClaimPlan<C> = { picked: [], skipped: [], opensAt: null, limiters: [] };
  const rates = request.queues.some(hasRate) ? new Rates(request.now, occupancy) : null;
  const queues = new Map<string, Queue>();
  for (const queue of request.queues) queues.set(queue.name, queue);
  const count = request.queues.length > 1 || request.queues.some((queue) => queue.limit !== null);
  const running = new Map<string, number>();
  const takenKeys = new Map<string, number>();
  let suspects = request.suspects;

  const isSuspect = ({ stalls }: C): boolean => stalls >= request.suspectStalls && stalls < request.maxStalls;
  const keyBlocks = (queue: Queue, candidate: C): boolean => {
    const { perKey } = queue;
    if (perKey === null || candidate.concurrencyKey === null) return false;
    if (perKey.while === "unfinished" && candidate.keyHeld) return false;
    const name = `${queue.name}\u0000${candidate.concurrencyKey}`;
    const occupied =
      perKey.while === "running"
        ? occupancy.runningWithKey(queue.name, candidate.concurrencyKey)
        : occupancy.heldWithKey(queue.name, candidate.concurrencyKey);
    return occupied + (takenKeys.get(name) ?? 0) >= perKey.limit;
  };
  const rateBlocks = (queue: Queue, { fresh }: C, key: string | null): boolean => {
    if (rates === null || !fresh) return false;
    const opens = rates.opensAt(queue, key);
    if (opens <= request.now) return false;
    if (plan.opensAt === null || opens < plan.opensAt) plan.opensAt = opens;
    return true;
  };
  // The rate of the whole queue comes first: a run that its key keeps back too must not hide when the others may begin.
  const blocked = (queue: Queue, candidate: C): boolean =>
    (suspects === 0 && isSuspect(candidate)) ||
    rateBlocks(queue, candidate, null) ||
    keyBlocks(queue, candidate) ||
    rateBlocks(queue, candidate, candidate.concurrencyKey);
  const usedUp = ({ lane, queue }: Front): boolean =>
    rates !== null && lane.fresh === true && rates.opensAt(queue, null) > request.now;
  const inHeadStart = (candidate: C): boolean => {
    if (candidate.lastOwner === null || candidate.lastOwner === request.incarnation) return false;
    const waited = request.now - candidate.readyAt;
    // A clock that was set back must not turn the head start into a long wait.
    if (waited < 0 || waited >= request.headStart) return false;
    const ends = candidate.readyAt + request.headStart;
    if (plan.opensAt === null || ends < plan.opensAt) plan.opensAt = ends;
    return true;
  };

  interface Front {
    lane: Lane<C>;
    queue: Queue;
    candidate: C | null;
  }
  const fronts: Front[] = [];
  const passBlocked = (front: Front): void => {
    while (front.candidate !== null && (inHeadStart(front.candidate) || blocked(front.queue, front.candidate))) {
      plan.skipped.push(front.candidate);
      front.candidate = usedUp(front) ? null : front.lane.next();
    }
  };
  const step = (front: Front): void => {
    front.candidate = front.lane.next();
    passBlocked(front);
  };
  for (const lane of lanes) {
    const queue = queues.get(lane.queue);
    if (queue === undefined) continue;
    if (count && !running.has(queue.name)) running.set(queue.name, occupancy.running(queue.name));
    const front: Front = { lane, queue, candidate: null };
    if (queue.limit === null || (running.get(queue.name) ?? 0) < queue.limit) step(front);
    fronts.push(front);
  }

  const better = (a: Front, x: C, b: Front, y: C): boolean => {
    if (x.priority !== y.priority) return x.priority > y.priority;
    if (a.queue !== b.queue) {
      const difference = (running.get(a.queue.name) ?? 0) - (running.get(b.queue.name) ?? 0);
      if (difference !== 0) return difference < 0;
    }
    return x.readyAt !== y.readyAt ? x.readyAt < y.readyAt : x.pk < y.pk;
  };

  while (plan.picked.length < request.limit) {
    let best: Front | null = null;
    for (const front of fronts) {
      if (front.candidate === null) continue;
      if (front.queue.limit !== null && (running.get(front.queue.name) ?? 0) >= front.queue.limit) continue;
      // A pick may have filled this key, or been the one suspect, since the candidate came to the front.
      passBlocked(front);
      if (front.candidate === null) continue;
      if (best === null || best.candidate === null || better(front, front.candidate, best, best.candidate))
        best = front;
    }
    const candidate = best?.candidate;
    if (!best || !candidate) break;
    plan.picked.push(candidate);
    if (isSuspect(candidate)) suspects -= 1;
    if (candidate.fresh) rates?.begin(best.queue, candidate.concurrencyKey);
    if (count) running.set(best.queue.name, (running.get(best.queue.name) ?? 0) + 1);
    if (candidate.concurrencyKey !== null && best.queue.perKey !== null) {
      if (best.queue.perKey.while === "running" || !candidate.keyHeld) {
        const name = `${best.queue.name}\u0000${candidate.concurrencyKey}`;
        takenKeys.set(name, (takenKeys.get(name) ?? 0) + 1);
      }
    }
    if (plan.picked.length < request.limit) step(best);
    else best.candidate = null;
  }
  for (const front of fronts) if (front.candidate !== null) plan.skipped.push(front.candidate);
  if (rates !== null) plan.limiters = rates.changed();
  return plan;
}

/** Whether starts of a queue are counted. */
export function hasRate({ rate, keyRate }: Pick<Queue, "rate" | "keyRate">): boolean {
  return (rate ?? null) !== null || (keyRate ?? null) !== null;
}

/** The rates of one claim: what they were, and what the plan has begun since. */
class Rates {
  readonly #now: Millis;
  readonly #occupancy: Occupancy;
  readonly #arrivals = new Map<string, ArrivalTime>();
  readonly #changed = new Map<string, Limiter>();

  constructor(now: Millis, occupancy: Occupancy) {
    this.#now = now;
    this.#occupancy = occupancy;
  }

  /** From when on another run of this queue and key may be begun. */
  opensAt(queue: Queue, key: string | null): Millis {
    let opens = Number.NEGATIVE_INFINITY;
    for (const [rate, of] of ratesOf(queue, key)) opens = Math.max(opens, opensAt(rate, this.#arrival(queue.name, of)));
    return opens;
  }

  begin(queue: Queue, key: string | null): void {
    for (const [rate, of] of ratesOf(queue, key)) {
      const arrival = afterStart(rate, this.#arrival(queue.name, of), this.#now);
      this.#arrivals.set(nameOf(queue.name, of), arrival);
      this.#changed.set(nameOf(queue.name, of), { queue: queue.name, key: of, arrival });
    }
  }

  changed(): Limiter[] {
    return [...this.#changed.values()];
  }

  #arrival(queue: string, key: string | null): ArrivalTime {
    const name = nameOf(queue, key);
    const known = this.#arrivals.get(name);
    if (known !== undefined) return known;
    const arrival = this.#occupancy.arrival(queue, key);
    this.#arrivals.set(name, arrival);
    return arrival;
  }
}

function ratesOf({ rate, keyRate }: Queue, key: string | null): [StartRate, string | null][] {
  const rates: [StartRate, string | null][] = [];
  if (rate) rates.push([rate, null]);
  if (keyRate && key !== null) rates.push([keyRate, key]);
  return rates;
}

const nameOf = (queue: string, key: string | null): string => (key === null ? queue : `${queue}\u0000${key}`);
