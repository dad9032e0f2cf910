import type { Duration } from "./duration.ts";
import type { RetryPolicy } from "./retry.ts";

/**
 * What a step's function is given.
 *
 * @example
 * await ctx.step("pay back", ({ signal, idempotencyKey }) => payments.refund("A-7", 120, { signal, idempotencyKey }));
 */
export interface StepInfo {
  /**
   * Fires when the run or its branch is cancelled, the attempt times out, or the worker loses its lease. Pass it on to what
   * can be aborted: what the function still gives after that is ignored.
   */
  readonly signal: AbortSignal;
  /** Which attempt this is; 1 for the first. It goes on counting after a crash. */
  readonly attempt: number;
  /**
   * The same in every attempt of this step, and in no other step: hand it to services that refuse to do a thing twice. A step
   * runs at least once, and again when the process died before its result was recorded.
   */
  readonly idempotencyKey: string;
  /** What the last `heartbeat(details)` before a crash or failure recorded; undefined when there was none. */
  readonly lastHeartbeat: unknown;
  /**
   * Says "still alive", which a step with the option `heartbeat` must do in time, and keeps `details` for the next attempt.
   * Recorded at most once per max(1 s, heartbeat / 3), so call it as often as you like.
   *
   * @example
   * await ctx.step("import", async ({ heartbeat, lastHeartbeat }) => {
   *   for (let page = Number(lastHeartbeat ?? 0); page < 500; page++) {
   *     await shop.importPage(page);
   *     heartbeat(page + 1);
   *   }
   * }, { heartbeat: "1m", retry: { attempts: 10 } });
   */
  heartbeat(details?: unknown): void;
  /**
   * Notes facts about this attempt for metrics. Called several times it adds up; it does not change the step's result.
   *
   * @example
   * await ctx.step("classify", async ({ measure }) => {
   *   const { label, score } = await model.classify("free money");
   *   measure({ predicted: label, confidence: score });
   *   return label;
   * }, { mode: "auto" });
   */
  measure(measures: Measures): void;
  /**
   * Shows how far this attempt is to whoever looks on, in any process (`run.progress()`): lines read, an answer as it grows. The newest
   * value stands for all before it; it is written at most four times a second, is no part of the record, and is gone when the attempt ends.
   *
   * @example
   * await ctx.step("import", async ({ progress }) => {
   *   for (let page = 1; page <= 500; page++) {
   *     await shop.importPage(page);
   *     progress({ page, of: 500 });
   *   }
   * });
   */
  progress(value: unknown): void;
}

/** What a running step shows of itself. */
export interface StepProgress {
  /** The step's key in the journal. */
  readonly key: string;
  /** As the workflow calls it. */
  readonly name: string;
  /** From 1. */
  readonly attempt: number;
  /** As `info.progress` was given it. */
  readonly value: unknown;
  /** When it was given. */
  readonly at: Date;
}

/** How a transaction is run. Without a `timeout` an attempt may take 10 s: it holds locks, on SQLite the only one there is. */
export type TransactionOptions<T = unknown> = Pick<StepOptions<T>, "retry" | "timeout" | "compensate" | "mode">;

/** Facts about one attempt of a step that reliability figures are made of. All are optional. */
export interface Measures {
  /** The mode it really ran in, when that differs from the declared one (`StepOptions.mode`). */
  mode?: string;
  /** How sure, from 0 to 1. */
  confidence?: number;
  /** The label that was predicted; a person may later say the true one (`engine.label`). */
  predicted?: string;
  /** Calls of tools made in it; `ms` is how long one took, `ok` whether it did its work. */
  tools?: readonly { name: string; ms: number; ok?: boolean }[];
}

/**
 * How a step is run. Without options it is tried once, without a limit of time.
 *
 * @example
 * await ctx.step("load order", () => shop.load("A-7"), { retry: { attempts: 5 }, timeout: "10s" });
 */
export interface StepOptions<T = unknown> {
  /** What is done when it fails. Default: nothing, the first error fails the step. */
  retry?: RetryPolicy;
  /** The longest one attempt may take. Then its `signal` fires and it counts as failed, with `TimeoutError`. */
  timeout?: Duration;
  /** The longest silence allowed between two calls of `heartbeat()`. Then the attempt counts as failed, with `TimeoutError`. */
  heartbeat?: Duration;
  /**
   * Never repeat blindly. When nobody saw it end (a crash, a timeout, a cancellation) a hold asks an operator whether it
   * happened, with which result, or should be run. An error it threw follows `retry` as ever. Costs one more write.
   */
  once?: boolean;
  /**
   * Undoes this step when the run fails or is cancelled, or when its branch loses a race: gets the step's result. Steps are
   * undone last first, each as a recorded step named `undo NAME` with this step's `retry`. A step whose result cannot be
   * recorded (too large, no data) is undone at once, before it fails.
   *
   * @example
   * await ctx.step("pay back", () => payments.refund("A-7", 120), {
   *   compensate: ({ receipt }) => payments.cancel(receipt),
   * });
   */
  compensate?: (result: T, info: StepInfo) => unknown;
  /**
   * Shares the result with other runs for `ttl`: of this workflow (the default), or of every workflow in the namespace. A run that
   * finds one records it as its own. Never undone by runs that only found it.
   */
  cache?: { key: string; ttl: Duration; scope?: "namespace" | "workflow" };
  /** The mode this step is declared to run in ("auto", "assisted", …); kept for metrics. */
  mode?: string;
}
