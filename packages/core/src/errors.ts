/**
 * Every error an author or an operator meets.
 *
 * Each class has a stable `code` that survives storage and HTTP; the message is one sentence that says
 * what happened and what to do. `details` holds what a program may want to look at.
 *
 * @example
 * try { await engine.run(refund, input, { id: "refund-7" }); }
 * catch (error) { if (error instanceof RunConflictError) console.log(error.details.id); }
 */
export class HoldpointError extends Error {
  /** Stable, upper case, never reused. */
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.details = details;
  }
}

/** One problem found in a value: a dotted path and what is wrong there. */
export interface Issue {
  path: string;
  message: string;
}

/** Input, output, an answer or an option does not have the shape it must have. */
export class ValidationError extends HoldpointError {
  readonly issues: readonly Issue[];
  constructor(subject: string, issues: readonly Issue[]) {
    const first = issues[0];
    const where = first?.path ? `${subject}.${first.path}` : subject;
    const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
    super("VALIDATION", `${where}: ${first?.message ?? "is not valid"}${more}`, { subject, issues });
    this.issues = issues;
  }
}

/** A step failed for good: its attempts are used up or its error was not retryable. `cause` is the last error. */
export class StepFailedError extends HoldpointError {
  constructor(key: string, step: string, attempts: number, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      "STEP_FAILED",
      `step "${step}" failed after ${attempts} ${attempts === 1 ? "attempt" : "attempts"}: ${reason}`,
      { key, step, attempts },
      { cause },
    );
  }
}

/** Throw it inside a step to fail at once, whatever the retry policy says. */
export class NonRetryableError extends HoldpointError {
  constructor(message: string, options?: ErrorOptions) {
    super("NON_RETRYABLE", message, {}, options);
  }
}

/** A step, a wait or a run took longer than it was allowed to. */
export class TimeoutError extends HoldpointError {
  /** @param key what was waited for, as the journal knows it */
  constructor(what: string, limitMs: number, key?: string) {
    super("TIMEOUT", `${what} did not finish within ${limitMs} ms`, { what, limitMs, ...(key ? { key } : {}) });
  }
}

/** The run, or the branch this code belongs to, was cancelled. */
export class CancelledError extends HoldpointError {
  constructor(reason: string) {
    super("CANCELLED", `cancelled: ${reason}`, { reason });
  }
}

/** A child run ended without a result. */
export class ChildFailedError extends HoldpointError {
  constructor(workflow: string, runId: string, status: string, cause?: unknown) {
    const reason = cause instanceof Error ? `: ${cause.message}` : "";
    super("CHILD_FAILED", `child "${workflow}" (${runId}) ${status}${reason}`, { workflow, runId, status }, { cause });
  }
}

/** A run ended without a result: `result()` throws it. */
export class RunFailedError extends HoldpointError {
  constructor(runId: string, workflow: string, status: string, cause?: unknown) {
    const reason = cause instanceof Error ? `: ${cause.message}` : "";
    super("RUN_FAILED", `run ${runId} of "${workflow}" ${status}${reason}`, { runId, workflow, status }, { cause });
  }
}

/** Nothing with this name or id exists here. */
export class NotFoundError extends HoldpointError {
  constructor(what: string, id: string, hint?: string) {
    super("NOT_FOUND", `no ${what} "${id}"${hint ? `; ${hint}` : ""}`, { what, id });
  }
}

/** The id belongs to a run of another workflow or with another input. */
export class RunConflictError extends HoldpointError {
  constructor(id: string, message: string) {
    super("RUN_CONFLICT", `run id "${id}": ${message}`, { id });
  }
}

/** The call does not fit the state the thing is in. */
export class InvalidStateError extends HoldpointError {
  constructor(message: string, details: Record<string, unknown> = {}) {
    super("INVALID_STATE", message, details);
  }
}

/** It is not what was read any more: somebody else changed it. Look at it again. */
export class ChangedError extends HoldpointError {
  constructor(what: string) {
    super("PRECONDITION_FAILED", `${what} has changed since it was read; look at it again`);
  }
}

