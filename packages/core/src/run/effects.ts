import type { Call } from "./operation.ts";
import { added, none } from "./short-list.ts";

/** Something that starts only when nothing recorded is left to hand out. */
export interface Startable {
  readonly call: Call;
  /** It has said that it starts: it does, even when the run is paused or the worker drains. */
  readonly begun?: boolean;
  start(): void;
}

/** What waits to be started, in the order it was called. */
export class EffectQueue {
  private queue: Startable[] = none;

  get size(): number {
    return this.queue.length;
  }

  /** What the code asks for, for saying so. */
  get all(): readonly Startable[] {
    return this.queue;
  }

  push(effect: Startable): void {
    this.queue = added(this.queue, effect);
  }

  /** Takes a call's effect back out. */
  remove(call: Call): void {
    this.queue = this.queue.filter((effect) => effect.call !== call);
  }

  /** Everything that may start now; with `onlyBegun` the rest stays. */
  take(onlyBegun: boolean): Startable[] {
    const all = this.queue;
    this.queue = onlyBegun ? all.filter((effect) => !effect.begun) : none;
    return onlyBegun ? all.filter((effect) => effect.begun) : all;
  }
}
