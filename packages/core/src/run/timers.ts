import type { Clock } from "../clock.ts";
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
  private cancel: (() => void) | null = null;
  private armedFor = 0;

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

  /** Lets the clock fire the earliest timer, if that is due within `horizon` ms; `fired` is told afterwards. */
  arm(clock: Clock, horizon: number, fired: () => void): void {
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
      fired();
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
