import type { ArrivalTime, ClaimRequest, Limiter } from "@holdpoint/core";
import { hasRate } from "@holdpoint/core";
import { integer } from "../columns/read.ts";
import type { Context, Program } from "./program.ts";
import { one, run } from "./program.ts";

/** Arrival times are kept in whole microseconds. */
const perMs = 1_000;

export type Queue = ClaimRequest["queues"][number];
export type RatedQueues = ReadonlyMap<string, Queue>;

/** Queues of a claim whose starts are counted, by name; null for most claims. */
export function ratedQueues({ queues }: Pick<ClaimRequest, "queues">): RatedQueues | null {
  return queues.some(hasRate) ? new Map(queues.filter(hasRate).map((queue) => [queue.name, queue])) : null;
}

/** Where the rate of a queue stands, or of a key in it. */
export function* arrivalOf({ namespace }: Context, queue: string, key: string | null): Program<ArrivalTime> {
  const row = yield* one("arrival", namespace, queue, stored(key));
  return row === null ? null : integer(row, "arrival") / perMs;
}

/** Keeps what a claim has counted. */
export function* keepLimiters({ namespace }: Context, limiters: readonly Limiter[]): Program<void> {
  for (const { queue, key, arrival } of limiters) {
    const columns = [Math.round(arrival * perMs), namespace, queue, stored(key)] as const;
    if ((yield* run("setArrival", ...columns)) === 0) yield* run("insertArrival", ...columns);
  }
}

/** Those that are over say no more than none. */
export function* removeLimiters({ namespace }: Context, now: number): Program<void> {
  yield* run("removeArrivals", namespace, now * perMs);
}

const stored = (key: string | null): string => (key === null ? "" : `=${key}`);
