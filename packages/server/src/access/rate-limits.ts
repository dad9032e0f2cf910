import { createHash } from "node:crypto";
import { durationMs, type Engine, type RateLimit, ValidationError } from "@holdpoint/core";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { RequestError } from "../http/errors.ts";
import { addressKey } from "./address-key.ts";
import type { Caller, Principal } from "./principal.ts";
import { RecordWindows } from "./record-windows.ts";
import { Shares } from "./shares.ts";

/** How often a server is asked, at most, in each window. A window begins with its first request. */
export interface Rates {
  /** By one API key. */
  perKey?: RateLimit;
  /** By one person, with whatever key or session. */
  perPrincipal?: RateLimit;
  /** From one address (of IPv6: one network of 64 bits). */
  perAddress?: RateLimit;
}

/** Headers that say how often may be asked yet. */
type Standing = Readonly<Record<string, string>>;

const none: Standing = {};

/** Counts by key. */
interface Limit {
  readonly points: number;
  /** Rejects with a `RateLimiterRes` when there is none left. */
  consume(key: string): Promise<RateLimiterRes>;
}

/** How often is asked: by all processes of a store that several may work, or else by this one. */
export class RateLimits {
  private readonly keys: Limit | null;
  private readonly principals: Limit | null;
  private readonly addresses: Limit | null;

  constructor({ perKey, perPrincipal, perAddress }: Rates, engine: Engine) {
    this.keys = limiter(perKey, "perKey", engine);
    this.principals = limiter(perPrincipal, "perPrincipal", engine);
    this.addresses = limiter(perAddress, "perAddress", engine);
  }

  /** Counts a request of an address, before anything else is done with it. Gives the headers that say where it stands. */
  ofAddress({ address }: Caller): Promise<Standing> | Standing {
    if (address === null || this.addresses === null) return none;
    return take(this.addresses, [addressKey(address)]);
  }

  /** Counts a request of somebody who is known, and of the key it was sent with. */
  ofPrincipal(principal: Principal): Promise<Standing> | Standing {
    return this.keys === null && this.principals === null ? none : this.ofKnown(principal);
  }

  private async ofKnown({ namespace, id, key }: Principal): Promise<Standing> {
    const ofKey = this.keys === null || key === undefined ? none : await take(this.keys, [key]);
    const ofPerson = this.principals === null ? none : await take(this.principals, [namespace, id]);
    return { ...ofKey, ...ofPerson };
  }
}

function limiter(rate: RateLimit | undefined, name: keyof Rates, engine: Engine): Limit | null {
  if (rate === undefined) return null;
  if (!Number.isSafeInteger(rate.limit) || rate.limit < 1)
    throw new ValidationError(`rates.${name}`, [{ path: "limit", message: "must be a whole number from 1" }]);
  const { limit } = rate;
  const per = durationMs(rate.per, `rates.${name}.per`);
  const alone = new RateLimiterMemory({ points: limit, duration: per / 1000 });
  return engine.store.shared ? new Shares(new RecordWindows(engine, { name, limit, per }), alone) : alone;
}

/** @throws RequestError 429 */
async function take(from: Limit, names: readonly string[]): Promise<Standing> {
  const key = createHash("sha256").update(JSON.stringify(names)).digest("base64url");
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

const standing = ({ points }: Limit, now: RateLimiterRes): Record<string, string> => ({
  "ratelimit-limit": `${points}`,
  "ratelimit-remaining": `${Math.max(0, now.remainingPoints)}`,
  "ratelimit-reset": `${seconds(now)}`,
});
