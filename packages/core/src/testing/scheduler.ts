import { Heap } from "../run/heap.ts";
import { Dice } from "./dice.ts";

/** Something that events happen to: a process, a network, a person. */
export class Actor {
  readonly name: string;
  /** Its events are kept back until it thaws, as those of a stopped process are. */
  frozen = false;
  /** Its events are never carried out, as those of a crashed process are. */
  gone = false;
  /** Events whose time came while it was frozen. */
  readonly kept: Scheduled[] = [];

  constructor(name: string) {
    this.name = name;
  }
}

/** Something that will happen. `seq` is its time (named for the heap). */
interface Scheduled {
  readonly seq: number;
  readonly actor: Actor;
  readonly what: string;
  run: (() => unknown) | null;
}

/** One line of a trace. */
export interface TraceLine {
  at: number;
  actor: string;
  what: string;
}

export interface SchedulerOptions {
  /** Virtual time at which it begins, in milliseconds since 1970. */
  start?: number;
  /** Called with every event before it is carried out, and with every `note`. */
  onTrace?: (line: TraceLine) => void;
}

/** Captured: a guard may replace the global one. */
const realTurn = globalThis.setImmediate;

/**
 * Virtual time and all asynchrony of a simulated world: of everything that could happen now, a seeded choice happens
 * next; when nothing can, time moves to the next event. Between two events all real microtasks are drained, so the
 * same seed gives the same order of everything.
 *
 * @example
 * const scheduler = new Scheduler(42);
 * const clock = new VirtualClock(scheduler, new Actor("worker"), 42);
 * await scheduler.run(() => done);
 */
export class Scheduler {
  /** True time of the simulated world, in milliseconds since 1970. */
  now: number;
  /** Events carried out so far. */
  steps = 0;
  /** Digest of everything that happened, in order: equal for equal seeds. */
  digest = 0x811c9dc5;
  private readonly dice: Dice;
  private readonly onTrace: ((line: TraceLine) => void) | undefined;
  private readonly ready: Scheduled[] = [];
  private readonly future = new Heap<Scheduled>();

  constructor(seed: string | number, options: SchedulerOptions = {}) {
    this.dice = new Dice(seed, "scheduler");
    this.now = options.start ?? Date.UTC(2026, 0, 1);
    this.onTrace = options.onTrace;
  }

  /** Something will happen to `actor` in `delayMs`. Returns how to prevent it. */
  post(actor: Actor, what: string, delayMs: number, run: () => unknown): () => void {
    const event: Scheduled = { seq: this.now + delayMs, actor, what, run };
    if (delayMs > 0) this.future.push(event);
    else this.ready.push(event);
    return () => {
      event.run = null;
    };
  }

  /** Lets a frozen actor go on: what it missed happens now, in an order of the scheduler's choice. */
  thaw(actor: Actor): void {
    actor.frozen = false;
    this.ready.push(...actor.kept.splice(0));
  }

  /** Carries out one event after the other until `done` says so, or throws when nothing is left to happen. */
  async run(done: () => boolean): Promise<void> {
    while (!done()) {
      const event = this.choose();
      if (event === null) throw new Error("nothing is left to happen");
      const { run, actor, what } = event;
      if (run === null) continue;
      this.steps++;
      this.trace(actor.name, what);
      const result = run();
      if (result instanceof Promise) await result;
      await new Promise<void>((resolve) => realTurn(resolve));
    }
  }

  /** Puts a line into the trace (and its digest) that is no event. */
  note(actor: string, what: string): void {
    this.trace(actor, what);
  }

  private choose(): Scheduled | null {
    for (;;) {
      while (this.ready.length > 0) {
        const index = this.ready.length === 1 ? 0 : this.dice.below(this.ready.length);
        const event = this.ready[index] as Scheduled;
        const last = this.ready.pop() as Scheduled;
        if (last !== event) this.ready[index] = last;
        if (event.run === null || event.actor.gone) continue;
        if (!event.actor.frozen) return event;
        event.actor.kept.push(event);
      }
      const next = this.future.pop();
      if (next === undefined) return null;
      if (next.run === null || next.actor.gone) continue;
      this.now = Math.max(this.now, next.seq);
      this.ready.push(next);
      for (let more = this.future.peek(); more && more.seq <= this.now; more = this.future.peek()) {
        this.future.pop();
        this.ready.push(more);
      }
    }
  }

  private trace(actor: string, what: string): void {
    let digest = this.digest;
    const text = `${this.now} ${actor} ${what}`;
    for (let i = 0; i < text.length; i++) digest = Math.imul(digest ^ text.charCodeAt(i), 0x01000193);
    this.digest = digest >>> 0;
    this.onTrace?.({ at: this.now, actor, what });
  }
}
