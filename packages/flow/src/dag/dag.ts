import {
  type InferIn,
  type InferOut,
  type StandardSchemaV1,
  ValidationError,
  type Workflow,
  type WorkflowContext,
  type WorkflowOptions,
  workflow,
} from "@holdpoint/core";
import type { Unwrapped } from "../result/result.ts";
import { dotOf } from "./dot.ts";
import { inOrder } from "./order.ts";
import { DagError, type DagReport } from "./report.ts";
import { type DagDefinition, DagRun } from "./run.ts";
import type { DagFacts, DagGiven, DagStep, DagStepOptions } from "./step.ts";

/** What there is to say about a dag besides its steps. */
export interface DagOptions {
  /** The first failure cancels what still runs. False: everything that does not depend on it is done first. Default true. */
  failFast?: boolean;
  /** How many steps run at once; the others queue. Default: all that can. */
  concurrency?: number;
  /** Facts that every step sees, and the report shows. */
  metadata?: Readonly<Record<string, unknown>>;
}

/** The same for a dag that is built as a workflow. */
export type DagWorkflowOptions = Pick<WorkflowOptions, "version" | "timeout" | "retry" | "cleanupTimeout" | "queue">;

/** The results so far with one more. */
type With<R extends object, N extends string, T> = { readonly [K in keyof R | N]: K extends keyof R ? R[K] : T };
type Unused<N extends string, R extends object> = N extends keyof R ? never : N;
/** The results a step gets: of those it depends on. */
type Needed<R extends object, A extends readonly (keyof R)[]> = { readonly [K in A[number]]: R[K] };
/** Options of a step that always runs. */
type Options<In, R extends object, A extends readonly (keyof R)[], T> = Omit<
  DagStepOptions<In, Needed<R, A>, T>,
  "after" | "skipIf"
> & { after?: A; skipIf?: undefined };
/** Options of one that may be skipped: it may have no result. */
type Skippable<In, R extends object, A extends readonly (keyof R)[], T> = Omit<Options<In, R, A, T>, "skipIf"> & {
  skipIf: (given: DagFacts<In, Needed<R, A>>) => boolean;
};

/**
 * Steps that depend on each other. Made by `dag()`; each call gives a new one.
 *
 * `Taken` is what a run of it is started with, `Input` the same after its schema, `R` what its steps give, by name.
 */
export class Dag<Taken, Input, R extends object> {
  /** For people and logs; the workflow's name when it is built as one. */
  readonly name: string;
  private readonly steps: readonly DagStep[];
  private readonly options: DagOptions;
  private readonly schema: StandardSchemaV1 | undefined;
  private ordered: DagDefinition | null = null;

  constructor(name: string, steps: readonly DagStep[], options: DagOptions, schema: StandardSchemaV1 | undefined) {
    this.name = name;
    this.steps = steps;
    this.options = options;
    this.schema = schema;
    const { concurrency = 1 } = options;
    if (!(concurrency >= 1 && (Number.isInteger(concurrency) || concurrency === Number.POSITIVE_INFINITY))) {
      const message = `${concurrency} must be a whole number from 1`;
      throw new ValidationError(`dag "${name}"`, [{ path: "concurrency", message }]);
    }
  }

  /**
   * Adds a step that calls a function, once. It runs as soon as all that it comes `after` has ended.
   *
   * @example
   * dag<{ id: string }>("report")
   *   .step("load", ({ input }) => shop.load(input.id))
   *   .step("score", { after: ["load"], timeout: "10s" }, ({ results }) => model.score(results.load.id));
   */
  step<const N extends string, T>(
    name: Unused<N, R>,
    run: (given: DagGiven<Input, Record<never, never>>) => T | Promise<T>,
  ): Dag<Taken, Input, With<R, N, Unwrapped<T>>>;
  step<const N extends string, T, const A extends readonly (keyof R & string)[] = []>(
    name: Unused<N, R>,
    options: Skippable<Input, R, A, NoInfer<T>>,
    run: (given: DagGiven<Input, Needed<R, A>>) => T | Promise<T>,
  ): Dag<Taken, Input, With<R, N, Unwrapped<T> | undefined>>;
  step<const N extends string, T, const A extends readonly (keyof R & string)[] = []>(
    name: Unused<N, R>,
    options: Options<Input, R, A, NoInfer<T>>,
    run: (given: DagGiven<Input, Needed<R, A>>) => T | Promise<T>,
  ): Dag<Taken, Input, With<R, N, Unwrapped<T>>>;
  step(name: string, options: unknown, run: unknown = options): Dag<Taken, Input, never> {
    const work = { type: "function" as const, run: run as never };
    return this.with({ name, work, options: run === options ? {} : (options as never) });
  }

