import { ProblemError } from "@holdpoint/client";

/** A failure in words for people. */
export interface ProblemText {
  /** What went wrong, in a few words. */
  title: string;
  /** One sentence: what to do. */
  detail: string;
  /** Stable, for programs; null where the server was not reached. */
  code: string | null;
  /** Names the request in the server's log. */
  requestId: string | null;
}

/** Titles of refusals that people meet; the server's own sentence stands below. */
const titles: Readonly<Record<string, string>> = {
  FORBIDDEN: "You may not do this",
  NOT_ALLOWED: "The rules of this hold do not let you",
  NOT_FOUND: "It is not there",
  VALIDATION: "Something is missing or wrong",
  HOLD_CONFLICT: "Somebody was faster",
  HOLD_CHANGED: "This changed while you read it",
  STALE: "This changed while you read it",
  PRECONDITION_FAILED: "This changed while you read it",
  UNAUTHENTICATED: "You are signed out",
  CSRF: "Please sign in again",
  TOO_MANY_REQUESTS: "That was a lot at once",
  TOO_SLOW: "The server takes long",
};

/** Any error as a title and a sentence. */
export function problemText(error: unknown): ProblemText {
  if (error instanceof ProblemError) {
    const { code, requestId, status } = error;
    const title = titles[code] ?? (status >= 500 ? "The server has a fault" : "That did not work");
    const [issue] = error.issues;
    const where = issue && !error.message.includes(issue.message) ? ` ${issue.path}: ${issue.message}` : "";
    return { title, detail: sentence(error.message + where), code, requestId };
  }
  if (error instanceof TypeError)
    return {
      title: "The server cannot be reached",
      detail: "Check the connection; this page tries again by itself.",
      code: null,
      requestId: null,
    };
  const detail = error instanceof Error ? error.message : String(error);
  return { title: "That did not work", detail: sentence(detail), code: null, requestId: null };
}

/** Whether the server does not know (any more) who asks. */
export const isSignedOut = (error: unknown): boolean => error instanceof ProblemError && error.status === 401;

/** Whether somebody known may not do this. */
export const isForbidden = (error: unknown): boolean => error instanceof ProblemError && error.status === 403;

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
