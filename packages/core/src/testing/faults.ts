import { Entropy } from "../run/entropy.ts";
import type { Operation } from "../store/store.ts";
import type { StoreCall, StoreMethod } from "./store-calls.ts";
import { isWriting } from "./store-calls.ts";

/**
 * What can go wrong with one call. `errorBefore`: nothing happened. `errorAfter`: it happened and the caller does
 * not know. `delay`: it takes `ms` longer, before or after. `duplicate`: it is carried out twice, and the caller gets
 * the answer of the second time.
 */
export type Fault =
  | { type: "errorBefore" }
  | { type: "errorAfter" }
  | { type: "delay"; ms: number; when: "before" | "after" }
  | { type: "duplicate" };
export type FaultType = Fault["type"];
export const faultTypes = ["errorBefore", "errorAfter", "delay", "duplicate"] as const satisfies readonly FaultType[];

/** Where a fault can hit: a method, or an operation inside a `commit`. */
export type FaultPoint = Exclude<StoreMethod, "commit"> | `commit:${Operation["type"]}`;

/** The points a call touches: for a commit each kind of operation in it, once. */
export function pointsOf({ method, operations }: StoreCall): FaultPoint[] {
  if (method !== "commit") return [method];
  return [...new Set(operations.map(({ type }) => `commit:${type}` as const))];
}

/** Whether a fault makes sense there: only what writes can go wrong after it happened, or twice. */
export function canHit(point: FaultPoint, fault: FaultType): boolean {
  if (fault === "errorBefore" || fault === "delay") return true;
  const method = point.startsWith("commit:") ? "commit" : (point as Exclude<StoreMethod, "commit">);
  return isWriting(method);
}

/** Decides call by call. Gets the points the call touches; null lets it pass. */
export interface FaultPlan {
  decide(points: readonly FaultPoint[], call: StoreCall): Fault | null;
}

/**
 * Faults from a seed: the same seed and the same calls give the same faults.
 *
 * @example
 * seededFaults({ seed: 42, rate: 0.05, maxDelay: 500 })
 */
export function seededFaults(options: {
  seed: number | string;
  /** Share of the calls that go wrong, 0 to 1. */
  rate: number;
  /** Longest delay in milliseconds; 1,000 by default. */
  maxDelay?: number;
  /** Which kinds; all by default. */
  types?: readonly FaultType[];
  /** Where; everywhere by default. */
  points?: readonly FaultPoint[];
}): FaultPlan {
  const { seed, rate, maxDelay = 1_000, types = faultTypes, points: allowed } = options;
  const entropy = new Entropy(String(seed), "store faults");
  return {
    decide(points) {
      const draw = entropy.random();
      const choice = entropy.random();
      const extent = entropy.random();
      if (draw >= rate) return null;
      const [point] = allowed === undefined ? points : points.filter((candidate) => allowed.includes(candidate));
      if (point === undefined) return null;
      const fitting = types.filter((type) => canHit(point, type));
      const type = fitting[Math.floor(choice * fitting.length)];
      if (type === undefined) return null;
      if (type !== "delay") return { type };
      return { type, ms: Math.ceil(extent * maxDelay), when: isLate(point, extent) ? "after" : "before" };
    },
  };
}

/** Half of the delays come after the work was done, where there is such a moment. */
function isLate(point: FaultPoint, extent: number): boolean {
  return canHit(point, "errorAfter") && Math.floor(extent * 1_000_000) % 2 === 1;
}

/**
 * Faults at chosen calls: the `nth` (from 1) call that touches `point`.
 *
 * @example
 * scriptedFaults([{ point: "commit:advance", nth: 3, fault: { type: "errorAfter" } }])
 */
export function scriptedFaults(script: readonly { point: FaultPoint; nth: number; fault: Fault }[]): FaultPlan {
  const seen = new Map<FaultPoint, number>();
  return {
    decide(points) {
      let found: Fault | null = null;
      for (const point of points) {
        const nth = (seen.get(point) ?? 0) + 1;
        seen.set(point, nth);
        for (const line of script) if (line.point === point && line.nth === nth) found ??= line.fault;
      }
      return found;
    },
  };
}
