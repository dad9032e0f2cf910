import { StepFailedError } from "@holdpoint/core";

/** The run was cancelled or timed out, or its branch lost a race: no failure of the work's own, and nobody's to catch. */
export function isInterruption(error: unknown): boolean {
  const { code, details } = (error ?? {}) as { code?: unknown; details?: { key?: unknown } };
  return code === "CANCELLED" || (code === "TIMEOUT" && details?.key === "run/timeout");
}

/** What a step failed with, in a sentence: the author's own, without the engine's around it. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof StepFailedError ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
