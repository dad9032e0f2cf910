import { ValidationError } from "../errors.ts";
import type { WorkflowContext } from "./context.ts";
import type { Duration } from "./duration.ts";
import type { RetryPolicy } from "./retry.ts";
import type { InferIn, InferOut, StandardSchemaV1 } from "./schema.ts";

/** What there is to say about a workflow besides its function. */
export interface WorkflowOptions {
  /** Unique among an engine's workflows; stored with every run. */
  name: string;
  /** Raise it when you change what live runs would notice. Default 1. Several versions may be registered side by side. */
  version?: number;
  /** Bounds a whole run, waits included: it then fails with `TimeoutError`, after its compensations. */
  timeout?: Duration;
  /** Starts a failed run over, from a clean slate, after its compensations. */
  retry?: RetryPolicy;
  /** How long compensations and cleanup may take. Default "5m". */
  cleanupTimeout?: Duration;
  /** What a replay does with a step that was inserted before recorded ones. Default `diverge`. */
  insertions?: "diverge" | "run";
  /** Messages this workflow takes, for checking them before they are delivered. */
  signals?: Readonly<Record<string, StandardSchemaV1>>;
  /** The queue its runs go to. Default "default". */
  queue?: string;
}

/** A named, versioned async function: what an engine runs. Made by `workflow()`. */
export interface Workflow<In = unknown, Out = unknown> {
  /** Unique among an engine's workflows. */
  readonly name: string;
  /** From 1. */
  readonly version: number;
  /** As it was defined. */
  readonly options: WorkflowOptions;
  /** Checks what a run is started with. */
  readonly input: StandardSchemaV1 | undefined;
  /** Checks what a run returns. */
  readonly output: StandardSchemaV1 | undefined;
  /** The author's function. */
  readonly run: (ctx: WorkflowContext, input: never) => Promise<unknown>;
  /** Only for inference; never set. */
  readonly "~types"?: { in: In; out: Out };
}

/** Any workflow, whatever it takes and gives. */
// biome-ignore lint/suspicious/noExplicitAny: the one place where "any workflow" must accept every pair of types
export type AnyWorkflow = Workflow<any, any>;
/** What a workflow takes; unknown of one that is only named. */
export type InputOf<W> = W extends Workflow<infer In, infer _Out> ? In : W extends string ? unknown : never;
/** What a workflow gives; unknown of one that is only named. */
export type OutputOf<W> = W extends Workflow<infer _In, infer Out> ? Out : W extends string ? unknown : never;

/** A schema that was given, or none. */
type MaybeSchema = StandardSchemaV1 | undefined;
/** What the schema lets a caller pass; nothing without one. */
type Taken<I extends MaybeSchema> = I extends StandardSchemaV1 ? InferIn<I> : undefined;
/** What the author's function is given: the input as the schema gives it back. */
type Given<I extends MaybeSchema> = I extends StandardSchemaV1 ? InferOut<I> : undefined;
/** What the author's function may return: what the schema takes; anything without one. */
type Returned<O extends MaybeSchema> = O extends StandardSchemaV1 ? Frozen<InferIn<O>> : unknown;
/** What a run gives: the output as the schema gives it back. */
type Result<O extends MaybeSchema, R> = O extends StandardSchemaV1 ? InferOut<O> : R;
/** A value nobody changes any more, so that a literal may be returned for it. */
type Frozen<T> = unknown extends T
  ? T
  : T extends (...args: never[]) => unknown
    ? T
    : { readonly [K in keyof T]: Frozen<T[K]> };

/**
 * Defines a workflow.
 *
 * @example
 * const greet = workflow({ name: "greet", input: z.object({ who: z.string() }) }, async (ctx, { who }) => {
 *   return ctx.step("say", () => `hello ${who}`);
 * });
 *
 * @throws ValidationError when the name or version is unusable
 */
export function workflow<R, I extends MaybeSchema = undefined>(
  options: WorkflowOptions & { input?: I; output?: undefined },
  run: (ctx: WorkflowContext, input: Given<I>) => Promise<R>,
): Workflow<Taken<I>, R>;
// Last, because the error of the last one is shown. `const` keeps a returned "declined" from becoming string.
export function workflow<
  const R extends Returned<O>,
  I extends MaybeSchema = undefined,
  O extends MaybeSchema = undefined,
>(
  options: WorkflowOptions & { input?: I; output?: O },
  run: (ctx: WorkflowContext, input: Given<I>) => Promise<R>,
): Workflow<Taken<I>, Result<O, R>>;
export function workflow(
  options: WorkflowOptions & { input?: MaybeSchema; output?: MaybeSchema },
  run: (ctx: WorkflowContext, input: never) => Promise<unknown>,
): AnyWorkflow {
  const { name, version = 1, input, output } = options;
  if (typeof name !== "string" || !/^[\w][\w.:-]{0,127}$/.test(name)) {
    throw new ValidationError("workflow", [
      {
        path: "name",
        message: `"${name}" must be 1 to 128 letters, digits, "_", "-", "." or ":", starting with a letter or digit`,
      },
    ]);
  }
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new ValidationError(`workflow "${name}"`, [
      { path: "version", message: `${version} must be a whole number from 1` },
    ]);
  }
  return Object.freeze({ name, version, options, input, output, run });
}
