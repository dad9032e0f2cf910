import { HoldpointError, NonRetryableError, ValidationError } from "../errors.ts";
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
  /** Default "1m", or `initial` where that is longer. */
  max?: Duration;
  /** Default 2. */
  coefficient?: number;
  /** 0 to 1, default 0.2. */
  jitter?: number;
  /** Called with the error; false fails at once. Pure: it may be asked again in a replay. */
  retryable?: (error: unknown) => boolean;
}

/** What to do after a failed attempt; `error` is what it failed with for good. */
export type RetryVerdict = { retry: false; error: unknown } | { retry: true; delayMs: number };

/** Refuses a policy that says something impossible. Throws `ValidationError` naming `subject`. */
export function checkRetry(policy: RetryPolicy, subject: string): void {
  const { attempts = 1, coefficient = 2, jitter = 0.2, initial, max } = policy;
  const wrong = (path: string, value: unknown, rule: string): never => {
    throw new ValidationError(subject, [{ path: `retry.${path}`, message: `${String(value)} must be ${rule}` }]);
  };
  for (const field of Object.keys(policy)) {
    if (!known.has(field)) wrong(field, "it", `removed: a retry policy has ${[...known].join(", ")}`);
  }
  if (!(attempts >= 1) || (!Number.isInteger(attempts) && attempts !== Number.POSITIVE_INFINITY)) {
    wrong("attempts", attempts, "a whole number from 1");
  }
  if (!(coefficient >= 1) || coefficient === Number.POSITIVE_INFINITY) wrong("coefficient", coefficient, "1 or more");
  if (!(jitter >= 0 && jitter <= 1)) wrong("jitter", jitter, "from 0 to 1");
  if (initial !== undefined) durationMs(initial, `${subject} retry.initial`);
  if (max !== undefined) durationMs(max, `${subject} retry.max`);
}

const known = new Set(["attempts", "initial", "max", "coefficient", "jitter", "retryable"]);

/** Decides after attempt number `attempt` (from 1) failed with `error`. `random` is 0 to 1. */
export function afterFailure(
  policy: RetryPolicy | undefined,
  attempt: number,
  error: unknown,
  random: number,
  subject: string,
): RetryVerdict {
  if (attempt >= (policy?.attempts ?? 1)) return { retry: false, error };
  try {
    if (!isRetryable(policy, error)) return { retry: false, error };
  } catch (broken) {
    return { retry: false, error: broken };
  }
  const initial = durationMs(policy?.initial ?? 1000, `${subject} retry.initial`);
  const most = durationMs(policy?.max ?? Math.max(60_000, initial), `${subject} retry.max`);
  const full = Math.min(initial * (policy?.coefficient ?? 2) ** (attempt - 1), most);
  return { retry: true, delayMs: Math.round(full * (1 - (policy?.jitter ?? 0.2) * random)) };
}

/** Codes of our own errors that no second attempt can change. */
const hopeless = new Set(["NON_RETRYABLE", "NOT_STORABLE", "PAYLOAD_TOO_LARGE", "VALIDATION", "GUARDRAIL"]);

function isRetryable(policy: RetryPolicy | undefined, error: unknown): boolean {
  if (error instanceof NonRetryableError) return false;
  if (error instanceof HoldpointError && hopeless.has(error.code)) return false;
  return policy?.retryable ? policy.retryable(error) : true;
}
