import type { RunEvent, RunHandle } from "@holdpoint/core";
import { type BatchFailure, type BatchResult, type BulkTally, countBatch, mostFailures, noItems } from "./report.ts";
import { type BatchRecord, failureOf } from "./window.ts";

/** What an operation has done, as its runs recorded it. */
export interface Checkpoint {
  /** All batches before this one are done. */
  readonly next: number;
  /** Batches after that which are done as well. */
  readonly done: readonly number[];
  readonly tally: BulkTally;
  readonly failures: readonly BatchFailure[];
}

const batchKey = /(?:^|\/)step:(count )?batch (\d+)#1$/;

/** What batches came to, from the events of a window: a failed one is known with the count of its items. */
export class BatchEvents<R> {
  private readonly batchSize: number;
  private readonly failing = new Map<number, RunEvent>();

  constructor(batchSize: number) {
    this.batchSize = batchSize;
  }

  /** The batch that has ended with this event; null when none has. */
  read(event: RunEvent): BatchResult<R> | null {
    const match = event.type === "step.settled" ? batchKey.exec(event.key) : null;
    if (!match) return null;
    const batch = Number(match[2]);
    const first = batch * this.batchSize;
    if (match[1]) {
      const failed = this.failing.get(batch);
      if (!failed || event.outcome !== "ok" || event.value === 0) return null;
      const { error, type } = failureOf(failed.value, batch, first, 0, failed.at);
      const items = Number(event.value);
      return { ok: false, batch, first, items, error, type, retries: failed.attempt - 1, at: failed.at };
    }
    if (event.outcome === "ok") {
      const { items, results = [] } = event.value as BatchRecord<R>;
      return items === 0 ? null : { ok: true, batch, first, items, results };
    }
    this.failing.set(batch, event);
    return null;
  }
}

/** Adds batches up to a checkpoint. */
export class CheckpointBuilder {
  private next: number;
  private readonly beyond: Set<number>;
  private failures: readonly BatchFailure[];
  private counts: BulkTally;

  constructor(from: Checkpoint | null) {
    this.next = from?.next ?? 0;
    this.beyond = new Set(from?.done);
    this.failures = from?.failures ?? [];
    this.counts = from?.tally ?? noItems;
  }

  get tally(): BulkTally {
    return this.counts;
  }

  add(result: BatchResult<unknown>): void {
    this.counts = countBatch(this.counts, result.items, result.ok);
    if (!result.ok && this.failures.length < mostFailures) {
      const { ok: _, ...failure } = result;
      this.failures = [...this.failures, failure];
    }
    this.beyond.add(result.batch);
    while (this.beyond.delete(this.next)) this.next++;
  }

  build(): Checkpoint {
    const done = [...this.beyond].sort((a, b) => a - b);
    return { next: this.next, done, tally: this.counts, failures: this.failures };
  }
}

/** The ids of an operation's windows, from its run's events. */
export function windowIn(event: RunEvent): string | null {
  return event.type === "child.opened" ? (event.value as { id: string }).id : null;
}

/** What a run of an operation has done so far, the runs before it included. */
export async function readCheckpoint(
  run: RunHandle,
  get: (id: string) => Promise<RunHandle>,
  batchSize: number,
): Promise<Checkpoint> {
  const opened = await run.journal();
  const start = opened.find(({ type }) => type === "run.opened")?.value as { checkpoint?: Checkpoint } | undefined;
  const builder = new CheckpointBuilder(start?.checkpoint ?? null);
  for (const id of opened.map(windowIn).filter((window) => window !== null)) {
    const events = new BatchEvents<unknown>(batchSize);
    for (const event of await (await get(id)).journal()) {
      const result = events.read(event);
      if (result) builder.add(result);
    }
  }
  return builder.build();
}
