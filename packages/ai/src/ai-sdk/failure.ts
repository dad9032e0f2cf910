import { APICallError, InvalidPromptError, LoadAPIKeyError, UnsupportedFunctionalityError } from "@ai-sdk/provider";
import { ModelError, ModelSetupError } from "../errors.ts";

/** An error of the AI SDK, or of the network below it, as ours. */
export function failureOf(model: string, error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason ?? error;
  if (error instanceof ModelError || error instanceof ModelSetupError) return error;
  if (LoadAPIKeyError.isInstance(error)) return new ModelSetupError(`${model}: ${error.message}`);
  if (APICallError.isInstance(error)) {
    const { statusCode, responseHeaders, isRetryable, message } = error;
    return new ModelError(
      statusCode === undefined ? message : `${statusCode} ${message}`,
      {
        model,
        status: statusCode ?? null,
        retryable: isRetryable,
        retryAfterMs: retryAfter(responseHeaders, Date.now()),
        requestId: headerOf(responseHeaders),
      },
      { cause: error },
    );
  }
  const hopeless = InvalidPromptError.isInstance(error) || UnsupportedFunctionalityError.isInstance(error);
  const message = error instanceof Error ? error.message : String(error);
  return new ModelError(message, { model, retryable: !hopeless }, { cause: error });
}

/** The provider's id of a request; null where it says none. */
export function headerOf(headers: Readonly<Record<string, string | undefined>> | undefined): string | null {
  return headers?.["x-request-id"] ?? headers?.["request-id"] ?? headers?.["x-goog-request-id"] ?? null;
}

/**
 * How long a server asks to wait, in milliseconds: `retry-after-ms`, or `retry-after` in seconds or as a date (RFC 9110, 10.2.3).
 * Null where it says nothing that can be read.
 */
export function retryAfter(headers: Readonly<Record<string, string>> | undefined, now: number): number | null {
  const exact = Number(headers?.["retry-after-ms"] || Number.NaN);
  if (exact >= 0) return exact;
  const said = headers?.["retry-after"];
  if (!said) return null;
  const seconds = Number(said);
  if (seconds >= 0) return Math.ceil(seconds * 1000);
  const at = Date.parse(said);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
