import { Heap } from "./heap.ts";

/** A time something of this run waits for. */
export interface RunTimer {
  /** Milliseconds since 1970 (named `seq` for the heap). */
  readonly seq: number;
  active: boolean;
  /** A tick or the worker's own clock says the time has come. `live` when it is not yet recorded. */
  readonly due: (live: boolean) => void;
}

/** The pending times of one run, earliest first. */
export class RunTimers {
  private readonly heap = new Heap<RunTimer>();

  add(due: number, fire: (live: boolean) => void): RunTimer {
    const timer: RunTimer = { seq: due, active: true, due: fire };
    this.heap.push(timer);
    return timer;
  }

  /** The earliest pending time. */
  next(): number | null {
    return this.top()?.seq ?? null;
  }

  /** Takes out the earliest timer that is due at `time`. */
  takeDue(time: number): RunTimer | null {
    const top = this.top();
    if (!top || top.seq > time) return null;
    this.heap.pop();
    top.active = false;
    return top;
  }

  private top(): RunTimer | undefined {
    for (let top = this.heap.peek(); top; top = this.heap.peek()) {
      if (top.active) return top;
      this.heap.pop();
    }
    return undefined;
  }
}
