import { StoreError } from "../errors.ts";
import { readState } from "../schedule/stored.ts";
import type { ScheduleRow } from "../store/schedule-rows.ts";
import type { EngineParts } from "./parts.ts";
import { fireDue } from "./schedule-firing.ts";

/** How many due schedules are handled at once. */
const batch = 100;
/** After a failure of the store so long until the next look, in ms. */
const pauseMs = 1000;
/**
 * How often it is looked without being told, in ms: whether another process has made or changed a schedule, and whether a run is over that
 * a firing waits for.
 */
const pollMs = 1000;

/**
 * Fires schedules when they are due. Every worker does, and the store lets one of them fire each due time: whoever is
 * faster raises the schedule's revision in the transaction that starts the run.
 */
export class Scheduler {
  private readonly parts: EngineParts;
  private cancel: (() => void) | null = null;
  private stopPolling: (() => void) | null = null;
  private armedFor = Number.POSITIVE_INFINITY;
  private looking = false;
  private lookAgain = false;
  private round: Promise<void> = Promise.resolve();
  private stopped = true;
  /** Runs of which a firing waits to be over. */
  private readonly awaited = new Set<string>();
  /** Revisions of schedules that could not be fired: it is said once. */
  private readonly broken = new Map<string, number>();

  constructor(parts: EngineParts) {
    this.parts = parts;
  }

  start(): void {
    this.stopped = false;
    void this.look();
    this.poll();
  }

  /** Fires nothing more; what is being fired is written first. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.disarm();
    this.stopPolling?.();
    this.stopPolling = null;
    await this.round;
  }

  /** A run ended here: what waited for it may start. */
  ended(runId: string): void {
    if (this.awaited.has(runId)) void this.look();
  }

  private poll(): void {
    const again = (): void => {
      this.poll();
      if (this.parts.store.shared || this.awaited.size > 0) void this.look();
    };
    this.stopPolling = this.parts.clock.timer(pollMs, again, { unref: true, poll: true });
  }

  private disarm(): void {
    this.cancel?.();
    this.cancel = null;
    this.armedFor = Number.POSITIVE_INFINITY;
  }

  private arm(delayMs: number): void {
    const { clock } = this.parts;
    const time = clock.now() + delayMs;
    if (this.stopped || time >= this.armedFor) return;
    this.disarm();
    this.armedFor = time;
    this.cancel = clock.timer(Math.max(1, delayMs), () => void this.look());
  }

  /** Fires what is due and sleeps until the next due time. One look at a time: the one under way looks again at its end. */
  async look(): Promise<void> {
    if (this.stopped) return;
    if (this.looking) {
      this.lookAgain = true;
      return;
    }
    this.looking = true;
    this.lookAgain = false;
    this.disarm();
    this.round = this.fireAndSleep();
    await this.round;
    this.looking = false;
    if (this.lookAgain) await this.look();
  }

  private async fireAndSleep(): Promise<void> {
    try {
      this.arm(await this.fireAll());
    } catch (error) {
      this.parts.worker.trouble.failed(error);
      this.arm(pauseMs);
    }
  }

  /** Gives how long nothing will be due. */
  private async fireAll(): Promise<number> {
    const { store, namespace, clock, registry } = this.parts;
    const idle = new Set<string>();
    this.awaited.clear();
    for (let limit = batch; ; ) {
      const { now, due, nextAt } = await store.dueSchedules(namespace, clock.now(), limit);
      // What waits for a run, or for a worker that has its workflow, stays due: it is looked at once in a round.
      const fresh = due.filter(({ id }) => !idle.has(id));
      if (fresh.length === 0 && due.length < limit) return nextAt === null ? Number.POSITIVE_INFINITY : nextAt - now;
      if (fresh.length === 0) limit *= 10;
      for (const row of fresh) {
        if (this.stopped) return pauseMs;
        const isOurs = registry.newest(row.workflow) !== null;
        const moved = isOurs && (await this.fire(row, now));
        if (moved === false) idle.add(row.id);
        if (isOurs && moved === false) for (const id of readState(row).running) this.awaited.add(id);
      }
    }
  }

  /** What cannot be read keeps no other schedule from its time. */
  private async fire(row: ScheduleRow, now: number): Promise<boolean | "conflict"> {
    try {
      return await fireDue(this.parts, row, now);
    } catch (error) {
      if (error instanceof StoreError) throw error;
      if (this.broken.get(row.id) !== row.revision)
        this.parts.worker.host.engineLog.error({ schedule: row.id, error }, "a schedule could not be fired");
      this.broken.set(row.id, row.revision);
      return false;
    }
  }
}
