import type { HoldStatus } from "./hold-rows.ts";
import type { MailKind } from "./journal-rows.ts";
import type { RunStatus } from "./run-rows.ts";

/**
 * The state changes every store must make alike, as pure functions.
 * A store written in SQL may say the same in SQL; the conformance suite compares.
 */

/** A run nobody will execute again unless somebody retries it. */
export function isFinished(status: RunStatus): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/**
 * The status a run has after mail of this kind. Only an ordinary wake-up of a parked run is automatic:
 * a paused run stays paused and a diverged one diverged until somebody says so.
 */
export function statusAfterMail(status: RunStatus, kind: MailKind): RunStatus {
  switch (status) {
    case "parked":
      return kind === "pause" ? "paused" : "ready";
    case "ready":
      return kind === "pause" ? "paused" : "ready";
    case "paused":
      return kind === "resume" || kind === "cancel" ? "ready" : "paused";
    case "diverged":
      return kind === "retry" || kind === "migrate" || kind === "pin" || kind === "cancel" ? "ready" : "diverged";
    case "failed":
      return kind === "retry" ? "ready" : "failed";
    default:
      return status;
  }
}

/**
 * The status of a hold that its run closes without a decision, or null when there is nothing to close.
 * One that somebody has already answered becomes `superseded`, so that the person can be told.
 */
export function statusAfterClosing(status: HoldStatus, wanted: "withdrawn" | "superseded"): HoldStatus | null {
  if (status === "open") return wanted;
  if (status === "answered" || status === "decided") return "superseded";
  return null;
}

/** Whether a hold in this status still waits for something to happen to it. */
export function isHoldPending(status: HoldStatus): boolean {
  return status === "open" || status === "answered";
}

/** `outcome` of a generation that ended with `continueAsNew`. */
export const continuedOutcome = "continued";

/** Codec of bytes that an encrypting store has written; see `StoredPayload.sealed`. */
export const sealedCodec = "sealed";

/** Codec of bytes that erasure has replaced by their digest. */
export const erasedCodec = "erased";

/** Whether a payload can be read: it was not erased, and is not encrypted with keys that this store was not given. */
export function isReadable(payload: { codec: string }): boolean {
  return payload.codec !== erasedCodec && payload.codec !== sealedCodec;
}
