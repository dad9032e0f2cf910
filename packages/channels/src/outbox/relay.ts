import {
  type Engine,
  type Hold,
  type HoldFilter,
  type PageOf,
  RunConflictError,
  type RunStatus,
  type Store,
  systemClock,
} from "@holdpoint/core";
import { deliveryName, movedSignal, newsName } from "./names.ts";
import { isClosed, markOf } from "./news.ts";

/** How a relay is told to look. */
export interface RelayOptions {
  store?: Store;
  namespace?: string;
  pollMs?: number;
  catchUpMs?: number;
}

/** A news run that goes on: its id, and the state of its hold that it saw last. */
interface Followed {
  runId: string;
  mark: string | null;
}

const live: readonly RunStatus[] = ["ready", "running", "parked", "paused"];
/**
 * Looks follow each other by at least so many times what the last one took, when something happened and when not: a look at 10,000
 * open holds takes 0.3 s of CPU.
 */
const breathers = { news: 4, nothing: 30 } as const;
const shortestPauseMs = 25;
/** Clocks of processes differ, and a transaction takes its time: so far back is looked at again. */
const overlapMs = 60_000;

/**
 * Compares the holds that wait with the news runs that go on, and tells those apart that moved: starts a run for a hold that has none,
 * and wakes the run of a hold that changed or is closed. It keeps nothing that matters: what it finds is in the store, so that nothing
 * is lost while no relay runs, and two relays do no harm.
 */
export class Relay {
  private readonly engine: Engine;
  private readonly options: RelayOptions;
  /** What was told last about each hold, so that it is told once: a run may take its time to look. */
  private told = new Map<string, string>();
  /** Closed holds that have their news, by when they opened. */
  private readonly done = new Map<string, number>();
  /** Holds that opened before are known. */
  private since: number;
  private looking: Promise<void> | null = null;
  private again = false;
  private lastTookMs = 0;
  private stopTimer: (() => void) | null = null;
  private dueAt = Number.POSITIVE_INFINITY;
  /** No more looks, and the one under way ends early. */
  private stopped = false;

  constructor(engine: Engine, options: RelayOptions) {
    this.engine = engine;
    this.options = options;
    this.since = systemClock.now() - (options.catchUpMs ?? 3_600_000);
  }

  start(): () => Promise<void> {
    const { store, namespace = "default" } = this.options;
    const unwatch = store?.watch(namespace, (signal) => {
      if (signal.type === "hold" || signal.type === "foreign") this.soon(0);
    });
    this.soon(0);
    return async () => {
      this.stopped = true;
      this.stopTimer?.();
      unwatch?.();
      // What went wrong was said where it happened.
      await this.looking?.catch(() => undefined);
    };
  }

  /** Looks now, once; while it does so already, once more after that. */
  async look(): Promise<void> {
    if (this.looking !== null) {
      this.again = true;
      return this.looking;
    }
    this.looking = this.compare().finally(() => {
      this.looking = null;
    });
    await this.looking;
    if (!this.again || this.stopped) return;
    this.again = false;
    await this.look();
  }

  /** Looks as soon as the last look has been left behind. */
  private soon(afterMs: number): void {
    if (this.stopped) return;
    const breather = afterMs === 0 ? breathers.news : breathers.nothing;
    const pause = Math.max(afterMs, shortestPauseMs, breather * this.lastTookMs);
    const due = performance.now() + pause;
    // The earlier one stays: looks that are put off by each new thing that happens would never come.
    if (due >= this.dueAt) return;
    this.stopTimer?.();
    this.dueAt = due;
    this.stopTimer = systemClock.timer(
      pause,
      () => {
        this.dueAt = Number.POSITIVE_INFINITY;
        const began = performance.now();
        void this.look()
          .catch((error: unknown) => {
            if (!this.stopped)
              console.warn("holdpoint: the outbox could not look at the holds; it will again", { error });
          })
          .finally(() => {
            this.lastTookMs = performance.now() - began;
            this.soon(this.options.pollMs ?? 2000);
          });
      },
      { unref: true },
    );
  }

