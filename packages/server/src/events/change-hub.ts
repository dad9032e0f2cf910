import type { Engine } from "@holdpoint/core";
import { systemClock } from "@holdpoint/core";
import type { ChangeFilter } from "./change-filter.ts";
import { ChangeLog, logged, lostChanges } from "./change-log.ts";
import { ChangeReader } from "./change-reader.ts";
import { HoldTags } from "./hold-tags.ts";
import { ReaderGroup } from "./reader-group.ts";

/** How many changes one look reads at most. */
const pageLength = 1000;
/** Looks follow each other by at least so many ms: what happens in between is read, and sent, together. */
const breathMs = 20;
/** Other processes say nothing when a run ends: so often it is looked at anyway, while somebody listens. In ms. */
const lookAgainMs = 250;
/** So long what was read is kept when nobody listens any more: they may all come back at once. In ms. */
const keptMs = 60_000;

/**
 * Reads the feed of one namespace, once for all who listen to it in this process. It looks when something may have happened, and at times;
 * with nobody listening it does nothing.
 */
export class ChangeHub {
  readonly engine: Engine;
  private log: Promise<ChangeLog> | null = null;
  private readonly groups = new Map<string, ReaderGroup>();
  private readonly tags: HoldTags;
  private waiting = new Set<() => void>();
  private listeners = 0;
  private unwatch: (() => void) | null = null;
  private looking = false;
  private again = false;
  private timer: NodeJS.Timeout | null = null;
  /** The look that is due comes as soon as it may. */
  private urgent = false;
  private leftAt = 0;
  /** The last look went wrong, which was said. */
  private failing = false;
  private readonly onError: (error: unknown) => void;

  private readonly kept: number;

  /** @param kept so many changes are kept in memory at least, for those who come back */
  constructor(engine: Engine, onError: (error: unknown) => void, kept = 10_000) {
    this.kept = kept;
    this.engine = engine;
    this.tags = new HoldTags(engine);
    this.onError = onError;
  }

  /**
   * A reader of what fits a filter, from a place on; without one from now on.
   *
   * @throws ValidationError the place is none of a feed
   */
  async read(filter: ChangeFilter, after: string | null): Promise<ChangeReader> {
    await this.engine.open();
    const key = JSON.stringify(filter);
    const group = this.groups.get(key) ?? new ReaderGroup(filter, this.tags);
    this.groups.set(key, group);
    this.enter();
    group.readers++;
    const left = (): void => {
      if (--group.readers === 0) this.groups.delete(key);
      this.leave();
    };
    try {
      const log = await this.opened();
      return new ChangeReader(this, log, group, after ?? log.cursor, left);
    } catch (error) {
      left();
      throw error;
    }
  }

  /** Resolves when the log has grown, or `stop` is called. */
  grown(): { promise: Promise<void>; stop: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.waiting.add(resolve);
    return {
      promise,
      stop: () => {
        this.waiting.delete(resolve);
        resolve();
      },
    };
  }

  private opened(): Promise<ChangeLog> {
    this.log ??= this.page(null).then(({ cursor }) => new ChangeLog(cursor, this.kept));
    this.log.catch(() => {
      this.log = null;
    });
    return this.log;
  }

  /** A page of the feed, as it is. */
  page(after: string | null) {
    const { store, namespace } = this.engine;
    return store.changes(namespace, { after, limit: pageLength, now: systemClock.now() });
  }

  private enter(): void {
    if (this.listeners++ > 0) return;
    if (performance.now() - this.leftAt > keptMs) this.log = null;
    const soon = (): void => this.soon(breathMs);
    const unwatch = this.engine.store.watch(this.engine.namespace, soon);
    const unobserve = this.engine.observe(soon);
    this.unwatch = () => {
      unwatch();
      unobserve();
    };
    this.soon(breathMs);
  }

  private leave(): void {
    if (--this.listeners > 0) return;
    this.unwatch?.();
    this.unwatch = null;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.leftAt = performance.now();
  }

  private soon(ms: number): void {
    if (this.looking) {
      this.again ||= ms === breathMs;
      return;
    }
    if (this.timer !== null) {
      if (ms !== breathMs || this.urgent) return;
      clearTimeout(this.timer);
    }
    this.urgent = ms === breathMs;
    this.timer = setTimeout(() => void this.look(), ms);
    this.timer.unref();
  }

  private async look(): Promise<void> {
    this.timer = null;
    if (this.log === null) return;
    this.looking = true;
    try {
      const log = await this.log;
      const { changes, cursor, more, lost } = await this.page(log.cursor);
      if (lost) log.add([lostChanges(cursor, new Date())], cursor);
      else log.add(changes.map(logged), cursor);
      this.again ||= more;
      if (lost || changes.length > 0) this.tell();
      this.failing = false;
    } catch (error) {
      // The store is away: nobody is told anything, and nobody misses anything.
      if (!this.failing) this.onError(error);
      this.failing = true;
    } finally {
      this.looking = false;
      const again = this.again;
      this.again = false;
      if (this.listeners > 0) this.soon(again ? breathMs : lookAgainMs);
    }
  }

  private tell(): void {
    const waiting = this.waiting;
    this.waiting = new Set();
    for (const resolve of waiting) resolve();
  }
}
