import {
  type Engine,
  type Hold,
  type HoldFilter,
  NotFoundError,
  type PageOf,
  type Store,
  systemClock,
} from "@holdpoint/core";
import { everyPage } from "./every-page.ts";
import { deliveryName, newsName } from "./names.ts";
import { isClosed, markOf } from "./news.ts";
import { NewsRuns } from "./news-runs.ts";

/** How a relay is told to look. */
export interface RelayOptions {
  store?: Store;
  namespace?: string;
  pollMs?: number;
  catchUpMs?: number;
}

/**
 * Looks follow each other by at least so many times what the last one took, when something happened and when not: a look at 10,000
 * open holds takes 0.4 s of CPU where there is no feed of changes.
 */
const breathers = { news: 4, nothing: 30 } as const;
const shortestPauseMs = 25;
/** Clocks of processes differ, and a transaction takes its time: so far back is looked at again. */
const overlapMs = 60_000;
/** With a feed of changes, all holds are compared only so often: should a change be missed after all, it is found then. */
const compareEveryMs = 10 * 60_000;
/** Where more have changed, comparing all of them is less work than looking at each. */
const mostChanges = 300;

/**
 * Compares the holds that wait with the news runs that go on, and tells those apart that moved: starts a run for a hold that has none,
 * and wakes the run of a hold that changed or is closed. It keeps nothing that matters: what it finds is in the store, so that nothing
 * is lost while no relay runs, and two relays do no harm.
 *
 * Once it has compared all, the store's feed says which holds have changed since, and only those are looked at.
 */
export class Relay {
  private readonly engine: Engine;
  private readonly options: RelayOptions;
  private readonly news: NewsRuns;
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
  /** Up to where the feed of changes was read; null until all holds have been compared. */
  private cursor: string | null = null;
  private comparedAt = Number.NEGATIVE_INFINITY;
  /** No more looks, and the one under way ends early. */
  private stopped = false;

  constructor(engine: Engine, options: RelayOptions) {
    this.engine = engine;
    this.options = options;
    this.news = new NewsRuns(engine);
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
    this.looking = this.catchUp().finally(() => {
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

  /** Looks at what has changed since, where that is known and not too much; otherwise at everything. */
  private async catchUp(): Promise<void> {
    const { store, namespace = "default" } = this.options;
    if (store === undefined) return this.compare();
    const news = await changedSince(store, namespace, this.cursor);
    const due = performance.now() - this.comparedAt >= compareEveryMs;
    // What changes from here on is behind the cursor.
    if (this.cursor === null || news.lost || due) {
      this.cursor = news.cursor;
      const began = performance.now();
      await this.compare().catch((error: unknown) => {
        this.cursor = null;
        throw error;
      });
      this.comparedAt = began;
      return;
    }
    for (const id of news.holds) {
      if (this.stopped) return;
      await this.tell(id);
    }
    this.cursor = news.cursor;
  }

  /** Sees to it that the news of one hold begin, or go on. */
  private async tell(holdId: string): Promise<void> {
    const hold = await this.engine.hold(holdId).catch((error: unknown) => {
      // Retention has removed it meanwhile.
      if (error instanceof NotFoundError) return null;
      throw error;
    });
    if (hold === null || isOurs(hold)) return;
    const mark = isClosed(hold) ? `closed ${markOf(hold)}` : markOf(hold);
    if (this.told.get(holdId) === mark) return;
    const here = await this.news.of(holdId);
    if (here !== null) {
      if (here.mark !== mark) await this.news.wake(here, mark);
    } else if (!isClosed(hold) || (hold.openedAt.getTime() >= this.since && !this.done.has(holdId))) {
      await this.news.begin(hold);
      if (isClosed(hold)) this.done.set(holdId, hold.openedAt.getTime());
    }
    this.told.set(holdId, mark);
  }

  private async compare(): Promise<void> {
    const began = systemClock.now();
    const followed = await this.news.all();
    const told = new Map<string, string>();
    const todo: (() => Promise<void>)[] = [];
    for (const hold of await this.waiting()) {
      if (this.stopped) return;
      const here = followed.get(hold.id);
      followed.delete(hold.id);
      const mark = markOf(hold);
      told.set(hold.id, mark);
      if (!here) todo.push(() => this.news.begin(hold));
      else if (here.mark !== mark && this.told.get(hold.id) !== mark) todo.push(() => this.news.wake(here, mark));
    }
    // What is left over is followed, and does not wait any more.
    for (const [holdId, here] of followed) {
      if (this.stopped) return;
      const mark = this.told.get(holdId)?.startsWith("closed ")
        ? this.told.get(holdId)
        : `closed ${markOf(await this.engine.hold(holdId))}`;
      told.set(holdId, mark ?? "");
      if (this.told.get(holdId) !== mark) todo.push(() => this.news.wake(here, mark ?? ""));
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
        await this.news.begin(hold);
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
}

/** The holds that the feed names behind a cursor, each once; too many, and they count as not known. */
async function changedSince(
  store: Store,
  namespace: string,
  from: string | null,
): Promise<{ holds: Set<string>; cursor: string; lost: boolean }> {
  const holds = new Set<string>();
  let lost = false;
  for (let after = from; ; ) {
    const page = await store.changes(namespace, { after, limit: 1000, now: systemClock.now() });
    for (const { hold } of page.changes) if (hold !== null) holds.add(hold.id);
    lost ||= page.lost || holds.size > mostChanges;
    if (!page.more) return { holds, cursor: page.cursor, lost };
    after = page.cursor;
  }
}

/** A delivery that a person has to look at is not told of by deliveries. */
const isOurs = ({ workflow }: Hold): boolean => workflow === deliveryName || workflow === newsName;
