import { type Engine, type RunStatus, systemClock } from "@holdpoint/core";
import { readRecords } from "./reader.ts";
import { isTaken, type MachineRecord, type Taken } from "./record.ts";

/** Hears of a transition, after it is durable. */
export type TransitionListener = (id: string, transition: Taken) => void | Promise<void>;

/** How many runs' last heard version is remembered. */
const rememberedRuns = 10_000;
const liveStatuses: readonly RunStatus[] = ["ready", "running", "parked", "paused"];

/**
 * Follows a machine's instances: what this process's worker writes is heard at once; what others write is looked for every
 * `pollMs`, while anybody listens.
 */
export class Tail {
  private readonly engine: Engine;
  private readonly workflow: string;
  private readonly idOf: (runId: string) => string;
  private readonly pollMs: number;
  private readonly listeners = new Set<{ call: TransitionListener; since: number }>();
  private readonly waiting = new Map<string, Set<() => void>>();
  /** The version last told of, by run. */
  private readonly told = new Map<string, number>();
  /** When each live run was last written to, as of the last poll. */
  private updated = new Map<string, number>();
  private unobserve: (() => void) | null = null;
  private stopPolling: (() => void) | null = null;

  constructor(engine: Engine, workflow: string, idOf: (runId: string) => string, pollMs: number) {
    this.engine = engine;
    this.workflow = workflow;
    this.idOf = idOf;
    this.pollMs = pollMs;
  }

  add(call: TransitionListener): () => void {
    const listener = { call, since: systemClock.now() };
    this.listeners.add(listener);
    this.observe();
    this.poll();
    return () => {
      this.listeners.delete(listener);
      this.rest();
    };
  }

  /** The next time this process writes to the run: `within` so many ms, or then. Listens from now on. */
  next(runId: string): { within(ms: number): Promise<void>; stop(): void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const set = this.waiting.get(runId) ?? new Set();
    this.waiting.set(runId, set.add(resolve));
    this.observe();
    return {
      within: async (ms) => {
        const cancel = systemClock.timer(ms, resolve);
        await promise;
        cancel();
      },
      stop: () => {
        set.delete(resolve);
        if (set.size === 0) this.waiting.delete(runId);
        this.rest();
      },
    };
  }

  /** Tells the listeners of what is new in these records. */
  saw(runId: string, records: readonly MachineRecord[]): void {
    if (this.listeners.size === 0) return;
    const told = this.told.get(runId) ?? -1;
    const fresh = records.filter((one): one is Taken => isTaken(one) && one.version > told);
    const last = fresh.at(-1);
    if (!last) return;
    this.told.delete(runId);
    this.told.set(runId, last.version);
    if (this.told.size > rememberedRuns) this.told.delete(this.told.keys().next().value ?? "");
    for (const taken of fresh)
      for (const listener of this.listeners)
        if (taken.at.getTime() >= listener.since) this.tell(listener.call, runId, taken);
  }

  private tell(call: TransitionListener, runId: string, taken: Taken): void {
    // A listener neither undoes nor delays what has happened.
    void (async () => call(this.idOf(runId), taken))().catch((error: unknown) => {
      console.warn(`holdpoint: a callback of "${this.workflow}" failed`, { run: runId, event: taken.event, error });
    });
  }

  private observe(): void {
    this.unobserve ??= this.engine.observe(({ id, workflow }) => {
      if (workflow !== this.workflow) return;
      for (const wake of [...(this.waiting.get(id) ?? [])]) wake();
      // Whoever waits reads it anyway.
      if (this.listeners.size > 0 && !this.waiting.has(id)) void this.look(id);
    });
  }

  private rest(): void {
    if (this.listeners.size > 0) return;
    this.stopPolling?.();
    this.stopPolling = null;
    this.updated.clear();
    if (this.waiting.size > 0) return;
    this.unobserve?.();
    this.unobserve = null;
  }

  private async look(runId: string): Promise<void> {
    try {
      this.saw(runId, await readRecords(await this.engine.get(runId)));
    } catch {
      // The store is in trouble, or the run is gone: the next write or poll looks again.
    }
  }

  private poll(): void {
    this.stopPolling ??= systemClock.timer(
      this.pollMs,
      () => {
        void this.compare().finally(() => {
          this.stopPolling = null;
          if (this.listeners.size > 0) this.poll();
        });
      },
      { unref: true },
    );
  }

  /** Looks at every live run that was written to since the last poll, and once more at those that have ended since. */
  private async compare(): Promise<void> {
    const now = new Map<string, number>();
    try {
      for (let cursor: string | null = null; ; ) {
        const page: Awaited<ReturnType<Engine["runs"]>> = await this.engine.runs(
          { workflow: this.workflow, status: liveStatuses },
          { limit: 1000, cursor },
        );
        for (const run of page.items) now.set(run.id, run.updatedAt.getTime());
        if ((cursor = page.cursor) === null) break;
      }
    } catch {
      return;
    }
    const before = this.updated;
    this.updated = now;
    const ended = [...before.keys()].filter((id) => !now.has(id));
    const moved = [...now].filter(([id, at]) => before.get(id) !== at).map(([id]) => id);
    for (const id of [...moved, ...ended]) await this.look(id);
  }
}
