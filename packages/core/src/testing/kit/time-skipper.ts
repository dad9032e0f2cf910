import type { StepWatch } from "./step-watch.ts";
import type { TestClock } from "./test-clock.ts";

/** Captured: a test may put fake timers in their place. */
const realTurn = globalThis.setImmediate;
const setReal = globalThis.setTimeout;
const clearReal = globalThis.clearTimeout;
const realNow = performance.now.bind(performance);

/** So many turns of the event loop in which nothing is asked of it, and nothing goes on. */
const quietTurns = 4;
/** How often it is looked, in real ms, whether something goes on that is out of sight. */
const lookMs = 5;
/** A look takes no longer than this: what a machine stood still or was busy elsewhere meanwhile is nobody's hanging. */
const mostPerLookMs = 4 * lookMs;
/** After so many real ms of one step a line says what time waits for. */
const sayAfterMs = 3000;

/** What a skipper asks of its engine. */
export interface SkipperHooks {
  /** Nothing happens without time: answers what there is to answer; true when it did something. */
  answer(): Promise<boolean>;
  /** Somebody waits, and nothing is left to happen: says what for. */
  stuck(): Promise<Error>;
  /** Time stands still because these steps run. */
  slow(steps: readonly string[]): void;
}

/** Something awaited from the inside of the kit. */
interface Look {
  look(): Promise<boolean>;
  failed(error: Error): void;
}

/**
 * Lets virtual time pass: when somebody waits and nothing happens any more without time, it jumps to the next thing due.
 * While the function of a step runs, time stands still.
 */
export class TimeSkipper {
  /** Calls of the engine's own methods in flight: they may do real work. */
  private calls = 0;
  private readonly clock: TestClock;
  private readonly steps: StepWatch;
  private readonly hooks: SkipperHooks;
  private readonly patienceMs: number;
  private readonly looks = new Set<Look>();
  private driving: Promise<void> | null = null;
  private moving = 0;
  private closed = false;
  /** Everybody who waits has looked again since time last moved. */
  private looked = false;

  private readonly impatient = (busyMs: number): boolean => busyMs >= this.patienceMs;

  constructor(clock: TestClock, steps: StepWatch, hooks: SkipperHooks, patienceMs: number) {
    this.clock = clock;
    this.steps = steps;
    this.hooks = hooks;
    this.patienceMs = patienceMs;
    clock.onWait = () => this.drive();
  }

  /** Time stands still meanwhile. */
  async during<T>(call: () => Promise<T>): Promise<T> {
    this.calls++;
    try {
      return await call();
    } finally {
      this.calls--;
      this.clock.activity++;
    }
  }

  /** Lets everything happen that needs no time. A step that runs for real is waited for until `leave`, given how long in ms, says no. */
  private async settle(leave: (busyMs: number) => boolean): Promise<void> {
    let said = false;
    for (let quiet = 0, busyMs = 0; quiet < quietTurns; ) {
      await new Promise<void>((resolve) => realTurn(resolve));
      const busy = this.steps.busy();
      quiet = this.clock.turns === 0 && this.calls === 0 && busy.length === 0 ? quiet + 1 : 0;
      if (busy.length === 0) {
        busyMs = 0;
        continue;
      }
      if (leave(busyMs)) return;
      if (busyMs >= sayAfterMs && !said) {
        said = true;
        this.hooks.slow([...new Set(busy.map(({ step }) => step))]);
      }
      busyMs += await this.realPause();
    }
  }

  /** Waits, skipping time, until `look` finds something. */
  until<T>(look: () => Promise<T | null>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.looks.add({
        look: async () => {
          const found = await look();
          if (found === null) return false;
          resolve(found);
          return true;
        },
        failed: reject,
      });
      this.drive();
    });
  }

  /** Passes `ms`, stopping at everything that is due on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    this.moving++;
    try {
      await this.rest();
      for (let next = this.clock.next(); next !== null && next <= end; next = this.clock.next()) {
        this.clock.moveTo(next);
        await this.rest();
      }
      this.clock.moveTo(end);
      await this.rest();
    } finally {
      this.moving--;
    }
    this.drive();
  }

  /** Skips no more time for anybody. */
  async close(): Promise<void> {
    this.closed = true;
    await this.driving;
  }

  /** Waits for the end of a call that may need time. */
  async finish(call: Promise<unknown>): Promise<void> {
    let done = false;
    const end = (): void => {
      done = true;
    };
    call.then(end, end);
    for (;;) {
      await this.settle(this.impatient);
      const next = this.clock.next();
      if (done || next === null) return;
      this.clock.moveTo(next);
    }
  }

  /** Nothing happens any more without time, and all answers were given. */
  private async rest(): Promise<void> {
    do await this.settle(this.impatient);
    while (await this.hooks.answer());
  }

  private drive(): void {
    this.driving ??= this.goOnWhileAwaited().finally(() => {
      this.driving = null;
      // Somebody may have begun to wait since the last look.
      if (this.awaited()) this.drive();
    });
  }

  private awaited(): boolean {
    return !this.closed && (this.clock.waitedFor || this.looks.size > 0);
  }

  private async goOnWhileAwaited(): Promise<void> {
    try {
      while (this.awaited()) await this.goOn();
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** One step towards what somebody waits for. */
  private async goOn(): Promise<void> {
    await this.settle(() => this.closed);
    if (this.closed) return;
    if (this.moving > 0) return void (await this.realPause());
    if (await this.hooks.answer()) return;
    // Who has found it goes on first: they may be about to act on it.
    if (await this.lookAround()) return;
    if (!this.awaited()) return;
    const next = this.clock.next();
    if (next !== null) {
      this.looked = false;
      this.clock.moveTo(next);
    } else if (!this.looked) {
      this.looked = true;
      this.clock.look(true);
    } else if (await this.nothingMore()) this.fail(await this.hooks.stuck());
  }

  private async lookAround(): Promise<boolean> {
    let found = false;
    for (const look of [...this.looks]) {
      try {
        if (!(await look.look())) continue;
      } catch (error) {
        look.failed(error as Error);
      }
      this.looks.delete(look);
      found = true;
    }
    return found;
  }

  /** Nothing happens for a while of real time: the test, or what it talks to, may be about to do something. */
  private async nothingMore(): Promise<boolean> {
    const { activity } = this.clock;
    for (let waitedMs = 0; waitedMs < this.patienceMs; ) {
      waitedMs += await this.realPause();
      if (this.closed || this.clock.activity !== activity || this.calls > 0) return false;
    }
    return true;
  }

  private fail(error: Error): void {
    for (const look of [...this.looks]) look.failed(error);
    this.looks.clear();
    this.clock.giveUp(error);
  }

  /** Pauses until the next look, or until a step changes; gives how long that was, in real ms. */
  private async realPause(): Promise<number> {
    const began = realNow();
    await this.steps.change((done) => {
      const timer = setReal(done, lookMs);
      return () => clearReal(timer);
    });
    return Math.min(realNow() - began, mostPerLookMs);
  }
}
