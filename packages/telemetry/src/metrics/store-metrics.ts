import type { Engine } from "@holdpoint/core";
import { Gauge, type Registry } from "prom-client";
import { CappedNames } from "./capped-names.ts";

/** What stands in the store, asked of it when somebody looks: by status, queue and severity. */
export class StoreMetrics {
  private readonly freshMs: number;
  private readonly queueNames = new CappedNames(100);
  private readonly up: Gauge;
  private readonly bytes: Gauge;
  private readonly workers: Gauge;
  private readonly runs: Gauge<"status">;
  private readonly queued: Gauge<"queue">;
  private readonly queueAge: Gauge<"queue">;
  private readonly holds: Gauge<"severity">;
  private readonly holdAge: Gauge<"severity">;
  private asking: Promise<void> | null = null;
  private askedAt = Number.NEGATIVE_INFINITY;

  constructor(registry: Registry, freshMs: number) {
    this.freshMs = freshMs;
    const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]): Gauge<L> =>
      new Gauge({ name, help, labelNames, registers: [registry] });
    this.up = gauge("holdpoint_store_up", "1 when the store answered the last look, else 0");
    this.bytes = gauge("holdpoint_store_size_bytes", "How much room the store takes");
    this.workers = gauge("holdpoint_workers", "Workers that are alive on the store, in whatever process");
    this.runs = gauge("holdpoint_runs", "Runs in the store", "status");
    this.queued = gauge("holdpoint_queue_runs", "Ready runs that nobody has taken up yet", "queue");
    this.queueAge = gauge("holdpoint_queue_oldest_age_seconds", "Since when the oldest ready run waits", "queue");
    this.holds = gauge("holdpoint_holds_open", "Holds that wait for people", "severity");
    this.holdAge = gauge("holdpoint_hold_oldest_age_seconds", "Since when the oldest open hold waits", "severity");
  }

  /** Asks the store, unless it was asked just now. A store that does not answer is said so, and nothing stale is shown. */
  async look(engine: Engine, withinMs: number): Promise<void> {
    if (performance.now() - this.askedAt < this.freshMs) return;
    this.asking ??= this.ask(engine).finally(() => {
      this.asking = null;
    });
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.reject, withinMs, new Error("the store takes too long"));
    try {
      await Promise.race([this.asking, late.promise]);
    } catch {
      this.clear();
      this.up.set(0);
    } finally {
      clearTimeout(timer);
    }
  }

  private async ask(engine: Engine): Promise<void> {
    const [sizes, workers] = await Promise.all([engine.store.sizes(engine.namespace), engine.workers()]);
    const now = Date.now();
    const age = (since: number): number => Math.max(0, now - since) / 1000;
    this.clear();
    this.up.set(1);
    this.bytes.set(sizes.bytes);
    this.workers.set(workers.length);
    for (const [status, count] of Object.entries(sizes.runs)) this.runs.set({ status }, count);
    for (const severity of ["low", "medium", "high", "critical"]) this.holds.set({ severity }, 0);
    for (const { severity, count, oldest } of sizes.holds) {
      this.holds.set({ severity }, count);
      this.holdAge.set({ severity }, age(oldest));
    }
    const ages = new Map<string, number>();
    for (const { queue: name, count, oldest } of sizes.queues) {
      const queue = this.queueNames.of(name);
      this.queued.inc({ queue }, count);
      ages.set(queue, Math.max(ages.get(queue) ?? 0, age(oldest)));
    }
    for (const [queue, oldest] of ages) this.queueAge.set({ queue }, oldest);
    this.askedAt = performance.now();
  }

  private clear(): void {
    for (const one of [this.runs, this.queued, this.queueAge, this.holds, this.holdAge]) one.reset();
    for (const one of [this.bytes, this.workers]) one.remove();
  }
}
