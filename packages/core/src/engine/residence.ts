import type { Execution } from "../run/execution.ts";
import type { RunPk } from "../store/store.ts";

/** How many parked coroutines stay in memory. They are a cache: dropping one costs a replay and nothing else. */
export interface ResidenceLimits {
  /** Default 10,000: some 60 MB where they hold little. */
  count: number;
  /** Approximate bytes of journal behind them. Default 64 MiB. */
  bytes: number;
}

/** Parked coroutines, the one parked longest ago first to go. */
export class Residence {
  private readonly limits: ResidenceLimits;
  private readonly parked = new Map<RunPk, Execution>();
  private bytes = 0;

  constructor(limits: ResidenceLimits) {
    this.limits = limits;
  }

  keep(execution: Execution): void {
    if (this.limits.count < 1) return execution.abandon({ type: "fenced" });
    this.parked.set(execution.writer.pk, execution);
    this.bytes += execution.weight;
    for (const [pk, oldest] of this.parked) {
      if (this.parked.size <= this.limits.count && this.bytes <= this.limits.bytes) break;
      this.take(pk);
      oldest.abandon({ type: "fenced" });
    }
  }

  /** Takes a coroutine out, to resume or to drop it. */
  take(pk: RunPk): Execution | undefined {
    const execution = this.parked.get(pk);
    if (execution && this.parked.delete(pk)) this.bytes -= execution.weight;
    return execution;
  }

  peek(pk: RunPk): Execution | undefined {
    return this.parked.get(pk);
  }

  clear(): void {
    for (const execution of this.parked.values()) execution.abandon({ type: "fenced" });
    this.parked.clear();
    this.bytes = 0;
  }
}
