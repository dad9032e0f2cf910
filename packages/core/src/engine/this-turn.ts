import type { Clock } from "../clock.ts";

/**
 * Runs that were started or woken in this very turn of the event loop, by a process that executes runs: they cannot have
 * ended unheard, so who waits for their end need not look first.
 */
export class ThisTurn {
  private readonly ids = new Set<string>();
  private readonly clock: Clock;
  private readonly executes: () => boolean;

  constructor(clock: Clock, executes: () => boolean) {
    this.clock = clock;
    this.executes = executes;
  }

  /** Its start, or what wakes it, was acknowledged just now. */
  woke(runId: string): void {
    if (!this.executes()) return;
    // A turn later it may have ended.
    if (this.ids.size === 0) this.clock.immediate(() => this.ids.clear());
    this.ids.add(runId);
  }

  has(runId: string): boolean {
    return this.ids.has(runId);
  }
}
