import { HoldpointError, type Workflow, type WorkflowContext } from "@holdpoint/core";
import { asWorkflow } from "../wrap/as-workflow.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { type BulkCallbacks, type BulkEngine, BulkOperation } from "./operation.ts";
import type { BulkOptions } from "./options.ts";
import { Readers } from "./reader.ts";
import { type BatchFailure, type BulkReport, mostFailures, noItems, rateOf, sumOf } from "./report.ts";
import { type BulkSettings, settingsOf } from "./settings.ts";
import { type Window, type WindowReport, workOnWindow } from "./window.ts";

/** What a run of a bulk workflow is started with. */
export interface BulkInput<In> {
  /** What its source is asked with. */
  input: In;
  /** What an earlier run of the same operation has done. */
  checkpoint?: Checkpoint;
}

type Given<In> = BulkInput<In> & { window?: Window };

/**
 * Work on many items, batch by batch. Made by `bulk()`.
 *
 * Each batch is a recorded step. The batches of a window are recorded in a child run, so that neither memory nor any history
 * grows with the number of items.
 */
export class Bulk<In, Item, R> {
  /** The workflow to register with the engine. */
  readonly workflow: Workflow<BulkInput<In>, BulkReport>;
  private readonly settings: BulkSettings<In, Item, R>;
  private readonly readers: Readers<In, Item>;

  constructor(options: BulkOptions<In, Item, R>) {
    this.settings = settingsOf(options);
    this.readers = new Readers(this.settings);
    const { name, version } = options;
    const either = asWorkflow(
      { name, ...(version !== undefined && { version }) },
      (ctx, given: Given<In>): Promise<unknown> =>
        given.window ? this.work(ctx, given.input, given.window) : this.windows(ctx, given),
    );
    this.workflow = either as Workflow<BulkInput<In>, BulkReport>;
  }

  /** Its name. */
  get name(): string {
    return this.settings.name;
  }

  /** Works on all items inside another run, as a child of it, and says what became of them. */
  run(ctx: WorkflowContext, input: In): Promise<BulkReport> {
    return ctx.child(this.workflow, { input });
  }

  /**
   * The operation of this id, from outside: to start it, to go on with it after a crash or a cancellation, and to hear of its
   * batches. The same id is the same operation, in every process.
   */
  operation(engine: BulkEngine, id: string, callbacks: BulkCallbacks = {}): BulkOperation<In, R> {
    return new BulkOperation(engine, this.workflow, this.settings.batchSize, id, callbacks);
  }

  private work(ctx: WorkflowContext, input: In, window: Window): Promise<WindowReport> {
    return workOnWindow(ctx, this.settings, window, this.readers.of(window.operation, input));
  }

  private async windows(ctx: WorkflowContext, { input, checkpoint }: BulkInput<In>): Promise<BulkReport> {
    const { name, window, total, trackProgress, batchSize } = this.settings;
    const began = ctx.now().getTime();
    const operation = ctx.run.id;
    let tally = checkpoint?.tally ?? noItems;
    let failures: readonly BatchFailure[] = checkpoint?.failures ?? [];
    const done = checkpoint?.done ?? [];
    const size = total?.(input);
    try {
      for (let from = checkpoint?.next ?? 0; ; from += window) {
        const behind = done.filter((batch) => batch >= from && batch < from + window);
        const given: Given<In> = { input, window: { operation, from, done: behind } };
        const one = (await ctx.child(this.workflow, given)) as unknown as WindowReport;
        tally = sumOf(tally, one);
        failures = [...failures, ...one.failures].slice(0, mostFailures);
        if (trackProgress) ctx.progress(tally.items, size ?? (from + window) * batchSize);
        if (one.sourceError !== null) throw new HoldpointError("BULK_SOURCE", one.sourceError, { bulk: name });
        if (one.ended) break;
      }
    } finally {
      this.readers.close(operation);
    }
    if (trackProgress) ctx.progress(tally.items, tally.items);
    const durationMs = ctx.now().getTime() - began;
    const state = tally.failed > 0 ? "completed_with_errors" : "completed";
    if (tally.failed > 0) ctx.outcome(state);
    const itemsPerSecond = rateOf(tally.items - (checkpoint?.tally.items ?? 0), durationMs);
    return { ...tally, state, failures, durationMs, itemsPerSecond };
  }
}

/**
 * Works on many items, batch by batch, durably: what a crash interrupts goes on where it was, and no batch that was done is done
 * again.
 *
 * @example
 * import type { SourceGiven } from "holdpoint";
 *
 * const importUsers = bulk({
 *   name: "import-users",
 *   source: ({ input }: SourceGiven<{ rows: string[] }>) => input.rows,
 *   process: (rows) => rows.map((row) => row.length),
 *   batchSize: 100,
 *   concurrency: 4,
 *   retries: 3,
 * });
 * const engine = createEngine({ store: sqlite("import.db"), workflows: [importUsers.workflow] });
 * await engine.start();
 * const operation = importUsers.operation(engine, "import-2026-01");
 * for await (const batch of operation.execute({ rows: ["a", "b"] })) console.log(batch.batch, batch.ok);
 * console.log(operation.metrics.itemsPerSecond);
 *
 * @throws ValidationError an option makes no sense
 */
export function bulk<Item, R = never, In = undefined>(options: BulkOptions<In, Item, R>): Bulk<In, Item, R> {
  return new Bulk(options);
}
