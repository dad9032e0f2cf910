import type { Clock, TimerOptions } from "../../clock.ts";
import { Heap } from "../../run/heap.ts";
import { Dice } from "../dice.ts";

/** Something to be called at a time (named `seq` for the heap). */
interface Timer {
  readonly seq: number;
  fn: (() => void) | null;
}

/** So many who wait may look again at each jump of time: a thousand who did at every one would take a minute, measured. */
const looksPerJump = 20;

/** Captured: a test may put fake timers in its place, a guard a watched one. */
const realTurn = globalThis.setImmediate;

/**
 * Time that stands still until somebody moves it. Turns of the event loop are real, so that what needs no time just happens.
 */
export class TestClock implements Clock {
  /** Turns asked for that have not come. */
  turns = 0;
  /** Grows with everything the engine does with this clock: no growth, nothing happened. */
  activity = 0;
  /** Told when somebody begins to wait; see `TimerOptions.stuck`. */
  onWait: () => void = () => {};
  private time: number;
  private readonly began: number;
  private readonly dice: Dice;
  private readonly due = new Heap<Timer>();
  private readonly polls = new Heap<Timer>();
  private readonly waits = new Set<(error: Error) => void>();
  private jumps = 0;

  constructor(start: number, seed: string | number) {
    this.time = start;
    this.began = start;
    this.dice = new Dice(seed, "test clock");
  }

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time - this.began;
  }

  random(): number {
    return this.dice.random();
  }

  timer(delayMs: number, fn: () => void, { poll, stuck }: TimerOptions = {}): () => void {
    this.activity++;
    const timer: Timer = { seq: this.time + Math.max(0, Math.ceil(delayMs)), fn };
    if (poll || stuck) this.polls.push(timer);
    else this.due.push(timer);
    if (stuck) {
      this.waits.add(stuck);
      this.onWait();
    }
    return () => {
      timer.fn = null;
      if (stuck) this.waits.delete(stuck);
    };
  }

  immediate(fn: () => void): void {
    this.activity++;
    this.turns++;
    realTurn(() => {
      this.turns--;
      fn();
    });
  }

  /** Somebody waits for something that only time may bring. */
  get waitedFor(): boolean {
    return this.waits.size > 0;
  }

  /** Tells everybody who waits that it will not come. */
  giveUp(error: Error): void {
    const waits = [...this.waits];
    this.waits.clear();
    for (const stuck of waits) stuck(error);
  }

  /** When the next thing is due; null when nothing is. */
  next(): number | null {
    for (let top = this.due.peek(); top; top = this.due.peek()) {
      if (top.fn) return top.seq;
      this.due.pop();
    }
    return null;
  }

  /** Moves on to `time` and calls what has come due by then. */
  moveTo(time: number): void {
    this.activity++;
    this.time = Math.max(this.time, time);
    for (const timer of this.taken(this.due)) timer.fn?.();
    if (++this.jumps * looksPerJump >= this.waits.size) this.look();
  }

  /** Lets those look whose time to look has come; with nothing left that time could bring, all of them. */
  look(all = false): void {
    this.jumps = 0;
    for (const timer of this.taken(this.polls, all)) timer.fn?.();
  }

  private taken(heap: Heap<Timer>, all = false): Timer[] {
    const taken: Timer[] = [];
    for (let top = heap.peek(); top && (all || top.fn === null || top.seq <= this.time); top = heap.peek()) {
      heap.pop();
      taken.push(top);
    }
    return taken;
  }
}
