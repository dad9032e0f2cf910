import type { RetryPolicy } from "@holdpoint/core";
import { ModelError, ModelSetupError } from "../errors.ts";

/** Whether another attempt may help: what nobody has classified may. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof ModelError) return error.retryable;
  return !(error instanceof ModelSetupError);
}

/** How a call of a model is retried where nothing else is said. */
export const defaultRetry: RetryPolicy = { attempts: 3, initial: "1s", max: "1m", retryable: isRetryable };
