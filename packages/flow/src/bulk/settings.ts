import { type Duration, durationMs, type Issue, ValidationError } from "@holdpoint/core";
import { breakerOf } from "./breaker.ts";
import type { Breaker, BulkOptions } from "./options.ts";

/** Options with everything that was left out. */
export interface BulkSettings<In, Item, R>
  extends Pick<BulkOptions<In, Item, R>, "name" | "source" | "total" | "process"> {
  readonly seeks: boolean;
  readonly batchSize: number;
  readonly concurrency: number;
  readonly timeout: Duration;
  readonly retries: number;
  readonly retryDelay: Duration;
  readonly breaker: Breaker | null;
  readonly window: number;
  readonly trackProgress: boolean;
}

/** Throws `ValidationError` with everything that makes no sense. */
export function settingsOf<In, Item, R>(options: BulkOptions<In, Item, R>): BulkSettings<In, Item, R> {
  const {
    seeks = false,
    batchSize = 10,
    concurrency = 5,
    timeout = "5m",
    retries = 0,
    retryDelay = "1s",
    breaker,
    window = 200,
    trackProgress = true,
    name,
    source,
    total,
    process,
  } = options;
  const subject = `bulk "${name}"`;
  const issues: Issue[] = [];
  const whole = (path: string, number: number, least: number): void => {
    if (Number.isSafeInteger(number) && number >= least) return;
    issues.push({ path, message: `${number} must be a whole number from ${least}` });
  };
  whole("batchSize", batchSize, 1);
  whole("concurrency", concurrency, 1);
  whole("retries", retries, 0);
  whole("window", window, 1);
  if (breaker && "failures" in breaker) whole("breaker.failures", breaker.failures, 1);
  if (issues.length > 0) throw new ValidationError(subject, issues);
  durationMs(timeout, `${subject} timeout`);
  durationMs(retryDelay, `${subject} retryDelay`);
  return {
    ...{ name, source, process, seeks, batchSize, concurrency, timeout, retries, retryDelay, window, trackProgress },
    ...(total && { total }),
    breaker: breaker === undefined ? null : breakerOf(breaker, subject),
  };
}
