import type { Clock, TimerOptions } from "@holdpoint/core";

interface Timer {
  readonly at: number;
  fn: (() => void) | null;
}

/** So many turns of the event loop in which nothing is asked of the clock: nothing happens any more without time. */
const quietTurns = 4;

/**
 * Time for a dry run: it stands still until somebody moves it to what is due next, so that sleeps and deadlines take no time at all. Turns of the event loop are real.
 */
export class DryClock implements Clock {
  private time: number;
  private readonly began: number;
  private turns = 0;
  private activity = 0;
  private timers: Timer[] = [];

  constructor(start: number) {
    this.time = start;
    this.began = start;
  }

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time - this.began;
  }

  random(): number {
    return Math.random();
  }

  timer(delayMs: number, fn: () => void, { poll, stuck }: TimerOptions = {}): () => void {
    this.activity++;
    const timer: Timer = { at: this.time + Math.max(0, Math.ceil(delayMs)), fn };
    // One process has the store to itself: there is nothing to look for that it was not told.
    if (!poll && !stuck) this.timers.push(timer);
    return () => {
      timer.fn = null;
    };
  }

  immediate(fn: () => void): void {
    this.activity++;
    this.turns++;
    setImmediate(() => {
      this.turns--;
      fn();
    });
  }

  /** Resolves when nothing happens any more without time. */
  async settle(): Promise<void> {
    for (let quiet = 0, seen = this.activity; quiet < quietTurns; seen = this.activity) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      quiet = this.turns === 0 && seen === this.activity ? quiet + 1 : 0;
    }
  }

  /** Moves to what is due next and lets it happen; false when nothing is. */
  moveOn(): boolean {
    this.timers = this.timers.filter(({ fn }) => fn !== null).sort((a, b) => a.at - b.at);
    const [next] = this.timers;
    if (!next) return false;
    this.activity++;
    this.time = Math.max(this.time, next.at);
    const due = this.timers.filter(({ at }) => at <= this.time);
    this.timers = this.timers.filter(({ at }) => at > this.time);
    for (const { fn } of due) fn?.();
    return true;
  }
}
