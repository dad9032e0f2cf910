import { type Engine, InvalidStateError, NotFoundError, type RunHandle, type Workflow } from "@holdpoint/core";
import type { BulkInput } from "./bulk.ts";
import { BatchEvents, type Checkpoint, CheckpointBuilder, readCheckpoint, windowIn } from "./checkpoint.ts";
import {
  type BatchFailure,
  type BatchResult,
  type BulkReport,
  type BulkState,
  type BulkTally,
  noItems,
  rateOf,
} from "./report.ts";

/** What an operation needs of an engine. */
export type BulkEngine = Pick<Engine, "run" | "get" | "erase" | "verify">;

/** How an operation goes, as this process has heard of it. */
export interface BulkMetrics extends BulkTally {
  /** Where it stands. */
  readonly state: BulkState;
  /** Since it began, in milliseconds, until it ended. */
  readonly durationMs: number;
  /** Items worked on per second. */
  readonly itemsPerSecond: number;
  /** Items that went well, of 100; 100 of none. */
  readonly successRate: number;
}

/** Who hears of an operation's batches, in the process that executes or follows it. What they throw is told, and changes nothing. */
export interface BulkCallbacks {
  /** After each batch. */
  onProgress?: (metrics: BulkMetrics) => void | Promise<void>;
  /** After each batch that failed for good. */
  onError?: (failure: BatchFailure) => void | Promise<void>;
  /** At the end, whatever failed; not when it was cancelled. */
  onComplete?: (metrics: BulkMetrics) => void | Promise<void>;
}

/**
 * One operation on many items, known by its id. Made by `bulk(…).operation(engine, id)`. It holds no more than it has to: what is
 * done stands in the engine's store, and another process may go on with it.
 */
export class BulkOperation<In, R> {
  /** The same id is the same operation. */
  readonly id: string;
  private readonly engine: BulkEngine;
  private readonly workflow: Workflow<BulkInput<In>, BulkReport>;
  private readonly batchSize: number;
  private readonly callbacks: BulkCallbacks;
  private current: BulkState = "pending";
  private tally: BulkTally = noItems;
  /** Items that were done before the run that is followed began. */
  private before = 0;
  private began = 0;
  private ended = 0;

  constructor(
    engine: BulkEngine,
    workflow: Workflow<BulkInput<In>, BulkReport>,
    batchSize: number,
    id: string,
    callbacks: BulkCallbacks,
  ) {
    this.engine = engine;
    this.workflow = workflow;
    this.batchSize = batchSize;
    this.id = id;
    this.callbacks = callbacks;
  }

  /** Where it stands, as far as this process has heard. */
  get state(): BulkState {
    return this.current;
  }

  /** How it goes, as far as this process has heard. */
  get metrics(): BulkMetrics {
    const { tally, current, began, ended } = this;
    const durationMs = began === 0 ? 0 : Math.max(0, ended - began);
    return {
      ...tally,
      state: current,
      durationMs,
      itemsPerSecond: rateOf(tally.items - this.before, durationMs),
      successRate: tally.items === 0 ? 100 : (tally.succeeded * 100) / tally.items,
    };
  }

  /**
   * Starts it, or goes on with it, and gives its batches as they end, in the order in which they do. What an earlier run of it has
   * done is not done again, nor given again; a run that goes on, or has ended well, is followed from its first batch.
   *
   * @throws InvalidStateError this object executes it already. HoldpointError (`BULK_SOURCE`) its source cannot be read:
   * executing it again goes on there
   */
  async *execute(input: In): AsyncGenerator<BatchResult<R>, BulkReport | null> {
    if (this.current === "running") {
      throw new InvalidStateError(`bulk operation "${this.id}" is being executed here already; await it, or cancel it`);
    }
    this.current = "running";
    try {
      const run = await this.start(input);
      this.began = (await run.describe()).createdAt.getTime();
      this.ended = this.began;
      for await (const result of this.batches(run)) {
        yield result;
        if (!result.ok) await this.tell("onError", () => this.callbacks.onError?.(result));
        await this.tell("onProgress", () => this.callbacks.onProgress?.(this.metrics));
      }
      return await this.finish(run);
    } finally {
      // Whoever stops listening does not stop the operation.
      if (this.current === "running") this.current = "pending";
    }
  }

  /** The same without the batches: waits for the end, and says what became of it. */
  async run(input: In): Promise<BulkMetrics> {
    for await (const _ of this.execute(input));
    return this.metrics;
  }

  /** Cancels it: batches in progress are aborted, and what is done stays done. Executing it again goes on from there. */
  async cancel(reason = "the bulk operation was cancelled"): Promise<void> {
    const run = await this.newest();
    if (!run) return;
    const { status } = await run.handle.describe();
    if (!isOver(status)) await run.handle.cancel(reason);
  }

