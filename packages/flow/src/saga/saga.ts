import {
  type InferIn,
  type InferOut,
  type StandardSchemaV1,
  ValidationError,
  type Workflow,
  type WorkflowContext,
  workflow,
} from "@holdpoint/core";
import type { Unwrapped } from "../result/result.ts";
import { type SagaDefinition, SagaInstance } from "./instance.ts";
import type { SagaOptions, SagaWorkflowOptions } from "./options.ts";
import { checkStep, type Results, type SagaGiven, type SagaStep, type SagaStepOptions } from "./step.ts";

/** The results so far with one more. */
type With<R extends Results, N extends string, T> = { readonly [K in keyof R | N]: K extends keyof R ? R[K] : T };
/** A name that no step before has. */
type Unused<N extends string, R extends Results> = N extends keyof R ? never : N;

/** A step that was made apart from its saga. Made by `sagaStep`. */
export interface NamedSagaStep<N extends string, In, R extends Results, T> {
  /** Unique in its saga. */
  readonly name: N;
  /** Does it. */
  readonly run: (given: SagaGiven<In, R>) => T | Promise<T>;
  /** How, and how it is undone. */
  readonly options: SagaStepOptions<In, R, Unwrapped<T>>;
}

/**
 * Steps that are done in order, and undone in reverse when one of them fails. Made by `saga()`; each call gives a new one.
 *
 * `Taken` is what a run of it is started with, `Input` the same after its schema, `R` what its steps give, by name.
 */
export class Saga<Taken, Input, R extends Results> {
  /** Unique among the sagas of a run. */
  readonly name: string;
  /** From 1. */
  readonly version: number;
  private readonly definition: SagaDefinition;
  private readonly schema: StandardSchemaV1 | undefined;

  constructor(definition: SagaDefinition, schema: StandardSchemaV1 | undefined) {
    this.name = definition.name;
    this.version = definition.version;
    this.definition = definition;
    this.schema = schema;
  }

  /** The names of its steps, in order. */
  get steps(): readonly string[] {
    return this.definition.steps.map(({ name }) => name);
  }

  /**
   * Adds an effect: done once, recorded, and undone by `compensate` when a later one fails. It fails by throwing, or by
   * returning `err(why)`.
   *
   * @example
   * saga<{ id: string }>("order").step("reserve", ({ input }) => shop.load(input.id), {
   *   compensate: ({ result }) => shop.release(result.id),
   *   maxRetries: 2,
   * });
   *
   * @throws ValidationError an option makes no sense
   */
  step<N extends string, T>(
    name: Unused<N, R>,
    run: (given: SagaGiven<Input, R>) => T | Promise<T>,
    options: SagaStepOptions<Input, R, NoInfer<Unwrapped<T>>> = {},
  ): Saga<Taken, Input, With<R, N, Unwrapped<T>>> {
    return this.add<N, T>({ name, action: { type: "effect", run: run as never }, options: options as never });
  }

  /**
   * Adds code that makes calls of its own: an approval, a child run, branches.
   *
   * @example
   * saga<{ amount: number }>("order").call("sign", (ctx, { input }) =>
   *   ctx.approve("sign", { title: `Spend $${input.amount}?` }),
   * );
   *
   * @throws ValidationError an option makes no sense
   */
  call<N extends string, T>(
    name: Unused<N, R>,
    run: (ctx: WorkflowContext, given: { input: Input; results: R }) => T | Promise<T>,
    options: Pick<
      SagaStepOptions<Input, R, NoInfer<Unwrapped<T>>>,
      "compensate" | "compensateRetry" | "idempotent" | "timeout"
    > = {},
  ): Saga<Taken, Input, With<R, N, Unwrapped<T>>> {
    return this.add<N, T>({ name, action: { type: "call", run: run as never }, options: options as never });
  }

  /** Adds a step that was made with `sagaStep`. */
  use<const N extends string, T>(
    step: NamedSagaStep<N, Input, R, T> & (N extends keyof R ? never : unknown),
  ): Saga<Taken, Input, With<R, N, Unwrapped<T>>> {
    const { name, run, options } = step;
    return this.add<N, T>({ name, action: { type: "effect", run: run as never }, options: options as never });
  }