  /**
   * Adds a step whose code makes calls of its own: an approval, a child run, a wait.
   *
   * @example
   * dag("report").call("sign", {}, (ctx) => ctx.approve("sign", { title: "Sign the report?" }));
   */
  call<const N extends string, T, const A extends readonly (keyof R & string)[] = []>(
    name: Unused<N, R>,
    options: Skippable<Input, R, A, NoInfer<T>>,
    run: (ctx: WorkflowContext, given: DagFacts<Input, Needed<R, A>>) => T | Promise<T>,
  ): Dag<Taken, Input, With<R, N, Unwrapped<T> | undefined>>;
  call<const N extends string, T, const A extends readonly (keyof R & string)[] = []>(
    name: Unused<N, R>,
    options: Options<Input, R, A, NoInfer<T>>,
    run: (ctx: WorkflowContext, given: DagFacts<Input, Needed<R, A>>) => T | Promise<T>,
  ): Dag<Taken, Input, With<R, N, Unwrapped<T>>>;
  call(name: string, options: unknown, run: unknown): Dag<Taken, Input, never> {
    return this.with({ name, work: { type: "call", run: run as never }, options: options as never });
  }

  /** Adds a step that was made apart: by `conditionalStep`, `parallelStep`, `functionStep` or `callStep`. */
  add<const N extends string, T>(
    step: DagStep<N, T> & (N extends keyof R ? never : unknown),
  ): Dag<Taken, Input, With<R, N, T>> {
    return this.with(step);
  }

  private with<Next extends object>(step: DagStep): Dag<Taken, Input, Next> {
    return new Dag(this.name, [...this.steps, step], this.options, this.schema);
  }

  /**
   * Executes it inside a run, and gives what its steps gave.
   *
   * @throws DagError a step failed. ValidationError the steps make no dag: says everything that is wrong
   */
  async run(ctx: WorkflowContext, input: Input): Promise<R> {
    const run = new DagRun(this.definition, ctx, input);
    const report = await run.settle();
    if (!report.ok) throw new DagError(report, run.error);
    return report.results as R;
  }

  /**
   * Executes it inside a run, and says what became of each step, whatever failed.
   *
   * @throws ValidationError the steps make no dag
   */
  async settle(ctx: WorkflowContext, input: Input): Promise<DagReport<R>> {
    return (await new DagRun(this.definition, ctx, input).settle()) as DagReport<R>;
  }

  /**
   * Makes a workflow of it, with its name.
   *
   * @throws ValidationError the steps make no dag: says everything that is wrong
   */
  build(options: DagWorkflowOptions = {}): Workflow<Taken, R> {
    this.definition;
    const { name, schema } = this;
    return workflow({ ...options, name, ...(schema && { input: schema }) }, (ctx, input) =>
      this.run(ctx, input as Input),
    ) as Workflow<Taken, R>;
  }

  /**
   * A drawing of it, as Graphviz source.
   *
   * @throws ValidationError the steps make no dag
   */
  toDot(): string {
    return dotOf(this.name, this.definition.steps);
  }

  /** Its steps' names, in an order in which they can go. */
  get order(): readonly string[] {
    return this.definition.steps.map(({ name }) => name);
  }

  private get definition(): DagDefinition {
    const { failFast = true, concurrency = Number.POSITIVE_INFINITY, metadata = {} } = this.options;
    this.ordered ??= { name: this.name, steps: inOrder(this.name, this.steps), failFast, concurrency, metadata };
    return this.ordered;
  }
}

/**
 * Begins a dag: steps that say which others they need, run as early as they can, those that need nothing of each other at once.
 *
 * @example
 * const report = dag("report", { input: z.object({ id: z.string() }) })
 *   .step("order", ({ input }) => shop.load(input.id))
 *   .step("stock", ({ input }) => shop.stock(input.id))
 *   .step("text", { after: ["order", "stock"] }, ({ results }) => model.write(JSON.stringify(results)))
 *   .build();
 *
 * @throws ValidationError `concurrency` is no whole number from 1
 */
export function dag<S extends StandardSchemaV1>(
  name: string,
  options: DagOptions & { input: S },
): Dag<InferIn<S>, InferOut<S>, Record<never, never>>;
export function dag<Input = undefined>(
  name: string,
  options?: DagOptions & { input?: undefined },
): Dag<Input, Input, Record<never, never>>;
export function dag(
  name: string,
  { input, ...options }: DagOptions & { input?: StandardSchemaV1 | undefined } = {},
): Dag<unknown, unknown, object> {
  return new Dag(name, [], options, input);
}

/**
 * Makes a dag of a list of steps, in whatever order: for steps that come from elsewhere. Checked at once.
 *
 * @example
 * const report = dagOf("report", [
 *   functionStep("text", ({ results }) => String(results.order), { after: ["order"] }),
 *   functionStep("order", () => shop.load("A-7")),
 * ]);
 *
 * @throws ValidationError the steps make no dag: says everything that is wrong
 */
export function dagOf<Input = undefined>(
  name: string,
  steps: readonly DagStep[],
  options: DagOptions = {},
): Dag<Input, Input, Record<string, unknown>> {
  const made = new Dag<Input, Input, Record<string, unknown>>(name, steps, options, undefined);
  made.order;
  return made;
}
