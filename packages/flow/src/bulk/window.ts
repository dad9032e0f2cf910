import { HoldpointError, StepFailedError, type WorkflowContext } from "@holdpoint/core";
import { reasonOf } from "../result/interruption.ts";
import type { BatchInfo } from "./options.ts";
import type { Reader } from "./reader.ts";
import { type BatchFailure, type BulkTally, countBatch, mostFailures, noItems } from "./report.ts";
import type { BulkSettings } from "./settings.ts";

/** Batches whose records are kept together. */
export interface Window {
  /** The run of the whole operation. */
  readonly operation: string;
  /** The number of its first batch. */
  readonly from: number;
  /** Batches of it that an earlier run of the operation has done. */
  readonly done: readonly number[];
}

/** What became of a window. */
export interface WindowReport extends BulkTally {
  /** The source has no more items. */
  readonly ended: boolean;
  /** Why the source could not be read on; null when it could. */
  readonly sourceError: string | null;
  readonly failures: readonly BatchFailure[];
}

/** What is recorded of a batch. */
export interface BatchRecord<R> {
  readonly items: number;
  readonly results?: readonly R[];
}

/** The names under which a batch is recorded: the work, and the count of its items when that failed. */
export const batchStep = (batch: number): string => `batch ${batch}`;
export const countStep = (batch: number): string => `count batch ${batch}`;

/** Works on the batches of a window, several at once: each a recorded step, which is done once. */
export async function workOnWindow<In, Item, R>(
  ctx: WorkflowContext,
  settings: BulkSettings<In, Item, R>,
  { from, done }: Window,
  reader: Reader<In, Item>,
): Promise<WindowReport> {
  const { batchSize, concurrency, window, timeout, retries, retryDelay } = settings;
  const behind = new Set(done);
  const retry = { attempts: retries + 1, initial: retryDelay };
  let next = from;
  let ended = false;
  let sourceError: string | null = null;
  let tally = noItems;
  const failures: BatchFailure[] = [];

  const work = (batch: number): Promise<BatchRecord<R>> =>
    ctx.step(
      batchStep(batch),
      async ({ signal, attempt, idempotencyKey }) => {
        const items = await reader.read(batch, signal);
        const info = { signal, attempt, idempotencyKey, batch, first: batch * batchSize };
        return items.length === 0 ? { items: 0 } : processed(settings, items, info);
      },
      { retry, timeout },
    );

  /** How many items it had. */
  const one = async (batch: number): Promise<number> => {
    try {
      const { items } = await work(batch);
      if (items > 0) tally = countBatch(tally, items, true);
      return items;
    } catch (error) {
      if (!(error instanceof StepFailedError)) throw error;
      if ((error.cause as HoldpointError | undefined)?.code === "BULK_SOURCE") throw error.cause;
      const items = await ctx.step(countStep(batch), async ({ signal }) => (await reader.read(batch, signal)).length);
      // It was the read that took too long, and there is nothing there.
      if (items === 0) return 0;
      tally = countBatch(tally, items, false);
      if (failures.length < mostFailures) failures.push(failureOf(error, batch, batch * batchSize, items, ctx.now()));
      return items;
    }
  };

  const lane = async (): Promise<void> => {
    while (!ended && sourceError === null && next < from + window) {
      const batch = next++;
      if (behind.has(batch)) continue;
      try {
        if ((await one(batch)) < batchSize) ended = true;
      } catch (error) {
        const broken = error instanceof StepFailedError ? error.cause : error;
        if (!(broken instanceof HoldpointError && broken.code === "BULK_SOURCE")) throw error;
        sourceError ??= broken.message;
      }
    }
  };
  await ctx.map(
    Array.from({ length: concurrency }, (_, number) => number),
    lane,
  );
  return { ...tally, ended, sourceError, failures };
}

async function processed<In, Item, R>(
  { process, breaker }: BulkSettings<In, Item, R>,
  items: readonly Item[],
  info: BatchInfo,
): Promise<BatchRecord<R>> {
  const call = async () => process(items, info);
  const results = await (breaker ? breaker.execute(call) : call());
  if (!results) return { items: items.length };
  if (results.length !== items.length) {
    throw new HoldpointError(
      "BULK_RESULTS",
      `Processor returned ${results.length} results but expected ${items.length}`,
    );
  }
  return { items: items.length, results };
}

/** The structured form of a failure, from what the batch's step failed with. */
export function failureOf(error: unknown, batch: number, first: number, items: number, at: Date): BatchFailure {
  const attempts = error instanceof StepFailedError ? Number(error.details.attempts) : 1;
  const cause = error instanceof StepFailedError ? error.cause : error;
  const type = cause instanceof Error ? cause.name : typeof cause;
  return { batch, first, items, error: reasonOf(error), type, retries: attempts - 1, at };
}
