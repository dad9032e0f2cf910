import { client } from "../../../data/client.ts";
import { live } from "../../../data/live.ts";
import { RowBook } from "./row-book.ts";

/** How a screen sees the feed; `revision` is raised by everything that came. */
export interface JournalState {
  book: RowBook;
  revision: number;
  /** Everything that was there when it was opened has come. */
  loaded: boolean;
  error: Error | null;
}

/**
 * What comes is gathered for so long before it is drawn, in ms. The first of it is drawn nearly at once; while much comes, as at the beginning
 * of a long journal, each drawing waits twice as long as the one before it, so that most of the time is left for reading.
 */
const gatherMs = 120;
const firstGatherMs = 15;
const longestGatherMs = 1000;
/** So many events between two drawings are much. */
const much = 500;

/**
 * The journal of one generation of a run, from its beginning on and then as it grows. One stream; after it broke, or after its tab was
 * hidden, it goes on behind the last event that was seen. A run that has ended has no stream any more, until something happens to it.
 */
export class JournalFeed {
  private book = new RowBook();
  private state: JournalState = { book: this.book, revision: 0, loaded: false, error: null };
  private readonly watchers = new Set<() => void>();
  private readonly run: string;
  private readonly part: number;
  private stopping: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last: string;
  private following = false;
  /** How many events there were when the last but one drawing was put off, and for how long that was. */
  private drawn = 0;
  private wait = gatherMs;

  constructor(run: string, part: number) {
    this.run = run;
    this.part = part;
    this.last = `${part}.0`;
  }

  readonly snapshot = (): JournalState => this.state;

  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Follows until what it gives is called. */
  start(): () => void {
    const seen = (): void => (document.visibilityState === "hidden" ? this.pause() : this.follow());
    const stopListening = live.listen((event) => {
      // The connection was gone for a while: the stream of this run may be dead without knowing.
      if (event.type === "opened" || event.type === "lost") this.restart();
      else if ("run" in event && event.run.id === this.run) this.follow();
    });
    let connection = live.snapshot().connection;
    const stopWatching = live.watch(() => {
      const now = live.snapshot().connection;
      if (now === "open" && connection === "lost") this.restart();
      connection = now;
    });
    document.addEventListener("visibilitychange", seen);
    this.follow();
    return () => {
      document.removeEventListener("visibilitychange", seen);
      stopListening();
      stopWatching();
      this.pause();
      clearTimeout(this.timer);
      this.timer = undefined;
    };
  }

  private restart(): void {
    this.pause();
    this.follow();
  }

  private pause(): void {
    this.stopping?.abort();
    this.stopping = null;
    this.following = false;
  }

  private follow(): void {
    if (this.following || document.visibilityState === "hidden") return;
    this.following = true;
    const stopping = new AbortController();
    this.stopping = stopping;
    void this.read(stopping.signal).finally(() => {
      if (this.stopping !== stopping) return;
      this.following = false;
      this.changed({ loaded: true });
    });
  }

  private async read(signal: AbortSignal): Promise<void> {
    try {
      for await (const event of client.runs.events({ run: this.run, after: this.last }, { signal })) {
        if (signal.aborted || event.generation !== this.part) return;
        this.last = `${event.generation}.${event.seq}`;
        this.book.add(event);
        this.timer ??= setTimeout(() => this.changed({ loaded: true, error: null }), this.gather());
      }
    } catch (error) {
      if (!signal.aborted) this.changed({ error: error as Error });
    }
  }

  /** How long what comes now is gathered. */
  private gather(): number {
    if (this.state.revision === 0) return firstGatherMs;
    const came = this.book.events.length - this.drawn;
    this.wait = came > much ? Math.min(2 * this.wait, longestGatherMs) : gatherMs;
    this.drawn = this.book.events.length;
    return this.wait;
  }

  private changed(change: Partial<JournalState>): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.state = { ...this.state, ...change, revision: this.state.revision + 1 };
    for (const watcher of this.watchers) watcher();
  }
}
