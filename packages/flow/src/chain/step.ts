import type { Duration, InferIn, InferOut, RetryPolicy, StandardSchemaV1 } from "@holdpoint/core";
import type { StepArguments } from "../definition/registry.ts";

/** How a step of a flow is run; the same words as `ctx.step` has. */
export interface FlowStepOptions {
  /** What is done when it fails. Default: nothing, the first error fails the step. */
  readonly retry?: RetryPolicy;
  /** The longest one attempt may take. */
  readonly timeout?: Duration;
  /** The longest silence between two calls of `heartbeat()`. */
  readonly heartbeat?: Duration;
  /** Never repeat blindly: what is unknown after a crash is asked of a person. */
  readonly once?: boolean;
}

/**
 * A named unit of work that flows are made of. `In` is what it takes, `Out` what it gives. Made by `step()`.
 *
 * The same step may stand in many flows.
 */
export interface FlowStep<Id extends string = string, In = unknown, Out = unknown> {
  /** Unique in its flow: the name in the journal, and in the results. */
  readonly id: Id;
  readonly options: FlowStepOptions;
  readonly inputSchema: StandardSchemaV1 | undefined;
  readonly outputSchema: StandardSchemaV1 | undefined;
  /** The work, with what it takes as `args.input`. */
  readonly run: (args: StepArguments<In>) => unknown;
  /** Undoes it. */
  readonly undo: ((result: never, args: StepArguments<never>) => unknown) | undefined;
  /** Only for inference; never set. */
  readonly "~out"?: Out;
}

/** A schema that was given, or none. */
type MaybeSchema = StandardSchemaV1 | undefined;

/**
 * Defines a step of flows.
 *
 * With an `input` schema what comes before is checked, and given as the schema gives it back; an `output` schema checks the
 * result. Both failures name the field and are not tried again.
 *
 * @example
 * const load = step({
 *   id: "load",
 *   input: z.object({ orderId: z.string() }),
 *   run: ({ input }) => shop.load(input.orderId),
 *   retry: { attempts: 5 },
 *   timeout: "10s",
 * });
 */
export function step<const Id extends string, I extends StandardSchemaV1, R, O extends MaybeSchema = undefined>(
  definition: FlowStepDefinition<Id, InferOut<I>, R, O> & { input: I },
): FlowStep<Id, InferIn<I>, Result<O, R>>;
export function step<const Id extends string, In, R, O extends MaybeSchema = undefined>(
  definition: FlowStepDefinition<Id, In, R, O> & { input?: undefined },
): FlowStep<Id, In, Result<O, R>>;
export function step(
  definition: FlowStepDefinition<string, never, unknown, MaybeSchema> & { input?: MaybeSchema },
): FlowStep<string, never, unknown> {
  const { id, input, output, run, compensate, retry, timeout, heartbeat, once } = definition;
  return Object.freeze({
    id,
    inputSchema: input,
    outputSchema: output,
    run,
    undo: compensate,
    options: {
      ...(retry && { retry }),
      ...(timeout !== undefined && { timeout }),
      ...(heartbeat !== undefined && { heartbeat }),
      ...(once && { once }),
    },
  });
}

/** What `step()` takes. */
export interface FlowStepDefinition<Id extends string, Given, R, O extends MaybeSchema> extends FlowStepOptions {
  /** Unique in its flow: the name in the journal, and in the results. */
  id: Id;
  /** Checks what it gives. */
  output?: O;
  /** The work: runs at least once, and not again after its result was recorded. */
  run: (args: StepArguments<Given>) => R;
  /** Undoes it when the run fails or is cancelled after it: gets the step's result. */
  compensate?: (result: NoInfer<Result<O, R>>, args: StepArguments<Given>) => unknown;
}

/** What a step gives: what its schema gives back, or what its function does. */
type Result<O extends MaybeSchema, R> = O extends StandardSchemaV1 ? InferOut<O> : Awaited<R>;
