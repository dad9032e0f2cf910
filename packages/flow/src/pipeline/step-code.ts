import type { ServiceToken, StepInfo, WorkflowLog } from "@holdpoint/core";
import { ValidationError } from "@holdpoint/core";
import type { StepArguments, StepCode } from "../definition/registry.ts";

/** Which run this is, and whose: every step of a pipeline is told. */
export interface ExecutionContext {
  readonly execution_id: string;
  readonly pipeline_id: string;
  /** Who started it; null when nobody was named. */
  readonly user_id: string | null;
  /** The conversation or case it belongs to. */
  readonly thread_id: string | null;
}

/** What a step of a pipeline is given beside its data. */
export interface PipelineStepInfo extends Pick<StepInfo, "signal" | "attempt" | "idempotencyKey" | "heartbeat"> {
  /** The step's id in the document. */
  readonly step: string;
  /** What the document says under `config`, templates filled in. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly context: ExecutionContext;
  readonly log: WorkflowLog;
  /** What the engine was given under this token. */
  service<T>(token: ServiceToken<T>): T;
}

/** All that is there (what the run was started with, the results so far, the mapped inputs over them), and what is beside it. */
export type PipelineStepFunction = (data: Readonly<Record<string, unknown>>, info: PipelineStepInfo) => unknown;

/** A step as an object: a class makes one for each try, with the step's id and config. */
export interface PipelineStepObject {
  run?(data: Readonly<Record<string, unknown>>, info: PipelineStepInfo): unknown;
  /** Another name for `run`. */
  execute?(data: Readonly<Record<string, unknown>>, info: PipelineStepInfo): unknown;
  /** Gives a result in the place of one that failed for good, where the document enables it. */
  fallback?(data: Readonly<Record<string, unknown>>, error: { name: string; message: string }): unknown;
}

/** The class of such objects: `config` is what the document says, templates filled in. */
export type PipelineStepClass = new (name: string, config: never) => PipelineStepObject;

/**
 * The code of a pipeline's step: a function, an object or a class with `run` or `execute`, or a step of a flow.
 *
 * @example
 * import type { PipelineStep } from "holdpoint";
 *
 * const greet: PipelineStep = ({ name = "World" }) => ({ greeting: `Hello, ${name}!` });
 */
export type PipelineStep = PipelineStepFunction | PipelineStepClass | PipelineStepObject | StepCode;

/** What a document's step may be found as: the code as the interpreter calls it, with its fallback if it has one. */
export interface ReadStepCode {
  readonly step: StepCode;
  readonly fallback: StepCode | null;
}

/** @throws ValidationError it is no code for a step */
export function stepCodeOf(step: unknown, name: string): ReadStepCode {
  if (typeof step === "function") return isClass(step) ? ofClass(step) : ofFunction(step as PipelineStepFunction);
  if (typeof step === "object" && step !== null) {
    if (isStepOfFlow(step)) return { step, fallback: null };
    if (hasWork(step)) return ofObject(() => step);
  }
  throw new ValidationError(`step "${name}"`, [
    { path: "", message: "must be a function, or a class or object with `run` or `execute`" },
  ]);
}

function ofFunction(run: PipelineStepFunction): ReadStepCode {
  return { step: { run: (args: StepArguments) => run(dataOf(args), infoOf(args)) }, fallback: null };
}

function ofClass(Class: PipelineStepClass): ReadStepCode {
  const code = ofObject((args) => new Class(args.node, (args.config ?? {}) as never));
  return typeof Class.prototype.fallback === "function" ? code : { ...code, fallback: null };
}

function ofObject(make: (args: StepArguments) => PipelineStepObject): ReadStepCode {
  return {
    step: {
      run: (args: StepArguments) => {
        const made = make(args);
        if (made.run) return made.run(dataOf(args), infoOf(args));
        return made.execute?.(dataOf(args), infoOf(args));
      },
    },
    fallback: {
      run: (args: StepArguments) => {
        const { error, ...data } = dataOf(args);
        return make(args).fallback?.(data, error as { name: string; message: string });
      },
    },
  };
}

function dataOf({ input }: StepArguments): Record<string, unknown> {
  return typeof input === "object" && input !== null ? (input as Record<string, unknown>) : { input };
}

function infoOf(args: StepArguments): PipelineStepInfo {
  const { run } = args;
  return {
    step: args.node,
    config: (args.config ?? {}) as Record<string, unknown>,
    context: { execution_id: run.id, pipeline_id: run.workflow, user_id: run.createdBy, thread_id: run.thread },
    signal: args.signal,
    attempt: args.attempt,
    idempotencyKey: args.idempotencyKey,
    heartbeat: args.heartbeat,
    log: args.log,
    service: args.service,
  };
}

function isClass(step: unknown): step is PipelineStepClass {
  return typeof step === "function" && hasWork(step.prototype);
}

function hasWork(value: unknown): value is PipelineStepObject {
  if (typeof value !== "object" || value === null) return false;
  const { run, execute } = value as PipelineStepObject;
  return typeof run === "function" || typeof execute === "function";
}

/** Made by `step()`: its `run` takes one argument with everything in it. */
function isStepOfFlow(value: object): value is StepCode {
  return "run" in value && typeof value.run === "function" && ("input" in value || "output" in value || "id" in value);
}
