import { createHash } from "node:crypto";
import type { Engine } from "@holdpoint/core";
import { networkOf } from "../../access/network.ts";
import { RequestError } from "../../http/errors.ts";
import { Stored } from "../stored.ts";

/** How often somebody tried, and until when they may not. */
interface Tries {
  count: number;
  until: number;
}

/** How many tries are free before each costs a wait. */
const free = { address: 50, pair: 5, person: 20 } as const;
const longestMs = 15 * 60_000;
const forgottenAfterMs = 60 * 60_000;

/**
 * Slows guessing down, by person, by address and by both together, in the store and so for all servers. A try is counted before anything is
 * checked: many at once get no more guesses than one after the other. Names that nobody has are counted like others.
 */
export class Throttle {
  private readonly kept: Stored<Tries>;
  private readonly now: () => number;

  constructor(engine: Engine, now: () => number) {
    this.kept = new Stored(engine, "signInTries", now);
    this.now = now;
  }

  /**
   * Counts a try.
   *
   * @throws RequestError 429 TOO_MANY_TRIES, with `Retry-After`
   */
  async count(name: string, address: string | null): Promise<void> {
    // The narrower ones last: tries that an address has no right to are not held against a person.
    await this.countOne(idOf("address", networkOf(address)), free.address);
    await this.countOne(idOf("pair", name, networkOf(address)), free.pair);
    await this.countOne(idOf("person", name), free.person);
  }

  /** They proved who they are: their tries are forgotten, and an address is not held to account for them. */
  async forget(name: string, address: string | null): Promise<void> {
    await this.kept.drop(idOf("pair", name, networkOf(address)));
    await this.kept.drop(idOf("person", name));
    const less = (tries: Tries): Tries => ({ ...tries, count: Math.max(0, tries.count - 1) });
    await this.kept.change(idOf("address", networkOf(address)), less, ({ until }) => this.expiryOf(until));
  }

  private async countOne(id: string, freeTries: number): Promise<void> {
    for (;;) {
      const now = this.now();
      const read = await this.kept.read(id);
      const { count, until } = read?.value ?? { count: 0, until: 0 };
      if (until > now) throw tooMany(until - now);
      const waitMs = count < freeTries ? 0 : Math.min(1000 * 2 ** (count - freeTries), longestMs);
      const next: Tries = { count: count + 1, until: now + waitMs };
      const write = { expected: read?.revision ?? ("absent" as const), expiresAt: this.expiryOf(next.until) };
      if ((await this.kept.write(id, next, write)) !== null) return;
    }
  }

  private expiryOf(until: number): number {
    return Math.max(until, this.now()) + forgottenAfterMs;
  }
}

function tooMany(waitMs: number): RequestError {
  const seconds = Math.ceil(waitMs / 1000);
  return new RequestError(429, "TOO_MANY_TRIES", `too many tries; try again in ${seconds} s`, {
    headers: { "retry-after": String(seconds) },
  });
}

/** As long for every name, and no names of strangers in the store. */
function idOf(...parts: string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
