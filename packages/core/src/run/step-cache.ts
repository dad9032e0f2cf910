import { createHash } from "node:crypto";
import type { Execution } from "./execution.ts";
import type { StepPlan } from "./step-options.ts";

type CachePlan = NonNullable<StepPlan<unknown>["cache"]>;

const cacheKey = (execution: Execution, cache: CachePlan): string => {
  const scope = cache.scope === "namespace" ? "" : execution.row.workflow;
  return createHash("sha256").update(`${scope}\0${cache.key}`).digest("base64url");
};

/** Looks a shared step result up; null when there is none that is still fresh. */
export async function readCache<T>(execution: Execution, cache: CachePlan): Promise<{ value: T } | null> {
  const stored = await execution.host.cacheGet(cacheKey(execution, cache));
  return stored ? { value: (execution.decode(stored) as [T])[0] } : null;
}

/** Shares a result for its time to live. Best effort: a lost cache entry costs one execution. */
export function fillCache(execution: Execution, cache: CachePlan, value: unknown): void {
  const { host } = execution;
  // In a list, so that undefined is a result like any other.
  host
    .cachePut(cacheKey(execution, cache), execution.plain([value]), host.clock.now() + cache.ttlMs)
    .catch((error: unknown) => execution.log.warn("a step's result was not cached", { error: String(error) }));
}

/** Noted beside the result of a step that did not run because its result was shared. */
export const cachedNote = '"cached":true';
