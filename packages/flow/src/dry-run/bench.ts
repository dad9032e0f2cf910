import type { Engine } from "@holdpoint/core";
import type { DryClock } from "./dry-clock.ts";

/** Time may jump so often. */
const mostJumps = 10_000;

/** Drives a dry run: waits for what is really executed, within a limit, and moves its time. */
export class Bench {
  private readonly clock: DryClock;
  private readonly late: Promise<"late">;
  private readonly timer: NodeJS.Timeout;
  private readonly working = new Set<Promise<unknown>>();
  private isLate = false;
  private jumps = 0;

  constructor(clock: DryClock, timeMs: number) {
    this.clock = clock;
    const { promise, resolve } = Promise.withResolvers<"late">();
    this.late = promise;
    this.timer = setTimeout(() => {
      this.isLate = true;
      resolve("late");
    }, timeMs);
  }

  /** Executes something for real: its time stands still meanwhile. */
  async busy<T>(work: () => Promise<T>): Promise<T> {
    const working = work();
    this.working.add(working);
    try {
      return await working;
    } finally {
      this.working.delete(working);
    }
  }

  /** Lets everything happen that needs no time of its own; false when that takes too long. */
  async settle(): Promise<boolean> {
    for (;;) {
      await this.clock.settle();
      if (this.isLate) return false;
      if (this.working.size === 0) return true;
      const first = Promise.race([...this.working]).then(
        () => "done",
        () => "done",
      );
      await Promise.race([first, this.late]);
    }
  }

  /** Moves time to what is due next; false when nothing is. */
  moveOn(): boolean {
    return ++this.jumps <= mostJumps && this.clock.moveOn();
  }

  /** Puts the engine away: what is still executed is told by its signal, and not waited for. */
  async stop(engine: Engine): Promise<void> {
    clearTimeout(this.timer);
    let stopped = false;
    const stopping = engine.stop().finally(() => {
      stopped = true;
    });
    do await this.clock.settle();
    while (!stopped && this.clock.moveOn());
    await stopping;
  }
}
