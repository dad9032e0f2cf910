import { HoldpointError, StepFailedError } from "@holdpoint/core";

/** A step that was done and is still there, and why. */
export interface LeftUndone {
  /** The step's name. */
  step: string;
  /** Why it could not be undone. */
  reason: string;
}

/**
 * A saga failed: says at which step, what was undone and what could not be. `cause` is what the step failed with. Stored and
 * read again it is a `HoldpointError` with the same code and details: tell it by `isSagaError`.
 */
export class SagaError extends HoldpointError {
  /** @param step the step that failed; null when the saga was undone by hand */
  constructor(
    saga: string,
    id: string,
    step: string | null,
    error: unknown,
    undone: readonly string[],
    notUndone: readonly LeftUndone[],
  ) {
    // Not the step's own failure but its cause: a retry of the run must not go back to before what was undone.
    const cause = error instanceof StepFailedError ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const left = notUndone.map((one) => `${one.step} (${one.reason})`).join(", ");
    super(
      "SAGA",
      `saga "${saga}" ${step === null ? "was undone" : `failed at step "${step}"`}: ${reason}${left ? `; not undone: ${left}` : ""}`,
      { saga, id, step, undone, notUndone },
      { cause },
    );
  }
}

/** What the details of a saga's error say. */
export interface SagaErrorDetails {
  /** The saga's name. */
  saga: string;
  /** Which one it was. */
  id: string;
  /** The step that failed. */
  step: string | null;
  /** Steps that were undone, in the order in which they were. */
  undone: readonly string[];
  /** Steps that could not be. */
  notUndone: readonly LeftUndone[];
}

/**
 * Whether an error is a saga's, fresh or read from the journal.
 *
 * @example
 * const failure = await run.result().catch((error: Error) => error.cause);
 * if (isSagaError(failure)) console.log(failure.details.notUndone);
 */
export function isSagaError(error: unknown): error is HoldpointError & { details: Readonly<SagaErrorDetails> } {
  return error instanceof HoldpointError && error.code === "SAGA";
}
