import { type ChangeFilter, fits, type TagsOf } from "./change-filter.ts";
import type { LoggedChange } from "./change-log.ts";
import { joined } from "./frame.ts";
import type { HoldTags } from "./hold-tags.ts";

/** How many chunks are kept: readers that keep up take the newest few. */
const keptChunks = 8;

/** All who read with the same filter: what fits is chosen and put together once for all of them. */
export class ReaderGroup {
  readers = 0;
  private readonly filter: ChangeFilter;
  private readonly tagsOf: TagsOf = (holdId) => this.tags.of(holdId);
  private readonly chunks = new Map<string, Uint8Array | null>();

  private readonly tags: HoldTags;

  constructor(filter: ChangeFilter, tags: HoldTags) {
    this.filter = filter;
    this.tags = tags;
  }

  /** Reads what the filter must know beside the changes; null when that is nothing, which is the rule. */
  ready(changes: readonly LoggedChange[]): Promise<void> | null {
    if (this.filter.tag === undefined) return null;
    return this.tags.read(changes.flatMap(({ change }) => change?.hold?.id ?? []));
  }

  /** Frames of the changes that fit, as one chunk; null when none does. That changes were lost, everybody is told. */
  chunkOf(changes: readonly LoggedChange[]): Uint8Array | null {
    const wanted = changes.filter(({ change }) => change === null || fits(change, this.filter, this.tagsOf));
    return wanted.length === 0 ? null : joined(wanted.map(({ frame }) => frame));
  }

  /** The same of a part of the log, which is made once. */
  sharedChunk(from: number, changes: readonly LoggedChange[]): Uint8Array | null {
    const key = `${from} ${changes.length}`;
    let chunk = this.chunks.get(key);
    if (chunk !== undefined) return chunk;
    chunk = this.chunkOf(changes);
    this.chunks.set(key, chunk);
    const [oldest] = this.chunks.keys();
    if (this.chunks.size > keptChunks && oldest !== undefined) this.chunks.delete(oldest);
    return chunk;
  }
}
