import { expiredPerSweep } from "../record/limits.ts";
import { durationMs } from "../workflow/duration.ts";
import type { EngineParts } from "./parts.ts";

/** What one round of retention removed. */
export interface RetentionResult {
  /** Run trees removed. */
  removed: number;
  /** Tombstones past their term. */
  tombstones: number;
  /** Holds, with their events, of removed runs. */
  holds: number;
  /** Expired records. */
  records: number;
}

/** How often a worker looks for runs past their term, in ms. */
const periodMs = 10 * 60_000;
/** Run trees removed per transaction. */
const batch = 200;

/** Removes finished runs past their term: on by default, because tables that only grow end as an incident. */
export class Retention {
  private readonly parts: EngineParts;
  private cancel: (() => void) | null = null;

  constructor(parts: EngineParts) {
    this.parts = parts;
  }

  start(): void {
    this.cancel = this.parts.clock.timer(
      periodMs,
      () => {
        this.apply()
          .catch((error: unknown) =>
            this.parts.worker.host.engineLog.error({ error }, "retention failed; trying again later"),
          )
          .finally(() => {
            if (this.cancel) this.start();
          });
      },
      { unref: true, poll: true },
    );
  }

  stop(): void {
    this.cancel?.();
    this.cancel = null;
  }

  async apply(): Promise<RetentionResult> {
    const { store, namespace, clock, options } = this.parts;
    const { runs = "30d", tombstones = "400d", holds = false } = options.retention ?? {};
    const total: RetentionResult = { removed: 0, tombstones: 0, holds: 0, records: 0 };
    for (let swept = expiredPerSweep; swept === expiredPerSweep; total.records += swept) {
      swept = await store.sweep(namespace, clock.now());
    }
    if (runs === false) return total;
    for (;;) {
      const now = clock.now();
      const done = await store.retain(namespace, {
        finishedBefore: now - durationMs(runs, "retention.runs"),
        tombstonesBefore: now - durationMs(tombstones, "retention.tombstones"),
        holdsBefore: holds === false ? null : now - durationMs(holds, "retention.holds"),
        limit: batch,
        now,
      });
      total.removed += done.removed;
      total.tombstones += done.tombstones;
      total.holds += done.holds;
      if (done.removed < batch) return total;
    }
  }
}
