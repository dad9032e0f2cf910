import { type RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { RecordWindows, Taken } from "./record-windows.ts";

/** Of what is left in the store a process takes this part at a time. */
const part = 10;
/** More keys than that are not remembered without need. */
const manyKeys = 10_000;

/**
 * Lets requests through on shares: a process takes a tenth of what a window has left, lets as many requests through without asking the
 * store, and comes again. Over all processes a window never lets more through than its limit. What a process has taken and does not use
 * is lost to the others for that window: at most a tenth of what was left when it took it.
 *
 * While the store does not answer, the process counts for itself.
 */
export class Shares {
  readonly points: number;
  private readonly windows: RecordWindows;
  private readonly alone: RateLimiterMemory;
  /** What this process may still let through, by key. */
  private readonly held = new Map<string, Taken>();
  private readonly asking = new Map<string, Promise<void>>();

  constructor(windows: RecordWindows, alone: RateLimiterMemory) {
    this.points = windows.limit;
    this.windows = windows;
    this.alone = alone;
  }

  /** Lets one request through; rejects with a `RateLimiterRes` when there is none left. */
  async consume(key: string): Promise<RateLimiterRes> {
    for (;;) {
      const now = Date.now();
      const held = this.heldNow(key, now);
      if (held !== null && held.mine > 0) {
        held.mine--;
        const left = held.mine + held.rest;
        return new RateLimiterRes(left, held.until - now, this.points - left, false);
      }
      // What is spent is spent until the window ends: nobody is asked again.
      if (held?.rest === 0) throw new RateLimiterRes(0, held.until - now, this.points, false);
      try {
        // Those that come together ask once.
        await (this.asking.get(key) ?? this.ask(key, held?.rest ?? this.points));
      } catch {
        return this.alone.consume(key);
      }
    }
  }

  private heldNow(key: string, now: number): Taken | null {
    const held = this.held.get(key);
    return held && held.until > now ? held : null;
  }

  private ask(key: string, rest: number): Promise<void> {
    const asked = this.windows
      .take(key, Math.ceil(rest / part))
      .then((taken) => this.keep(key, taken))
      .finally(() => this.asking.delete(key));
    this.asking.set(key, asked);
    return asked;
  }

  private keep(key: string, taken: Taken): void {
    if (this.held.size >= manyKeys) this.forgetEnded();
    this.held.set(key, taken);
  }

  private forgetEnded(): void {
    const now = Date.now();
    for (const [key, { until }] of this.held) if (until <= now) this.held.delete(key);
  }
}
