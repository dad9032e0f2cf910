import type { Duration, StepInfo } from "@holdpoint/core";

/** Where items come from: a list, or something that is read bit by bit. */
export type Items<Item> = Iterable<Item> | AsyncIterable<Item>;

/** What a source is asked. */
export interface SourceGiven<In> {
  /** What the operation was started with. */
  readonly input: In;
  /** The place of the first item that is wanted, from 0. */
  readonly offset: number;
}

/** What the function that works on a batch gets beside the items. */
export interface BatchInfo extends Pick<StepInfo, "signal" | "attempt" | "idempotencyKey"> {
  /** The batch's number, from 0. */
  readonly batch: number;
  /** The place of its first item, from 0. */
  readonly first: number;
}

/** Something that lets calls through while what they call is well: cockatiel's policies fit. */
export interface Breaker {
  /** Calls it, or throws because the circuit is open. */
  execute<T>(call: () => Promise<T>): Promise<T>;
}

/** Results, one for each item, or nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: what a function without a return is of
type Given<R> = readonly R[] | undefined | void;

/** How items are worked on in bulk. */
export interface BulkOptions<In, Item, R> {
  /** The name of its workflow. */
  name: string;
  /** Default 1. */
  version?: number;
  /** Gives the items: the same ones in the same order whenever it is asked with the same input. It is asked again after a crash. */
  source: (given: SourceGiven<In>) => Items<Item> | Promise<Items<Item>>;
  /** The source begins at `offset` by itself. Default false: what comes before is read and passed over. */
  seeks?: boolean;
  /** How many items there are, where that is known: for the progress. */
  total?: (input: In) => number;
  /** Works on a batch. A list it gives must have a result for each item; giving nothing is fine, too. */
  process: (items: readonly Item[], info: BatchInfo) => Given<R> | Promise<Given<R>>;
  /** Items at a time. Default 10. */
  batchSize?: number;
  /** Batches at a time. Default 5. */
  concurrency?: number;
  /** The longest one try of a batch may take, reading it included. Default "5m". */
  timeout?: Duration;
  /** How often a failed batch is tried again. Default 0. */
  retries?: number;
  /** The wait before the first of these; it doubles with each. Default "1s". */
  retryDelay?: Duration;
  /** Stops calling what fails: after so many failures in a row, for so long. Or a policy of your own. */
  breaker?: { failures: number; resetAfter: Duration } | Breaker;
  /** Batches whose records are kept together, in a child run: memory is bounded by it. Default 200. */
  window?: number;
  /** Whether its run says how far it is (`run.describe().progress`). Default true. */
  trackProgress?: boolean;
}
