import type { Clock } from "../clock.ts";

/** How long the acknowledgements of starts are waited for, in ms, and how often is looked whether they have come. */
const mostMs = 250;
const lookMs = 5;

/**
 * Runs that were started or woken just now by a process that executes runs: they cannot have ended unheard, so who waits for their end
 * need not look first. That holds for this very turn of the event loop; and, while starts of the same moment are still being acknowledged
 * (two thousand take four commits, and whoever started them waits for them all), for those of which no end was heard.
 *
 * What another process has executed meanwhile is found when that is heard of, or looked for a second later.
 */
export class JustWoken {
  private readonly ids = new Set<string>();
  private since = 0;
  private readonly clock: Clock;
  private readonly executes: () => boolean;
  private readonly starting: () => boolean;

  /** @param starting whether starts wait to be acknowledged */
  constructor(clock: Clock, executes: () => boolean, starting: () => boolean) {
    this.clock = clock;
    this.executes = executes;
    this.starting = starting;
  }

  /** Its start, or what wakes it, was acknowledged just now. */
  woke(runId: string): void {
    if (!this.executes()) return;
    if (this.ids.size === 0) {
      this.since = this.clock.monotonic();
      this.clock.immediate(() => this.pass());
    }
    this.ids.add(runId);
  }

  /** It ended here, or waits for something. */
  rested(runId: string): void {
    this.ids.delete(runId);
  }

  has(runId: string): boolean {
    return this.ids.has(runId);
  }

  private pass(): void {
    if (this.ids.size === 0) return;
    if (this.starting() && this.clock.monotonic() - this.since < mostMs) {
      this.clock.timer(lookMs, () => this.pass(), { unref: true });
    } else this.ids.clear();
  }
}