/** The hold was decided, expired, withdrawn or changed before this answer. */
export class HoldConflictError extends HoldpointError {
  /** Where what was read and what is asked now part, where that is known; empty for another conflict. */
  readonly difference: readonly { path: string; before: unknown; after: unknown }[];
  constructor(
    message: string,
    details: {
      holdId: string;
      status: string;
      by?: string | null;
      at?: number | null;
      difference?: readonly { path: string; before: unknown; after: unknown }[];
    },
  ) {
    super("HOLD_CONFLICT", message, details);
    this.difference = details.difference ?? [];
  }
}

/** Thrown to a workflow whose hold reached `expire` on its deadline. */
export class HoldExpiredError extends HoldpointError {
  constructor(key: string, name: string) {
    super("HOLD_EXPIRED", `hold "${name}" expired without an answer`, { key, name });
  }
}

/** This person may not do this; says who may. */
export class NotAllowedError extends HoldpointError {
  constructor(message: string, details: Record<string, unknown> = {}) {
    super("NOT_ALLOWED", message, details);
  }
}

/** Undoing completed steps did not succeed; lists what was not undone. `cause` is why the run was undone at all. */
export class CompensationError extends HoldpointError {
  constructor(notUndone: readonly { key: string; reason: string }[], cause?: unknown) {
    super(
      "COMPENSATION",
      `not undone: ${notUndone.map((s) => `${s.key} (${s.reason})`).join(", ")}`,
      { notUndone },
      { cause },
    );
  }
}

/** Code and journal disagree: what was recorded, what the code asked for, and where. */
export class DivergedError extends HoldpointError {
  constructor(message: string, details: Record<string, unknown> = {}) {
    super("DIVERGED", message, details);
  }
}

/** No registered version of the workflow can take this run. */
export class VersionMismatchError extends HoldpointError {
  constructor(message: string, details: Record<string, unknown> = {}) {
    super("VERSION_MISMATCH", message, details);
  }
}

/** The value cannot be stored: a function, a symbol, a cycle. Names the path of the offender. */
export class NotStorableError extends HoldpointError {
  constructor(subject: string, path: string, reason: string) {
    super("NOT_STORABLE", `${subject}${path ? ` at ${path}` : ""}: ${reason}`, { subject, path });
  }
}

/** The value is larger than the limit; measured before it was written. */
export class PayloadTooLargeError extends HoldpointError {
  constructor(subject: string, size: number, limit: number) {
    super(
      "PAYLOAD_TOO_LARGE",
      `${subject} is ${size} bytes, the limit is ${limit}; store it elsewhere and return a reference`,
      {
        subject,
        size,
        limit,
      },
    );
  }
}

/** A workflow returned while a step was still running: await it, or race it. */
export class UnawaitedStepError extends HoldpointError {
  constructor(keys: readonly string[]) {
    super("UNAWAITED_STEP", `the workflow returned while still running: ${keys.join(", ")}; await every step`, {
      keys,
    });
  }
}

/** Workflow code used something that is different in a replay; says where and what to use instead. */
export class NondeterminismError extends HoldpointError {
  constructor(what: string, instead: string, where: string | null) {
    super("NONDETERMINISM", `${what} in workflow code${where ? ` at ${where}` : ""}; use ${instead}`, {
      what,
      instead,
      where,
    });
  }
}

/** The journal, or the store under it, is not what it must be. */
export class CorruptionError extends HoldpointError {
  constructor(message: string, details: Record<string, unknown> = {}) {
    super("CORRUPTION", message, details);
  }
}

/** The store would not take the write (size, encoding, disk full, read only). */
export class StoreError extends HoldpointError {
  constructor(message: string, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super("STORE", message, details, options);
  }
}

/** Internal: another worker owns the run now. */
export class FencedError extends HoldpointError {
  constructor(runId: string) {
    super("FENCED", `run ${runId} belongs to another worker now`, { runId });
  }
}
