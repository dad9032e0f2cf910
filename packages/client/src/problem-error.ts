/**
 * The server refused, and says why: `code` is stable, `message` is a sentence.
 *
 * @example
 * import { ProblemError } from "@holdpoint/client";
 * const isTaken = (error: unknown) => error instanceof ProblemError && error.code === "RUN_CONFLICT";
 */
export class ProblemError extends Error {
  /** The HTTP status. */
  readonly status: number;
  /** Stable, for programs: `RUN_CONFLICT`, `HOLD_CONFLICT`, `VALIDATION`, … */
  readonly code: string;
  /** Names the request in the server's log. */
  readonly requestId: string | null;
  /** Each place that is wrong, where that is known. */
  readonly issues: readonly { path: string; message: string }[];
  /** What a program may want to look at. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, problem: Partial<Record<string, unknown>>) {
    super(typeof problem.detail === "string" ? problem.detail : `the server answered ${status}`);
    this.name = "ProblemError";
    this.status = status;
    this.code = typeof problem.code === "string" ? problem.code : "UNKNOWN";
    this.requestId = typeof problem.requestId === "string" ? problem.requestId : null;
    this.issues = (problem.issues ?? []) as { path: string; message: string }[];
    this.details = (problem.details ?? {}) as Record<string, unknown>;
  }
}
