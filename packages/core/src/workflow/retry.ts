import { HoldpointError, NonRetryableError } from "../errors.ts";
import { type Duration, durationMs } from "./duration.ts";

/**
 * How often, and how patiently, a failing step (or run) is tried again.
 *
 * The wait before attempt n+1 is `initial * coefficient^(n-1)`, at most `max`, shortened by up to `jitter` of itself.
 */
export interface RetryPolicy {
  /** In all, the first included. Default 1: what you did not allow to be repeated is not repeated. */
  attempts?: number;
  /** Default "1s". */
  initial?: Duration;
  /** Default "1m". */
  max?: Duration;
  /** Default 2. */
  coefficient?: number;
  /** 0 to 1, default 0.2. */
  jitter?: number;
  /** Called with the error; false fails at once. Pure: it may be asked again in a replay. */
  retryable?: (error: unknown) => boolean;
}

/** What to do after a failed attempt. */
export type RetryVerdict = { retry: false } | { retry: true; delayMs: number };

/** Decides after attempt number `attempt` (from 1) failed with `error`. `random` is 0 to 1. */
export function afterFailure(
  policy: RetryPolicy | undefined,
  attempt: number,
  error: unknown,
  random: number,
  subject: string,
): RetryVerdict {
  if (attempt >= (policy?.attempts ?? 1) || !isRetryable(policy, error)) return { retry: false };
  const initial = durationMs(policy?.initial ?? 1000, `${subject} retry.initial`);
  const most = durationMs(policy?.max ?? 60_000, `${subject} retry.max`);
  const full = Math.min(initial * (policy?.coefficient ?? 2) ** (attempt - 1), most);
  return { retry: true, delayMs: Math.round(full * (1 - (policy?.jitter ?? 0.2) * random)) };
}

/** Codes of our own errors that no second attempt can change. */
const hopeless = new Set(["NON_RETRYABLE", "NOT_STORABLE", "PAYLOAD_TOO_LARGE", "VALIDATION"]);

function isRetryable(policy: RetryPolicy | undefined, error: unknown): boolean {
  if (error instanceof NonRetryableError) return false;
  if (error instanceof HoldpointError && hopeless.has(error.code)) return false;
  return policy?.retryable ? policy.retryable(error) : true;
}