  /** Cancels it and waits until it has ended. Safe to call at any time. */
  async shutdown(): Promise<void> {
    await this.cancel("the bulk operation was shut down");
    const run = await this.newest();
    await run?.handle.result().catch(() => {});
    if (run) this.current = await this.stateOf(run.handle);
  }

  /** What it has done so far; null when it has not begun. */
  async checkpoint(): Promise<Checkpoint | null> {
    const run = await this.newest();
    if (!run || run.erased) return null;
    return readCheckpoint(run.handle, (id) => this.engine.get(id), this.batchSize);
  }

  /**
   * Forgets what it has done: the next execution begins with the first item.
   *
   * @throws InvalidStateError it has not ended: cancel it first
   */
  async removeCheckpoint(): Promise<void> {
    const run = await this.newest();
    if (!run || run.erased) return;
    await this.engine.erase({ run: run.handle.id });
    this.current = "pending";
    this.tally = noItems;
  }

  private async start(input: In): Promise<RunHandle<BulkReport>> {
    const last = await this.newest();
    const go = (id: string, checkpoint?: Checkpoint): Promise<RunHandle<BulkReport>> =>
      this.engine.run(this.workflow, { input, ...(checkpoint && { checkpoint }) }, { id });
    this.tally = noItems;
    this.before = 0;
    if (!last) return go(this.id);
    if (last.erased) return go(this.idOf(last.attempt + 1));
    const status = await last.handle.status();
    if (status !== "cancelled" && status !== "failed") {
      await this.startFrom(last.handle);
      return last.handle;
    }
    const checkpoint = await readCheckpoint(last.handle, (id) => this.engine.get(id), this.batchSize);
    this.tally = checkpoint.tally;
    this.before = checkpoint.tally.items;
    return go(this.idOf(last.attempt + 1), checkpoint);
  }

  /** A run that is followed may itself go on from an earlier one. */
  private async startFrom(run: RunHandle): Promise<void> {
    const [opened] = await run.journal();
    const { checkpoint } = (opened?.value ?? {}) as BulkInput<In>;
    this.tally = checkpoint?.tally ?? noItems;
    this.before = this.tally.items;
  }

  private async *batches(run: RunHandle): AsyncGenerator<BatchResult<R>> {
    const builder = new CheckpointBuilder({ next: 0, done: [], failures: [], tally: this.tally });
    for await (const event of run.watch()) {
      const id = windowIn(event);
      if (id === null) continue;
      const events = new BatchEvents<R>(this.batchSize);
      for await (const inner of (await this.engine.get(id)).watch()) {
        const result = events.read(inner);
        if (!result) continue;
        builder.add(result);
        this.tally = builder.tally;
        this.ended = inner.at.getTime();
        yield result;
      }
    }
  }

  private async finish(run: RunHandle<BulkReport>): Promise<BulkReport | null> {
    const { finishedAt } = await run.describe();
    if (finishedAt) this.ended = finishedAt.getTime();
    this.current = await this.stateOf(run);
    if (this.current === "cancelled") return null;
    if (this.current === "failed") {
      return run.result().catch((error: Error) => {
        throw error.cause ?? error;
      });
    }
    await this.tell("onComplete", () => this.callbacks.onComplete?.(this.metrics));
    return run.result();
  }

  private async stateOf(run: RunHandle): Promise<BulkState> {
    const { status, outcome } = await run.describe();
    if (status === "completed") return outcome === "completed_with_errors" ? outcome : "completed";
    return status === "cancelled" ? "cancelled" : isOver(status) ? "failed" : "running";
  }

  private async tell(what: string, call: () => void | Promise<void>): Promise<void> {
    try {
      await call();
    } catch (error) {
      console.warn(`holdpoint: ${what} of bulk operation "${this.id}" threw`, error);
    }
  }

  private idOf(attempt: number): string {
    return attempt === 1 ? this.id : `${this.id}~${attempt}`;
  }

  /** The operation's last run: it has another after each cancellation, failure or removal. */
  private async newest(): Promise<{ handle: RunHandle<BulkReport>; attempt: number; erased: boolean } | null> {
    let found: RunHandle<BulkReport> | null = null;
    let attempt = 0;
    for (;;) {
      const next: RunHandle<BulkReport> | null = await this.engine
        .get<BulkReport>(this.idOf(attempt + 1))
        .catch((error) => {
          if (error instanceof NotFoundError) return null;
          throw error;
        });
      if (!next) break;
      found = next;
      attempt++;
    }
    if (!found) return null;
    const { verdict } = await this.engine.verify(found.id);
    return { handle: found, attempt, erased: verdict === "erased" || verdict === "removed" };
  }
}

const isOver = (status: string): boolean =>
  status === "completed" || status === "failed" || status === "cancelled" || status === "diverged";
