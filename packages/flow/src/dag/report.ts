import { HoldpointError } from "@holdpoint/core";

/** How a step of a dag ended. `recovered`: it failed, and `onError` gave its result. */
export type DagStepStatus = "completed" | "recovered" | "failed" | "skipped" | "cancelled";

/** What became of one step. */
export interface DagStepReport {
  /** Its name. */
  readonly step: string;
  /** How it ended. */
  readonly status: DagStepStatus;
  /** Why it was skipped or cancelled, or what it failed with; null when it went well. */
  readonly reason: string | null;
  /** How long it took, in milliseconds; 0 when it never began. */
  readonly durationMs: number;
  /** Why tidying up after it did not work; null when it did. */
  readonly cleanupFailure: string | null;
}

/** What became of a dag. */
export interface DagReport<R extends object> {
  /** Its name. */
  readonly dag: string;
  /** No step failed. */
  readonly ok: boolean;
  /** What the steps gave, by name; steps without a result are missing. */
  readonly results: Partial<R>;
  /** All steps, in the order in which they could go. */
  readonly steps: readonly DagStepReport[];
  /** Those that failed. */
  readonly failedSteps: readonly DagStepReport[];
  /** Those that gave a result. */
  readonly successfulSteps: readonly DagStepReport[];
  /** What was noted about the whole. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
}

/**
 * A dag failed: names the first step that did, and all. Its `details.steps` is what became of each step. Stored and read again it
 * is a `HoldpointError` with the code `DAG`.
 */
export class DagError extends HoldpointError {
  /** @param error what the first failed step failed with */
  constructor(report: DagReport<object>, error: unknown) {
    const { dag, failedSteps, steps } = report;
    const failed = failedSteps.map(({ step, reason }) => `step "${step}" failed: ${reason}`).join("; ");
    super(
      "DAG",
      `dag "${dag}": ${failed}`,
      { dag, failed: failedSteps.map(({ step }) => step), steps },
      { cause: error },
    );
  }
}
