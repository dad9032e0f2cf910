import type { Clock } from "../clock.ts";

interface Timer {
  at: number;
  order: number;
  fn: (() => void) | null;
}

const realTurn = globalThis.setImmediate;
const turn = (): Promise<void> => new Promise((resolve) => realTurn(resolve));

/** Time that stands still until a test moves it; turns of the event loop are real. */
export class ManualClock implements Clock {
  private time = Date.UTC(2026, 0, 1);
  private readonly began = this.time;
  private timers: Timer[] = [];
  private order = 0;
  private turns = 0;
  /** What `random()` gives: half way, unless a test says otherwise. */
  chance = 0.5;

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time - this.began;
  }

  random(): number {
    return this.chance;
  }

  timer(delayMs: number, fn: () => void): () => void {
    const timer: Timer = { at: this.time + Math.max(0, delayMs), order: this.order++, fn };
    this.timers.push(timer);
    return () => {
      timer.fn = null;
    };
  }

  immediate(fn: () => void): void {
    this.turns++;
    realTurn(() => {
      this.turns--;
      fn();
    });
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 4; ) {
      await turn();
      quiet = this.turns === 0 ? quiet + 1 : 0;
    }
  }

  /** Moves on, one timer after the other. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await this.settle();
    for (let next = this.next(); next && next.at <= end; next = this.next()) await this.fire(next);
    this.time = Math.max(this.time, end);
  }

  /** Jumps: everything that came due meanwhile happens now, as after a machine slept. */
  async jump(ms: number): Promise<void> {
    this.time += ms;
    await this.advance(0);
  }

  /** Waits for a promise, skipping the time in which nothing happens. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let done = false;
    const finish = (): void => {
      done = true;
    };
    promise.then(finish, finish);
    for (let steps = 0; ; steps++) {
      await this.settle();
      if (done) return promise;
      const next = this.next();
      if (!next || steps > 100_000) throw new Error("nothing is left to happen, and it is not done");
      await this.fire(next);
    }
  }

  private next(): Timer | undefined {
    this.timers = this.timers.filter((timer) => timer.fn !== null);
    let first: Timer | undefined;
    for (const timer of this.timers) {
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer;
    }
    return first;
  }

  private async fire(timer: Timer): Promise<void> {
    this.time = Math.max(this.time, timer.at);
    const { fn } = timer;
    timer.fn = null;
    fn?.();
    await this.settle();
  }
}
