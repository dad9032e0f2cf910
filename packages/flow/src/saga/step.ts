import { type Duration, type RetryPolicy, type StepInfo, ValidationError, type WorkflowContext } from "@holdpoint/core";

/** What the steps before have given, by name. */
export type Results = object;

/** What a step's function is given: the saga's input, what the steps before gave, and what every step gets. */
export interface SagaGiven<In, R extends Results> extends StepInfo {
  /** The saga's input. */
  readonly input: In;
  /** What the steps before gave, by name. */
  readonly results: R;
}

/** What undoes a step is given: the same, and what the step itself gave. */
export interface SagaUndoGiven<In, R extends Results, T> extends SagaGiven<In, R> {
  /** What the step gave. */
  readonly result: T;
}

/** Sharing a step's result by what it was made from. */
export interface ContentCache {
  /** How long the result may be used again. */
  ttl: Duration;
  /** Runs of this workflow (the default), or all of the namespace. */
  scope?: "namespace" | "workflow";
  /** Results are not shared between tenants. Default: everybody's. */
  tenant?: string;
  /** What the result depends on, when that is less than everything: the saga's input and the results before it. */
  inputs?: unknown;
  /** Settings that change the result (the model, a prompt's text): another configuration is another result. */
  config?: unknown;
}

/** How a saga's step is done, and undone. */
export interface SagaStepOptions<In, R extends Results, T> {
  /** Undoes it when a later step fails. Without it there is nothing to undo. */
  compensate?: (given: SagaUndoGiven<In, R, T>) => unknown;
  /** How often it is tried again after it failed. Default 0. */
  maxRetries?: number;
  /** The wait before each of these. Default "1s". */
  retryDelay?: Duration;
  /** A policy with back-off, in the place of `maxRetries` and `retryDelay`. */
  retry?: RetryPolicy;
  /** The longest one try may take, of doing and of undoing. */
  timeout?: Duration;
  /** Never do it twice blindly: after a crash in the middle of it a person is asked. */
  once?: boolean;
  /**
   * Whether undoing it twice is the same as once. Default true: like every step it is repeated when the process died in the
   * middle of it. With false a person is asked in that case what became of it.
   */
  idempotent?: boolean;
  /** How undoing is tried again. Default: three times in all, a second apart and then two. */
  compensateRetry?: RetryPolicy;
  /** Shares the result with other runs that would make it from the same. A result that was only found is not undone. */
  cache?: ContentCache | ((given: { input: In; results: R }) => ContentCache);
}

/** A step of a saga, whatever it takes and gives. */
export interface SagaStep {
  /** Unique in its saga. */
  readonly name: string;
  /** The effect that is done once; of a call the code that makes several. */
  readonly action:
    | { readonly type: "effect"; run(given: SagaGiven<unknown, Results>): unknown }
    | { readonly type: "call"; run(ctx: WorkflowContext, given: { input: unknown; results: Results }): unknown };
  /** How. */
  readonly options: SagaStepOptions<unknown, Results, unknown>;
}

/** What undoing is allowed when its step does not say. */
const defaultCompensateRetry: RetryPolicy = { attempts: 3, initial: "1s" };

/** How often the step is done. */
export function retryOf({ options }: SagaStep): RetryPolicy | undefined {
  const { retry, maxRetries, retryDelay = "1s" } = options;
  if (retry || maxRetries === undefined) return retry;
  return { attempts: maxRetries + 1, initial: retryDelay, max: retryDelay, coefficient: 1, jitter: 0 };
}

/** How often undoing it is tried. */
export const compensateRetryOf = ({ options }: SagaStep): RetryPolicy =>
  options.compensateRetry ?? defaultCompensateRetry;

/** Refuses options that make no sense, all at once. Throws `ValidationError`. */
export function checkStep(saga: string, step: SagaStep, taken: readonly SagaStep[]): void {
  const { name, options } = step;
  const issues: { path: string; message: string }[] = [];
  if (name === "") issues.push({ path: "name", message: "is empty; say what the step does" });
  if (taken.some((one) => one.name === name)) {
    issues.push({ path: "name", message: `"${name}" is the name of another step; give each its own` });
  }
  const { maxRetries, retryDelay, retry } = options;
  if (maxRetries !== undefined && !(Number.isSafeInteger(maxRetries) && maxRetries >= 0)) {
    issues.push({ path: "maxRetries", message: `${maxRetries} must be a whole number from 0` });
  }
  if (retry && (maxRetries !== undefined || retryDelay !== undefined)) {
    issues.push({ path: "retry", message: "says the same as maxRetries and retryDelay; give one or the other" });
  }
  if (retryDelay !== undefined && maxRetries === undefined && !retry) {
    issues.push({ path: "retryDelay", message: "waits before retries that maxRetries does not allow; give both" });
  }
  if (options.cache && step.action.type === "call") {
    issues.push({ path: "cache", message: "shares the result of one effect; a call has none of its own" });
  }
  if (options.compensate === undefined) {
    for (const path of ["idempotent", "compensateRetry"] as const) {
      if (options[path] !== undefined) issues.push({ path, message: "is about compensate, which is not given" });
    }
  }
  if (issues.length > 0) throw new ValidationError(`saga "${saga}" step "${name}"`, issues);
}
