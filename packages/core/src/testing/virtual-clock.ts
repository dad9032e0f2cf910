import type { Clock } from "../clock.ts";
import { Dice } from "./dice.ts";
import type { Actor, Scheduler } from "./scheduler.ts";

/**
 * Time as one simulated process sees it: its wall clock may be wrong and may jump, its monotonic clock never does.
 * Timers and turns are events of the scheduler.
 *
 * @example
 * const engine = createEngine({ store, workflows, clock: new VirtualClock(scheduler, actor, seed) });
 */
export class VirtualClock implements Clock {
  /** How far the wall clock is off, in milliseconds. */
  skew: number;
  private readonly scheduler: Scheduler;
  private readonly actor: Actor;
  private readonly dice: Dice;

  constructor(scheduler: Scheduler, actor: Actor, seed: string | number, skew = 0) {
    this.scheduler = scheduler;
    this.actor = actor;
    this.dice = new Dice(seed, `clock of ${actor.name}`);
    this.skew = skew;
  }

  now(): number {
    return this.scheduler.now + this.skew;
  }

  monotonic(): number {
    return this.scheduler.now;
  }

  random(): number {
    return this.dice.random();
  }

  timer(delayMs: number, fn: () => void): () => void {
    return this.scheduler.post(this.actor, "timer", Math.max(1, Math.ceil(delayMs)), fn);
  }

  immediate(fn: () => void): void {
    this.scheduler.post(this.actor, "turn", 0, fn);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.timer(ms, resolve));
  }
}
