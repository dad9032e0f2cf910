import { createHash } from "node:crypto";
import { durationMs, type RateLimit, ValidationError } from "@holdpoint/core";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { RequestError } from "../http/errors.ts";
import type { Caller, Principal } from "./principal.ts";

/** How often this process is asked, at most, within any window. */
export class RateLimits {
  private readonly principals: RateLimiterMemory | null;
  private readonly addresses: RateLimiterMemory | null;

  constructor({ perPrincipal, perAddress }: { perPrincipal?: RateLimit; perAddress?: RateLimit }) {
    this.principals = limiter(perPrincipal, "rates.perPrincipal");
    this.addresses = limiter(perAddress, "rates.perAddress");
  }

  /** Counts a request of an address, before anything else is done with it. Gives the headers that say where it stands. */
  ofAddress({ address }: Caller): Promise<Record<string, string>> {
    return take(address === null ? null : this.addresses, address ?? "");
  }

  /** Counts a request of somebody who is known. */
  ofPrincipal({ namespace, id }: Principal): Promise<Record<string, string>> {
    return take(
      this.principals,
      createHash("sha256")
        .update(JSON.stringify([namespace, id]))
        .digest("base64url"),
    );
  }
}

function limiter(rate: RateLimit | undefined, option: string): RateLimiterMemory | null {
  if (rate === undefined) return null;
  if (!Number.isSafeInteger(rate.limit) || rate.limit < 1)
    throw new ValidationError(option, [{ path: "limit", message: "must be a whole number from 1" }]);
  return new RateLimiterMemory({ points: rate.limit, duration: durationMs(rate.per, `${option}.per`) / 1000 });
}

/** @throws RequestError 429 */
async function take(from: RateLimiterMemory | null, key: string): Promise<Record<string, string>> {
  if (from === null) return {};
  try {
    return standing(from, await from.consume(key));
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    const headers = { ...standing(from, refused), "retry-after": `${seconds(refused)}` };
    const message = `too many requests: wait ${seconds(refused)} s`;
    throw new RequestError(429, "TOO_MANY_REQUESTS", message, { headers });
  }
}

const seconds = ({ msBeforeNext }: RateLimiterRes): number => Math.max(1, Math.ceil(msBeforeNext / 1000));

const standing = ({ points }: RateLimiterMemory, now: RateLimiterRes): Record<string, string> => ({
  "ratelimit-limit": `${points}`,
  "ratelimit-remaining": `${Math.max(0, now.remainingPoints)}`,
  "ratelimit-reset": `${seconds(now)}`,
});
