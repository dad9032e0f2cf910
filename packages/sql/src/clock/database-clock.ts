import type { ClaimRequest, ClaimResult, Millis } from "@holdpoint/core";

/**
 * What the engine calls now, and what the server does. The difference is learned from each answer that brings the
 * server's time with it; an engine whose clock is wrong, or jumps, is taken by the server's all the same.
 */
export class DatabaseClock {
  readonly #isCaller: boolean;
  #ahead = 0;

  constructor(whose: "database" | "caller") {
    this.#isCaller = whose === "caller";
  }

  get isCaller(): boolean {
    return this.#isCaller;
  }

  /** The server's time `server` was heard when the engine's clock showed `caller`. */
  learn(server: Millis, caller: Millis): void {
    if (!this.#isCaller) this.#ahead = server - caller;
  }

  toDatabase(caller: Millis): Millis {
    return caller + this.#ahead;
  }

  toCaller(database: Millis): Millis {
    return database - this.#ahead;
  }

  request(request: ClaimRequest): ClaimRequest {
    return { ...request, now: this.toDatabase(request.now), leaseUntil: this.toDatabase(request.leaseUntil) };
  }

  result(result: ClaimResult): ClaimResult {
    return { ...result, nextWake: result.nextWake === null ? null : this.toCaller(result.nextWake) };
  }
}
