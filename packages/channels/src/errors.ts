import { HoldpointError, NonRetryableError } from "@holdpoint/core";

/** A message was not delivered. It is tried again, unless trying again cannot help: then `hopeless` is true. */
export class DeliveryError extends HoldpointError {
  /** No second attempt can change it: a bad address, a refused target, an answer such as 404 or 410. */
  readonly hopeless: boolean;
  /** The receiver asked for so long a pause, in ms; null when it did not. */
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    details: { hopeless?: boolean; retryAfterMs?: number | null; status?: number; target?: string } = {},
    options?: ErrorOptions,
  ) {
    super("DELIVERY", message, details, options);
    this.hopeless = details.hopeless ?? false;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }
}

/** A link or a webhook is not what it says: forged, expired, for something else. The sentence is for whoever holds it. */
export class InvalidTokenError extends HoldpointError {
  constructor(message: string, reason: "malformed" | "forged" | "expired" | "used") {
    super("INVALID_TOKEN", message, { reason });
  }
}

/** As a step understands it: tried again, or given up at once. */
export function forStep(error: unknown): unknown {
  return error instanceof DeliveryError && error.hopeless
    ? new NonRetryableError(error.message, { cause: error })
    : error;
}
