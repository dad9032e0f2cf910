import type { Millis } from "./journal-rows.ts";

/** How often runs may be begun: a queue's, or a key's in a queue. */
export interface StartRate {
  /** Milliseconds between two of them in the long run. */
  interval: number;
  /** How many may come at once after a pause. 1: never two within `interval`. */
  burst: number;
}

/**
 * Where a queue or a key stands: the time at which its next start would be due if starts came evenly (the "theoretical arrival
 * time" of the generic cell rate algorithm, ITU-T I.371). Null when nothing was begun yet. To the microsecond.
 */
export type ArrivalTime = Millis | null;

/** From when on the next run may be begun. */
export function opensAt(rate: StartRate, arrival: ArrivalTime): Millis {
  return arrival === null ? Number.NEGATIVE_INFINITY : arrival - (rate.burst - 1) * rate.interval;
}

/** How many may be begun at `now`. */
export function startsAt(rate: StartRate, arrival: ArrivalTime, now: Millis): number {
  if (arrival === null) return rate.burst;
  const left = Math.floor((now - opensAt(rate, arrival)) / rate.interval) + 1;
  return Math.min(Math.max(left, 0), rate.burst);
}

/** Where it stands after one more run was begun at `now`. */
export function afterStart(rate: StartRate, arrival: ArrivalTime, now: Millis): Millis {
  return Math.round((Math.max(now, arrival ?? now) + rate.interval) * 1000) / 1000;
}
