import { HoldpointError } from "@holdpoint/core";

/** The event or call does not fit the state the instance or task is in; nothing changed. `details` says what it would take. */
export class InvalidTransitionError extends HoldpointError {
  constructor(
    what: string,
    attempted: string,
    state: string,
    details: { id: string; allowed: readonly string[]; reason?: string | undefined },
    options?: ErrorOptions,
  ) {
    const { allowed, reason } = details;
    const instead = allowed.length === 0 ? "nothing follows this state" : `possible: ${allowed.join(", ")}`;
    super(
      "INVALID_TRANSITION",
      `${what} is ${state}: it cannot ${attempted}; ${reason ?? instead}`,
      { ...details, state, attempted },
      options,
    );
  }
}

/** The id is taken: there is, or was, such an instance or task. */
export class DuplicateTaskError extends HoldpointError {
  constructor(what: string, id: string, state: string | null) {
    super("DUPLICATE_TASK", `${what} exists already${state === null ? "" : ` and is ${state}`}; choose another id`, {
      id,
      state,
    });
  }
}

/** A person said no (or a deadline did, and then `by` is null): what was to be approved did not run. */
export class ApprovalRejectedError extends HoldpointError {
  constructor(taskId: string, by: string | null, reason: string | null) {
    const who = by === null ? "its deadline" : by;
    super("APPROVAL_REJECTED", `task "${taskId}" was rejected by ${who}${reason === null ? "" : `: ${reason}`}`, {
      taskId,
      by,
      reason,
    });
  }
}
