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

/** What stays how long, and what has had its time. Lengths of time are in ms. */
export interface RetentionOutlook {
  /** How long finished runs stay; null: for ever. */
  runsMs: number | null;
  /** How long a removed run's tombstone answers for it. */
  tombstonesMs: number;
  /** How long holds of removed runs stay; null: for ever. */
  holdsMs: number | null;
  /** How often a worker looks. */
  everyMs: number;
  /**
   * Run trees that finished before `before`: the next look removes them, except one that belongs together with a run that has not. Null where runs stay for ever.
   */
  due: { before: Date; runs: number; runsWithinDay: number } | null;
}

/** How often a worker looks for runs past their term, in ms. */
const periodMs = 10 * 60_000;
/** Run trees removed per transaction. */
const batch = 200;
const dayMs = 86_400_000;

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

  /** Counted in the index of when runs finished: it costs what is due, whatever the store holds. */
  async outlook(): Promise<RetentionOutlook> {
    const { store, namespace, clock } = this.parts;
    const { runsMs, tombstonesMs, holdsMs } = this.terms();
    const terms = { runsMs, tombstonesMs, holdsMs, everyMs: periodMs };
    if (runsMs === null) return { ...terms, due: null };
    const before = clock.now() - runsMs;
    const { count: runs } = await store.finishedTimes(namespace, { from: 0, to: before, limit: 1 });
    const soon = { from: before, to: before + dayMs, limit: 1 };
    const { count: runsWithinDay } = await store.finishedTimes(namespace, soon);
    return { ...terms, due: { before: new Date(before), runs, runsWithinDay } };
  }

  private terms(): Pick<RetentionOutlook, "runsMs" | "tombstonesMs" | "holdsMs"> {
    const { runs = "30d", tombstones = "400d", holds = false } = this.parts.options.retention ?? {};
    return {
      runsMs: runs === false ? null : durationMs(runs, "retention.runs"),
      tombstonesMs: durationMs(tombstones, "retention.tombstones"),
      holdsMs: holds === false ? null : durationMs(holds, "retention.holds"),
    };
  }

  /** @param most run trees it removes at most */
  async apply(most = Number.POSITIVE_INFINITY): Promise<RetentionResult> {
    const { store, namespace, clock } = this.parts;
    const { runsMs, tombstonesMs, holdsMs } = this.terms();
    const total: RetentionResult = { removed: 0, tombstones: 0, holds: 0, records: 0 };
    for (let swept = expiredPerSweep; swept === expiredPerSweep; total.records += swept) {
      swept = await store.sweep(namespace, clock.now());
    }
    if (runsMs === null) return total;
    for (;;) {
      const now = clock.now();
      const limit = Math.min(batch, most - total.removed);
      const done = await store.retain(namespace, {
        finishedBefore: now - runsMs,
        tombstonesBefore: now - tombstonesMs,
        holdsBefore: holdsMs === null ? null : now - holdsMs,
        limit,
        now,
      });
      total.removed += done.removed;
      total.tombstones += done.tombstones;
      total.holds += done.holds;
      if (done.removed < limit || total.removed >= most) return total;
    }
  }
}
