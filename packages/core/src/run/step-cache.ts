import { createHash } from "node:crypto";
import type { StoredPayload } from "../store/store.ts";
import type { StepOptions } from "../workflow/context.ts";
import { durationMs } from "../workflow/duration.ts";
import type { Execution } from "./execution.ts";

type CacheOptions = NonNullable<StepOptions["cache"]>;

const cacheKey = (execution: Execution, options: CacheOptions): string => {
  const scope = options.scope === "namespace" ? "" : execution.row.workflow;
  return createHash("sha256").update(`${scope}\0${options.key}`).digest("base64url");
};

/** Looks a shared step result up; null when there is none that is still fresh. */
export async function cachedResult<T>(execution: Execution, options: CacheOptions): Promise<{ value: T } | null> {
  const stored = await execution.host.cacheGet(cacheKey(execution, options));
  return stored ? { value: execution.decode(stored) as T } : null;
}

/** Shares a result for its time to live. Best effort: a lost cache entry costs one execution. */
cachedResult.put = (execution: Execution, options: CacheOptions, payload: StoredPayload | null): void => {
  if (!payload || payload.ref) return;
  const expiresAt = execution.host.clock.now() + durationMs(options.ttl, "step cache.ttl");
  execution.host.cachePut(cacheKey(execution, options), payload, expiresAt).catch(() => {});
};
