import { ValidationError } from "../errors.ts";
import type { StepOptions } from "../workflow/context.ts";
import { durationMs } from "../workflow/duration.ts";
import { checkRetry } from "../workflow/retry.ts";

/** A step's options, checked, with lengths of time in milliseconds. */
export interface StepPlan<T> extends Pick<StepOptions<T>, "retry" | "compensate" | "mode"> {
  readonly once: boolean;
  readonly timeoutMs: number | null;
  /** The longest silence between two heartbeats. */
  readonly silenceMs: number | null;
  readonly cache: { key: string; ttlMs: number; scope: "namespace" | "workflow" } | null;
}

const plain: StepPlan<never> = Object.freeze({ once: false, timeoutMs: null, silenceMs: null, cache: null });

const known = new Set(["retry", "timeout", "heartbeat", "once", "compensate", "cache", "mode"]);

/** Checks what an author wrote about a step, before anything runs. Throws `ValidationError`. */
export function planStep<T>(name: string, fn: unknown, options: StepOptions<T> | undefined): StepPlan<T> {
  const subject = `step "${name}"`;
  if (typeof fn !== "function") throw new ValidationError(subject, [{ path: "fn", message: "must be a function" }]);
  if (options === undefined) return plain as StepPlan<T>;
  for (const field of Object.keys(options)) {
    if (!known.has(field)) throw new ValidationError(subject, [{ path: field, message: "is not an option of a step" }]);
  }
  const { retry, timeout, heartbeat, once, compensate, cache, mode } = options;
  if (retry !== undefined) checkRetry(retry, subject);
  return {
    once: once === true,
    timeoutMs: timeout === undefined ? null : durationMs(timeout, `${subject} timeout`),
    silenceMs: heartbeat === undefined ? null : durationMs(heartbeat, `${subject} heartbeat`),
    cache: cache
      ? { key: cache.key, ttlMs: durationMs(cache.ttl, `${subject} cache.ttl`), scope: cache.scope ?? "workflow" }
      : null,
    ...(retry === undefined ? {} : { retry }),
    ...(compensate === undefined ? {} : { compensate }),
    ...(mode === undefined ? {} : { mode }),
  };
}
