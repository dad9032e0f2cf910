import type { Severity } from "@holdpoint/core";

/** The states of a task, by their names. */
export const TaskState = {
  /** Waiting to be started. */
  PENDING: "PENDING",
  /** Being worked on. */
  RUNNING: "RUNNING",
  /** Waiting for a person's decision. */
  AWAITING_APPROVAL: "AWAITING_APPROVAL",
  /** Approved, and ready to resume. */
  APPROVED: "APPROVED",
  /** A reviewer said no: the end. */
  REJECTED: "REJECTED",
  /** Done: the end. */
  COMPLETED: "COMPLETED",
  /** Failed: the end. */
  FAILED: "FAILED",
} as const;
/** One of the seven. */
export type TaskState = (typeof TaskState)[keyof typeof TaskState];

/** Where and why a task was interrupted for a person. */
export interface InterruptPoint {
  /** Why approval is needed. */
  readonly reason: string;
  /** What the person needs for the decision. */
  readonly context: unknown;
  /** Actions to choose from. */
  readonly options: readonly string[];
  /** How much depends on it. */
  readonly severity: Severity;
  /** When it was asked. */
  readonly createdAt: Date;
}

/** Who decided, when, and what they said. */
export interface ApprovalData {
  /** What was decided. */
  readonly decision: "approved" | "rejected";
  /** Who decided; null when a deadline did. */
  readonly approver: string | null;
  /** When. */
  readonly at: Date;
  /** What they said about it. */
  readonly note: string | null;
  /** The option they picked. */
  readonly option: string | null;
}

/** What a task carries besides its state. */
export interface TaskFields {
  /** The step it is at. */
  readonly currentStep: string | null;
  /** The steps it has completed, in order. */
  readonly history: readonly string[];
  /** The application's own. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The interrupt it waits at; null otherwise. */
  readonly interruptPoint: InterruptPoint | null;
  /** The last decision about it. */
  readonly approvalData: ApprovalData | null;
  /** Why it failed. */
  readonly error: string | null;
  /** What it gave, once it is completed. */
  readonly result: unknown;
  /** When it was started, or made. */
  readonly createdAt: Date;
  /** When it last changed. */
  readonly updatedAt: Date;
}
