import type { Clock } from "../clock.ts";
import { Heap } from "./heap.ts";

/** A time something of this run waits for. */
export interface RunTimer {
  /** Milliseconds since 1970 (named `seq` for the heap). */
  readonly seq: number;
  /** Of several for one time the one that was made first goes first. */
  readonly order: number;
  /**
   * Number of the entry that says so, once there is one. A tick fires only what was recorded before it came: until then
   * another worker may find another time.
   */
  recordedAt: number;
  active: boolean;
  /** A tick or the worker's own clock says the time has come. `live` when it is not yet recorded. */
  readonly due: (live: boolean) => void;
}

const unrecorded = Number.POSITIVE_INFINITY;

/** The pending times of one run, earliest first. */
export class RunTimers {
  private readonly heap = new Heap<RunTimer>();
  private made = 0;
  private cancel: (() => void) | null = null;
  private armedFor = 0;

  add(due: number, fire: (live: boolean) => void, recordedAt = unrecorded): RunTimer {
    const timer: RunTimer = { seq: due, order: ++this.made, recordedAt, active: true, due: fire };
    this.heap.push(timer);
    return timer;
  }

  /** The earliest pending time. */
  next(): number | null {
    return this.top()?.seq ?? null;
  }

  /** Takes out the earliest timer that is due at `time` and was recorded before number `before`. */
  takeDue(time: number, before = unrecorded): RunTimer | null {
    const others: RunTimer[] = [];
    let found: RunTimer | null = null;
    for (let top = this.top(); top && top.seq <= time && !found; top = this.top()) {
      this.heap.pop();
      if (top.recordedAt <= before) found = top;
      else others.push(top);
    }
    for (const other of others) this.heap.push(other);
    if (found) found.active = false;
    return found;
  }

  /** The run has parked: everything it waits for is on record, up to number `seq`. */
  recorded(seq: number): void {
    for (const timer of this.heap.values()) if (timer.recordedAt === unrecorded) timer.recordedAt = seq;
  }

  /** Lets the clock fire the earliest timer, if that is due within `horizon` ms; the run is pumped afterwards. */
  arm(clock: Clock, horizon: number, run: { schedule(): void }): void {
    const due = this.next();
    if (due === null) return;
    const left = due - clock.now();
    if (left > horizon || (this.cancel && this.armedFor === due)) return;
    this.cancel?.();
    this.armedFor = due;
    this.cancel = clock.timer(Math.max(0, left), () => {
      this.cancel = null;
      const now = Math.max(clock.now(), due);
      for (let timer = this.takeDue(now); timer; timer = this.takeDue(now)) timer.due(true);
      run.schedule();
    });
  }

  disarm(): void {
    this.cancel?.();
    this.cancel = null;
  }

  private top(): RunTimer | undefined {
    for (let top = this.heap.peek(); top; top = this.heap.peek()) {
      if (top.active) return top;
      this.heap.pop();
    }
    return undefined;
  }
}
