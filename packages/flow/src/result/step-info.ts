import type { StepInfo } from "@holdpoint/core";

/** What every step gets, and more. Its methods belong to the attempt: they are called on it. */
export function infoWith<T extends object>(info: StepInfo, more: T): StepInfo & T {
  const { signal, attempt, idempotencyKey, lastHeartbeat } = info;
  return {
    ...more,
    signal,
    attempt,
    idempotencyKey,
    lastHeartbeat,
    heartbeat: (details) => info.heartbeat(details),
    measure: (measures) => info.measure(measures),
    progress: (value) => info.progress(value),
  };
}
