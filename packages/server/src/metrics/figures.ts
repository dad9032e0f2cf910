import type { HoldTimes, RunTimes } from "@holdpoint/core";

/** Something that stands for so many of its kind: more than one where not all were looked at. */
export interface Weighted<T> {
  value: T;
  weight: number;
}

/** The middle one and the one that 95 of 100 are below; null of nothing. */
export interface Spread {
  p50: number;
  p95: number;
}

/** Percentiles by nearest rank. */
export function spreadOf(times: readonly Weighted<number>[]): Spread | null {
  const sorted = [...times].sort((a, b) => a.value - b.value);
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  const at = (share: number): number => {
    let passed = 0;
    for (const { value, weight } of sorted) {
      passed += weight;
      // A sum of weights is never quite what it should be.
      if (passed >= share * total - 1e-9) return value;
    }
    return sorted.at(-1)?.value ?? 0;
  };
  return sorted.length === 0 ? null : { p50: at(0.5), p95: at(0.95) };
}

const weightOf = <T>(all: readonly Weighted<T>[], matches: (value: T) => boolean): number =>
  all.reduce((sum, { value, weight }) => sum + (matches(value) ? weight : 0), 0);

/** To six places: sums of weights are never quite what they should be. */
const share = (some: number, others: number): number | null =>
  some + others === 0 ? null : Math.round((some / (some + others)) * 1e6) / 1e6;

/** Figures of runs that finished. */
export function runFigures(all: readonly Weighted<RunTimes>[]) {
  const of = (...statuses: RunTimes["status"][]): number => weightOf(all, ({ status }) => statuses.includes(status));
  const [completed, failed, cancelled] = [of("completed"), of("failed"), of("cancelled")];
  let [humanWaitMs, otherMs] = [0, 0];
  for (const { value, weight } of all) {
    const took = tookOf(value);
    // Holds that were open at once are waited for once.
    const waited = Math.min(took, Math.max(0, value.waited));
    humanWaitMs += weight * waited;
    otherMs += weight * (took - waited);
  }
  return {
    finished: Math.round(completed + failed + cancelled),
    completed: Math.round(completed),
    failed: Math.round(failed),
    cancelled: Math.round(cancelled),
    successRate: share(completed, failed),
    latency: spreadOf(all.map(({ value, weight }) => ({ value: tookOf(value), weight }))),
    humanWaitMs: Math.round(humanWaitMs),
    otherMs: Math.round(otherMs),
  };
}

const tookOf = ({ createdAt, finishedAt }: RunTimes): number => Math.max(0, finishedAt - createdAt);

/** Figures of holds that were closed. */
export function holdFigures(all: readonly Weighted<HoldTimes>[]) {
  const isDecided = ({ status }: HoldTimes): boolean => status === "decided";
  const decided = weightOf(all, isDecided);
  const expired = weightOf(all, ({ status }) => status === "expired");
  const closed = weightOf(all, () => true);
  const times = all.filter(({ value }) => isDecided(value));
  return {
    closed: Math.round(closed),
    decided: Math.round(decided),
    expired: Math.round(expired),
    withdrawn: Math.round(closed - decided - expired),
    expiryRate: share(expired, decided),
    timeToDecide: spreadOf(
      times.map(({ value, weight }) => ({ value: Math.max(0, (value.closedAt ?? 0) - value.openedAt), weight })),
    ),
  };
}
