import {
  type Duration,
  type RetryPolicy,
  ValidationError,
  type Workflow,
  type WorkflowContext,
  workflow,
} from "@holdpoint/core";

/** What is said about a function that becomes a workflow. */
export interface AsWorkflowOptions {
  /** Default: the function's own name. */
  name?: string;
  /** Default 1. */
  version?: number;
  /** Bounds the whole run, waits included. Default: nothing does. */
  timeout?: Duration;
  /** How often a failed run is started over, after it was undone. Default 0. */
  retries?: number;
  /** The wait before each of these. Default "1s". */
  retryDelay?: Duration;
}

/**
 * Makes a workflow of a function that stands by itself: its name, and what its input is, are the function's. `workflow()` is the
 * same with a schema that checks the input.
 *
 * @example
 * import type { WorkflowContext } from "holdpoint";
 *
 * async function onboarding(ctx: WorkflowContext, customer: { id: string }) {
 *   return ctx.step("load", () => shop.load(customer.id));
 * }
 * const flow = asWorkflow({ timeout: "5m", retries: 1 }, onboarding);
 *
 * @throws ValidationError the name is unusable, or `retries` is no whole number from 0
 */
export function asWorkflow<In, Out>(
  { name, version, timeout, retries = 0, retryDelay = "1s" }: AsWorkflowOptions,
  run: (ctx: WorkflowContext, input: In) => Promise<Out>,
): Workflow<In, Out> {
  if (!(Number.isSafeInteger(retries) && retries >= 0)) {
    const message = `${retries} must be a whole number from 0`;
    throw new ValidationError("asWorkflow", [{ path: "retries", message }]);
  }
  const retry: RetryPolicy = { attempts: retries + 1, initial: retryDelay, coefficient: 1, jitter: 0 };
  const options = {
    name: name ?? run.name,
    ...(version !== undefined && { version }),
    ...(timeout !== undefined && { timeout }),
    ...(retries > 0 && { retry }),
  };
  return workflow(options, (ctx, input: unknown) => run(ctx, input as In)) as Workflow<In, Out>;
}