  private add<N extends string, T>(step: SagaStep): Saga<Taken, Input, With<R, N, Unwrapped<T>>> {
    checkStep(this.name, step, this.definition.steps);
    return new Saga({ ...this.definition, steps: [...this.definition.steps, step] }, this.schema);
  }

  /** Opens it inside a run without doing anything yet. */
  open(ctx: WorkflowContext, input: Input): SagaInstance<Input, R> {
    return new SagaInstance(this.definition, ctx, input);
  }

  /**
   * Executes it inside a run, and gives what its steps gave.
   *
   * @throws SagaError a step failed, and those before it were undone: tell it by `isSagaError`
   */
  run(ctx: WorkflowContext, input: Input): Promise<R> {
    return this.open(ctx, input).execute();
  }

  /**
   * Makes a workflow of it, with its name and version.
   *
   * @throws ValidationError the saga has no steps, or its name is none for a workflow
   */
  build(options: SagaWorkflowOptions = {}): Workflow<Taken, R> {
    const { name, version, schema } = this;
    if (this.steps.length === 0) {
      throw new ValidationError(`saga "${name}"`, [{ path: "steps", message: "are missing; add one with .step(…)" }]);
    }
    const made = workflow({ ...options, name, version, ...(schema && { input: schema }) }, (ctx, input) =>
      new SagaInstance<Input, R>(this.definition, ctx, input as Input, true).execute(),
    );
    return made as Workflow<Taken, R>;
  }
}

/**
 * Begins a saga: work in several places that no transaction spans, so that each part knows how to be undone.
 *
 * @example
 * const order = saga("order", { input: z.object({ id: z.string(), amount: z.number() }) })
 *   .step("reserve", ({ input }) => shop.load(input.id), { compensate: ({ result }) => shop.release(result.id) })
 *   .step("pay", ({ input }) => payments.refund(input.id, input.amount), {
 *     compensate: ({ result }) => payments.cancel(result.receipt),
 *   })
 *   .step("file", ({ results }) => shop.file(results.reserve.id, results.pay.receipt), { maxRetries: 3, retryDelay: "10s" })
 *   .build();
 *
 * @throws ValidationError the version is no whole number from 1
 */
export function saga<S extends StandardSchemaV1>(
  name: string,
  options: SagaOptions<InferOut<S>> & { input: S },
): Saga<InferIn<S>, InferOut<S>, Record<never, never>>;
export function saga<Input = undefined>(
  name: string,
  options?: SagaOptions<Input> & { input?: undefined },
): Saga<Input, Input, Record<never, never>>;
export function saga(
  name: string,
  { input, ...options }: SagaOptions<never> & { input?: StandardSchemaV1 | undefined } = {},
): Saga<unknown, unknown, Results> {
  const { version = 1 } = options;
  const issues = [];
  if (name === "") issues.push({ path: "name", message: "is empty" });
  if (!(Number.isSafeInteger(version) && version >= 1)) {
    issues.push({ path: "version", message: `${version} must be a whole number from 1` });
  }
  if (issues.length > 0) throw new ValidationError(`saga "${name}"`, issues);
  return new Saga({ name, version, steps: [], options }, input);
}

/**
 * Makes a step apart from the saga it is used in.
 *
 * @example
 * import type { SagaGiven } from "holdpoint";
 *
 * const reserve = sagaStep(
 *   { name: "reserve", compensate: ({ result }) => shop.release(result.id) },
 *   ({ input }: SagaGiven<{ id: string }, object>) => shop.load(input.id),
 * );
 * const order = saga<{ id: string }>("order").use(reserve);
 */
export function sagaStep<const N extends string, In, R extends Results, T>(
  { name, ...options }: { name: N } & SagaStepOptions<In, R, NoInfer<Unwrapped<T>>>,
  run: (given: SagaGiven<In, R>) => T | Promise<T>,
): NamedSagaStep<N, In, R, T> {
  return { name, run, options };
}
