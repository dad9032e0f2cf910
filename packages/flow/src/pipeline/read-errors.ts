import type { Json, JsonObject } from "../condition/condition.ts";
import type { Recovery, RetryDefinition, StepNode } from "../definition/definition.ts";
import type { PipelineErrorHandling, PipelineStepDocument } from "./document.ts";
import { stepReference } from "./step-reference.ts";

type Handling = Pick<StepNode, "retry" | "timeout" | "onError">;

/** What is done when a step fails: the step's own words first (beside it, or in its config), then the document's. */
export function readErrorHandling(step: PipelineStepDocument, ofDocument: PipelineErrorHandling | undefined): Handling {
  const inConfig = step.config?.error_handling;
  const own = { ...(isObject(inConfig) ? inConfig : {}), ...step.error_handling } as PipelineErrorHandling;
  const handling = { ...ofDocument, ...own };
  const retry = retryOf({ ...ofDocument?.retry, ...own.retry });
  const timeout = timeoutOf(handling);
  const onError = recoveryOf(step, handling);
  return {
    ...(retry && { retry }),
    ...(timeout !== undefined && { timeout }),
    ...(onError && { onError }),
  };
}

const seconds = (value: number): number => Math.round(value * 1000);

function retryOf(retry: NonNullable<PipelineErrorHandling["retry"]>): RetryDefinition | undefined {
  if (Object.keys(retry).length === 0) return undefined;
  const { max_attempts = 3, initial_delay = 1, max_delay = 60, exponential_base = 2, jitter = true } = retry;
  return {
    attempts: max_attempts,
    initial: seconds(initial_delay),
    max: seconds(Math.max(max_delay, initial_delay)),
    coefficient: exponential_base,
    jitter: typeof jitter === "number" ? jitter : jitter ? 0.5 : 0,
  };
}

function timeoutOf({ timeout_seconds, timeout }: PipelineErrorHandling): number | string | undefined {
  const given = timeout_seconds ?? timeout;
  if (typeof given !== "number") return given;
  return given > 0 ? seconds(given) : undefined;
}

/** First the fallback; what is left of it when it fails too, or when there is none, goes on as an error that was let pass. */
function recoveryOf(step: PipelineStepDocument, handling: PipelineErrorHandling): Recovery | undefined {
  const { fallback, enable_fallback, continue_on_error } = handling;
  const pass = continue_on_error ? { uses: "pipeline.continue" } : undefined;
  if (isObject(fallback) && ("step_class" in fallback || "class" in fallback)) {
    return { step: stepReference(fallback as unknown as PipelineStepDocument), ...(pass && { otherwise: pass }) };
  }
  if (fallback !== undefined && typeof fallback !== "boolean") return { value: fallbackValue(fallback) };
  if (enable_fallback || fallback === true) {
    return { step: `${stepReference(step)}#fallback`, ...(pass && { otherwise: pass }) };
  }
  return pass;
}

function fallbackValue(fallback: Json): Json {
  return isObject(fallback) && "value" in fallback ? (fallback.value as Json) : fallback;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
