import { HoldpointError, readableJson, ValidationError } from "@holdpoint/core";
import { RequestError } from "./errors.ts";

/** What went wrong, as `application/problem+json` (RFC 9457). */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  requestId: string;
  issues?: { path: string; message: string }[];
  details?: Record<string, unknown>;
}

/** The status of each error an engine gives. What is not here is a fault of ours: 500, and nobody is told more. */
const statuses: Readonly<Record<string, readonly [number, string]>> = {
  VALIDATION: [422, "Not valid"],
  NOT_STORABLE: [422, "Cannot be stored"],
  NOT_FOUND: [404, "Not found"],
  NOT_ALLOWED: [403, "Not allowed"],
  RUN_CONFLICT: [409, "Conflict"],
  HOLD_CONFLICT: [409, "Conflict"],
  INVALID_TRANSITION: [409, "Not possible now"],
  DUPLICATE_TASK: [409, "Conflict"],
  PRECONDITION_FAILED: [412, "Changed meanwhile"],
  INVALID_STATE: [409, "Not possible now"],
  DIVERGED: [409, "Diverged"],
  VERSION_MISMATCH: [409, "Another version"],
  PAYLOAD_TOO_LARGE: [413, "Too large"],
  STORE: [503, "The store did not take it"],
};

/** Details that say nothing a caller could not know. */
const told = new Set(["NOT_FOUND", "RUN_CONFLICT", "HOLD_CONFLICT", "INVALID_STATE", "PAYLOAD_TOO_LARGE"]);

/** An error as a problem; never with a stack, and of a fault of ours never with its message. */
export function problemOf(error: unknown, requestId: string): ProblemBody {
  if (error instanceof RequestError) {
    const { status, code, message, issues } = error;
    return {
      ...body(status, titles[status] ?? "Refused", message, code, requestId),
      ...(issues.length > 0 ? { issues: [...issues] } : {}),
    };
  }
  const [status, title] = (error instanceof HoldpointError && statuses[error.code]) || [500, "Internal error"];
  if (!(error instanceof HoldpointError) || status >= 500) {
    const code = status === 503 ? "STORE" : "INTERNAL";
    const detail =
      status === 503
        ? "the store did not take it; try again in a while"
        : "something went wrong here; the server's log has it under this requestId";
    return body(status, title, detail, code, requestId);
  }
  const issues = error instanceof ValidationError ? error.issues : [];
  return {
    ...body(status, title, error.message, error.code, requestId),
    ...(issues.length > 0 ? { issues: issues.map(({ path, message }) => ({ path, message })) } : {}),
    ...(told.has(error.code) ? { details: readableJson(error.details) as Record<string, unknown> } : {}),
  };
}

const titles: Readonly<Record<number, string>> = {
  400: "Not understood",
  401: "Not signed in",
  403: "Not allowed",
  404: "Not found",
  405: "No such method",
  408: "Too slow",
  412: "Changed meanwhile",
  413: "Too large",
  415: "Not JSON",
  422: "Not valid",
  428: "Condition required",
  429: "Too many requests",
  503: "Not available",
};

const body = (status: number, title: string, detail: string, code: string, requestId: string): ProblemBody => ({
  // Relative: the page of this very server explains it.
  type: `/api/docs#problem-${code}`,
  title,
  status,
  detail,
  code,
  requestId,
});
