import { ValidationError, type Workflow, type WorkflowContext, workflow } from "@holdpoint/core";
import type { Saga } from "./saga.ts";
import { isSagaError, type LeftUndone } from "./saga-error.ts";
import type { Results } from "./step.ts";

/** A saga of a batch that failed. */
export interface FailedSaga {
  /** Its place in the list. */
  index: number;
  /** The step at which it failed. */
  step: string | null;
  /** Why, in a sentence. */
  reason: string;
  /** What could not be undone. */
  notUndone: readonly LeftUndone[];
}

/** What became of a list of sagas. */
export interface SagaBatchReport {
  /** How many there were. */
  total: number;
  /** How many of them went through. */
  completed: number;
  /** How many failed, and were undone as far as that was possible. */
  failed: number;
  /** Those that failed; the first 1,000. */
  failures: readonly FailedSaga[];
}

/** How a list of sagas is worked off. */
export interface SagaBatchOptions {
  /** Default: the saga's name and " batch". */
  name?: string;
  /** How many sagas are one checkpoint: a child run with a record of its own. Default 50. */
  batchSize?: number;
  /** How many sagas of a batch run at once. Default 1. */
  concurrency?: number;
  /** How many failures stop the rest. Default: none does. */
  maxFailures?: number;
}

interface Batch<Input> {
  items: readonly Input[];
  /** The place of its first item in the whole list; undefined of the whole itself. */
  first?: number;
}

const mostFailures = 1000;
const none: SagaBatchReport = { total: 0, completed: 0, failed: 0, failures: [] };

/**
 * Makes a workflow that executes a saga for each item of a list, batch by batch. A saga that fails is counted, and the others
 * go on.
 *
 * @example
 * const order = saga<{ id: string }>("order").step("reserve", ({ input }) => shop.load(input.id));
 * const orders = sagaBatch(order, { batchSize: 50, concurrency: 5 });
 * const run = await engine.run(orders, { items: [{ id: "A" }, { id: "B" }] });
 * const { completed, failed } = await run.result();
 *
 * @throws ValidationError a number is none that can be worked with
 */
export function sagaBatch<Input>(
  saga: Pick<Saga<unknown, Input, Results>, "name" | "run">,
  options: SagaBatchOptions = {},
): Workflow<{ items: readonly Input[] }, SagaBatchReport> {
  const {
    name = `${saga.name}-batch`,
    batchSize = 50,
    concurrency = 1,
    maxFailures = Number.POSITIVE_INFINITY,
  } = options;
  for (const [path, number] of Object.entries({ batchSize, concurrency, maxFailures })) {
    if (number >= 1 && (Number.isSafeInteger(number) || number === Number.POSITIVE_INFINITY)) continue;
    throw new ValidationError(`saga batch "${name}"`, [{ path, message: `${number} must be a whole number from 1` }]);
  }

  const one = async (ctx: WorkflowContext, input: Input, index: number): Promise<FailedSaga | null> => {
    try {
      await saga.run(ctx, input);
      return null;
    } catch (error) {
      if (!isSagaError(error)) throw error;
      const { step, notUndone } = error.details;
      return { index, step, reason: error.message, notUndone };
    }
  };

  const batch: Workflow<Batch<Input>, SagaBatchReport> = workflow<SagaBatchReport>(
    { name },
    async (ctx, given: unknown): Promise<SagaBatchReport> => {
      const { items, first } = given as Batch<Input>;
      if (first !== undefined) {
        const ended = await ctx.map(items, (item, i) => one(ctx, item, first + i), { concurrency });
        const failures = ended.filter((failure) => failure !== null);
        return { total: items.length, completed: items.length - failures.length, failed: failures.length, failures };
      }
      let report = none;
      for (let next = 0; next < items.length && report.failed < maxFailures; next += batchSize) {
        const input = { items: items.slice(next, next + batchSize), first: next };
        report = added(report, await ctx.child(batch, input));
        ctx.progress(report.total, items.length);
      }
      if (report.failed > 0) ctx.outcome("completed_with_errors");
      return report;
    },
  ) as never;
  return batch;
}

function added(a: SagaBatchReport, b: SagaBatchReport): SagaBatchReport {
  return {
    total: a.total + b.total,
    completed: a.completed + b.completed,
    failed: a.failed + b.failed,
    failures: [...a.failures, ...b.failures].slice(0, mostFailures),
  };
}
