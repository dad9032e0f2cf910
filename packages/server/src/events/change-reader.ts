import type { ChangeHub } from "./change-hub.ts";
import { type ChangeLog, logged, lostChanges } from "./change-log.ts";
import { placeFrame } from "./frame.ts";
import type { ReaderGroup } from "./reader-group.ts";

/** So many changes go into one chunk at most. */
const chunkLength = 200;

/**
 * One who listens. It takes what the process has read for all; one that comes back from further behind, or is too slow to keep up, reads
 * from the store by itself until it has caught up. It takes a chunk at a time, when there is room for it: nothing is put by for it.
 */
export class ChangeReader implements AsyncIterator<Uint8Array> {
  private readonly hub: ChangeHub;
  private readonly log: ChangeLog;
  private readonly group: ReaderGroup;
  private readonly left: () => void;
  /** Where it is: the number of the next change in the log, or null while it reads by itself. */
  private n: number | null;
  private cursor: string;
  /** The first chunk tells where it begins, so that one who is cut off before the first change comes back to here. */
  private begun = false;
  private over = false;
  private wait: (() => void) | null = null;

  constructor(hub: ChangeHub, log: ChangeLog, group: ReaderGroup, cursor: string, left: () => void) {
    this.hub = hub;
    this.log = log;
    this.group = group;
    this.cursor = cursor;
    this.left = left;
    this.n = log.find(cursor);
  }

  /** Where it would go on if it were cut off now: told with a sign of life, as what does not fit is passed over in silence. */
  get place(): string {
    return this.n === this.log.end ? this.log.cursor : this.cursor;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.begun) {
      this.begun = true;
      return { done: false, value: placeFrame(this.cursor) };
    }
    while (!this.over) {
      const grown = this.hub.grown();
      this.wait = grown.stop;
      try {
        const chunk = this.n === null ? await this.own() : await this.shared(this.n);
        if (chunk === "nothing new") await grown.promise;
        else if (chunk !== null && !this.over) return { done: false, value: chunk };
      } finally {
        grown.stop();
      }
    }
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.over) {
      this.over = true;
      this.wait?.();
      this.left();
    }
    return { done: true, value: undefined };
  }

  /** From what was read for all. */
  private async shared(n: number): Promise<Uint8Array | "nothing new" | null> {
    const changes = this.log.from(n, chunkLength);
    if (changes === null) {
      // It was too slow, and reads on behind the last one it took.
      this.n = null;
      return null;
    }
    if (changes.length === 0) return "nothing new";
    const ready = this.group.ready(changes);
    if (ready !== null) await ready;
    this.n = n + changes.length;
    this.cursor = changes.at(-1)?.cursor ?? this.cursor;
    return this.group.sharedChunk(n, changes);
  }

  /** From the store, until the place it has come to is one that the process knows. */
  private async own(): Promise<Uint8Array | "nothing new" | null> {
    const { changes, cursor, lost } = await this.hub.page(this.cursor);
    const found = changes.map(logged);
    const ready = this.group.ready(found);
    if (ready !== null) await ready;
    const before = this.cursor;
    this.cursor = cursor;
    this.n = this.log.find(cursor);
    if (lost) return this.group.chunkOf([lostChanges(cursor, new Date())]);
    if (changes.length > 0) return this.group.chunkOf(found);
    return this.n === null && cursor === before ? "nothing new" : null;
  }
}
