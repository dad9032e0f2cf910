import { StoreError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import type { Fault, FaultPlan, FaultPoint, FaultType } from "./faults.ts";
import { pointsOf } from "./faults.ts";
import type { StoreCall } from "./store-calls.ts";
import { wrapStore } from "./store-calls.ts";

export interface FaultHooks {
  /** Waits on the simulation's clock; needed where the plan has delays. */
  sleep?(ms: number): Promise<void>;
  /** A fault hit a call: once for each point the call touches. */
  onFault?(point: FaultPoint, fault: Fault, call: StoreCall): void;
  /** A call is about to be made, with a fault or without. */
  onCall?(call: StoreCall): void;
}

/** The error a caller gets from an injected fault; `details.fault` says which. */
export function isInjected(error: unknown): boolean {
  return error instanceof StoreError && error.details.injected === true;
}

function injected(fault: FaultType, points: readonly FaultPoint[]): StoreError {
  const what = points.join(", ");
  const sentence = fault === "errorBefore" ? "nothing was written" : "it was carried out, but the answer was lost";
  return new StoreError(`injected fault at ${what}: ${sentence}`, { injected: true, fault, points });
}

/**
 * A store on which things go wrong as a plan says: before or after a commit, slowly, or twice.
 *
 * @example
 * const store = faultyStore(memoryStore(), seededFaults({ seed, rate: 0.05 }), { sleep: clock.sleep, onFault: count });
 */
export function faultyStore(store: Store, plan: FaultPlan, hooks: FaultHooks = {}): Store {
  return wrapStore(store, async (call, proceed) => {
    hooks.onCall?.(call);
    const points = pointsOf(call);
    const fault = plan.decide(points, call);
    if (fault === null) return proceed();
    for (const point of points) hooks.onFault?.(point, fault, call);
    switch (fault.type) {
      case "errorBefore":
        throw injected("errorBefore", points);
      case "errorAfter":
        await proceed();
        throw injected("errorAfter", points);
      case "duplicate":
        await proceed();
        return proceed();
      case "delay": {
        if (hooks.sleep === undefined) throw new TypeError("faultyStore needs hooks.sleep for a plan with delays");
        if (fault.when === "before") await hooks.sleep(fault.ms);
        const result = await proceed();
        if (fault.when === "after") await hooks.sleep(fault.ms);
        return result;
      }
    }
  });
}
