import type { Capability, ClaimRequest, Millis, RunPk } from "./store.ts";

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
}

/** Ready runs of one queue, workflow and version; `next` gives them by priority, then age, then pk. */
export interface Lane<C extends Candidate> {
  queue: string;
  workflow: string;
  version: number;
  next(): C | null;
}

/** How many runs occupy a queue or a key now. Asked only where a limit or a choice between queues needs it. */
export interface Occupancy {
  running(queue: string): number;
  runningWithKey(queue: string, key: string): number;
  heldWithKey(queue: string, key: string): number;
}

/** Which runs a claim takes. */
export interface ClaimPlan<C extends Candidate> {
  picked: C[];
  /** Read from their lanes but left alone (key limit, head start, too many suspects). */
  skipped: C[];
  /** When the earliest head start ends that kept a run from being taken. */
  headStartEnds: Millis | null;
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
  const plan: ClaimPlan<C> = { picked: [], skipped: [], headStartEnds: null };
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
  const blocked = (queue: Queue, candidate: C): boolean =>
    (suspects === 0 && isSuspect(candidate)) || keyBlocks(queue, candidate);
  const inHeadStart = (candidate: C): boolean => {
    if (candidate.lastOwner === null || candidate.lastOwner === request.incarnation) return false;
    const waited = request.now - candidate.readyAt;
    // A clock that was set back must not turn the head start into a long wait.
    if (waited < 0 || waited >= request.headStart) return false;
    const ends = candidate.readyAt + request.headStart;
    if (plan.headStartEnds === null || ends < plan.headStartEnds) plan.headStartEnds = ends;
    return true;
  };

  interface Front {
    lane: Lane<C>;
    queue: Queue;
    candidate: C | null;
  }
  const fronts: Front[] = [];
  const step = (front: Front): void => {
    for (;;) {
      front.candidate = front.lane.next();
      if (front.candidate === null) return;
      if (!inHeadStart(front.candidate) && !blocked(front.queue, front.candidate)) return;
      plan.skipped.push(front.candidate);
    }
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
      if (blocked(front.queue, front.candidate)) {
        plan.skipped.push(front.candidate);
        step(front);
        if (front.candidate === null) continue;
      }
      if (best === null || best.candidate === null || better(front, front.candidate, best, best.candidate))
        best = front;
    }
    const candidate = best?.candidate;
    if (!best || !candidate) break;
    plan.picked.push(candidate);
    if (isSuspect(candidate)) suspects -= 1;
    if (count) running.set(best.queue.name, (running.get(best.queue.name) ?? 0) + 1);
    if (candidate.concurrencyKey !== null && best.queue.perKey !== null) {
      if (best.queue.perKey.while === "running" || !candidate.keyHeld) {
        const name = `${best.queue.name}\u0000${candidate.concurrencyKey}`;
        takenKeys.set(name, (takenKeys.get(name) ?? 0) + 1);
      }
    }
    step(best);
  }
  for (const front of fronts) if (front.candidate !== null) plan.skipped.push(front.candidate);
  return plan;
}