  private async compare(): Promise<void> {
    const began = systemClock.now();
    const followed = await this.followed();
    const told = new Map<string, string>();
    const todo: (() => Promise<void>)[] = [];
    for (const hold of await this.waiting()) {
      if (this.stopped) return;
      const here = followed.get(hold.id);
      followed.delete(hold.id);
      const mark = markOf(hold);
      told.set(hold.id, mark);
      if (!here) todo.push(() => this.follow(hold));
      else if (here.mark !== mark && this.told.get(hold.id) !== mark) todo.push(() => this.wake(here, mark));
    }
    // What is left over is followed, and does not wait any more.
    for (const [holdId, here] of followed) {
      if (this.stopped) return;
      const mark = this.told.get(holdId)?.startsWith("closed ")
        ? this.told.get(holdId)
        : `closed ${markOf(await this.engine.hold(holdId))}`;
      told.set(holdId, mark ?? "");
      if (this.told.get(holdId) !== mark) todo.push(() => this.wake(here, mark ?? ""));
    }
    // Side by side, they share transactions.
    for (let at = 0; at < todo.length && !this.stopped; at += 100)
      await Promise.all(todo.slice(at, at + 100).map((act) => act()));
    this.told = told;
    await this.passedBy(told);
    this.since = Math.max(this.since, began - overlapMs);
  }

  /** Holds that opened and were closed between two looks. */
  private async passedBy(told: ReadonlyMap<string, string>): Promise<void> {
    for (const [id, openedAt] of this.done) if (openedAt < this.since - overlapMs) this.done.delete(id);
    for (let cursor: string | null = null; ; ) {
      const page: PageOf<Hold> = await this.engine.holds({}, { limit: 100, cursor });
      for (const hold of page.items) {
        if (this.stopped) return;
        const openedAt = hold.openedAt.getTime();
        if (openedAt < this.since) return;
        if (hold.status === "open" || told.has(hold.id) || this.done.has(hold.id) || isOurs(hold)) continue;
        await this.follow(hold);
        this.done.set(hold.id, openedAt);
      }
      if ((cursor = page.cursor) === null) return;
    }
  }

  private async waiting(): Promise<Hold[]> {
    const filter: HoldFilter = { status: ["open", "answered"] };
    const holds = await everyPage((cursor) => this.engine.holds(filter, { limit: 1000, cursor }));
    return holds.filter((hold) => !isOurs(hold));
  }

  private async followed(): Promise<Map<string, Followed>> {
    const runs = await everyPage((cursor) =>
      this.engine.runs({ workflow: newsName, status: live }, { limit: 1000, cursor }),
    );
    return new Map(
      runs.map(({ id, attributes }) => [
        String(attributes.hold ?? id.slice("news:".length).replace(/~\d+$/, "")),
        { runId: id, mark: typeof attributes.mark === "string" ? attributes.mark : null },
      ]),
    );
  }

  /** Its news begin; or, of a hold that was closed and opened again, go on after what was told. */
  private async follow(hold: Hold): Promise<void> {
    for (let round = 0, after = 0; ; round++) {
      const id = round === 0 ? `news:${hold.id}` : `news:${hold.id}~${round}`;
      try {
        const run = await this.engine.run(newsName, { hold: hold.id, after }, { id });
        const { status, attributes } = await run.describe();
        if (live.includes(status) || isClosed(hold)) return;
        after = Number(attributes.seen ?? after);
      } catch (error) {
        if (!(error instanceof RunConflictError)) throw error;
      }
      if (round > 100) return;
    }
  }

  private async wake({ runId }: Followed, mark: string): Promise<void> {
    const run = await this.engine.get(runId);
    await run.signal(movedSignal, undefined, { dedupe: mark }).catch(async (error: unknown) => {
      // It has just ended by itself.
      if (live.includes(await run.status())) throw error;
    });
  }
}

/** A delivery that a person has to look at is not told of by deliveries. */
const isOurs = ({ workflow }: Hold): boolean => workflow === deliveryName || workflow === newsName;

async function everyPage<T>(
  read: (cursor: string | null) => Promise<{ items: T[]; cursor: string | null }>,
): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: string | null = null; ; ) {
    const page = await read(cursor);
    all.push(...page.items);
    if ((cursor = page.cursor) === null) return all;
  }
}
