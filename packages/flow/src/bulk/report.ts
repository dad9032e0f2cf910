/** How an operation stands, or ended. */
export type BulkState = "pending" | "running" | "completed" | "completed_with_errors" | "cancelled" | "failed";

/** A batch that failed for good. */
export interface BatchFailure {
  /** Its number, from 0. */
  readonly batch: number;
  /** The place of its first item, from 0. */
  readonly first: number;
  /** How many items were in it. */
  readonly items: number;
  /** What it failed with, in a sentence. */
  readonly error: string;
  /** The name of the error's class. */
  readonly type: string;
  /** How often it was tried again. */
  readonly retries: number;
  /** When it was given up. */
  readonly at: Date;
}

/** What became of one batch. */
export type BatchResult<R> =
  | {
      readonly ok: true;
      readonly batch: number;
      readonly first: number;
      readonly items: number;
      /** What the function gave for each item; empty when it gave nothing. */
      readonly results: readonly R[];
    }
  | ({ readonly ok: false } & BatchFailure);

/** Counts of items, and of the batches they were in. */
export interface BulkTally {
  /** Items worked on, well or badly. */
  readonly items: number;
  /** Items in batches that went well. */
  readonly succeeded: number;
  /** Items in batches that failed for good. */
  readonly failed: number;
  /** Batches worked on. */
  readonly batches: number;
  /** Batches that failed for good. */
  readonly failedBatches: number;
}

/** What became of an operation. */
export interface BulkReport extends BulkTally {
  /** Whether batches failed. */
  readonly state: "completed" | "completed_with_errors";
  /** Batches that failed; the first 1,000. */
  readonly failures: readonly BatchFailure[];
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
  /** Items per second. */
  readonly itemsPerSecond: number;
}

export const noItems: BulkTally = { items: 0, succeeded: 0, failed: 0, batches: 0, failedBatches: 0 };

/** The same with one more batch. */
export function countBatch(tally: BulkTally, items: number, ok: boolean): BulkTally {
  return {
    items: tally.items + items,
    succeeded: tally.succeeded + (ok ? items : 0),
    failed: tally.failed + (ok ? 0 : items),
    batches: tally.batches + 1,
    failedBatches: tally.failedBatches + (ok ? 0 : 1),
  };
}

/** Two of them together. */
export function sumOf(a: BulkTally, b: BulkTally): BulkTally {
  return {
    items: a.items + b.items,
    succeeded: a.succeeded + b.succeeded,
    failed: a.failed + b.failed,
    batches: a.batches + b.batches,
    failedBatches: a.failedBatches + b.failedBatches,
  };
}

export const mostFailures = 1000;

export const rateOf = (items: number, durationMs: number): number => (durationMs > 0 ? (items * 1000) / durationMs : 0);
