import type { ApprovalDeadline, HoldText, WorkflowOptions } from "@holdpoint/core";

/** How a person is asked to finish by hand what could not be undone. */
export interface ByHand extends Pick<HoldText, "severity" | "reviewers"> {
  /** Default: `Undo "STEP" of saga "NAME" by hand?`. */
  title?: (step: string) => string;
  /** What becomes of it when nobody answers. Default: it stays open. */
  deadline?: ApprovalDeadline;
}

/** What there is to say about a saga besides its steps. */
export interface SagaOptions<Input = unknown> {
  /** Raise it when you change its steps. Default 1. */
  version?: number;
  /**
   * Whether this code may go on with a saga that was begun by another version of it. Default: never, its run is then `diverged`:
   * left as it is, for code that can.
   */
  accepts?: (stored: number) => boolean;
  /** What it is known by. Default: the run's id and the saga's name. */
  id?: (input: Input) => string;
  /** Ask a person about each step that could not be undone: approved means that it was done by hand. Default: nobody is asked. */
  byHand?: boolean | ByHand;
}

/** The same for a saga that is built as a workflow. */
export type SagaWorkflowOptions = Pick<WorkflowOptions, "timeout" | "retry" | "cleanupTimeout" | "queue">;

/** Where a saga stands: `failed` when its steps were undone, or could not be. */
export type SagaState = "pending" | "running" | "completed" | "compensating" | "failed";
