import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { TraceEvent } from "./trace.ts";

/** What a disk writes whole or not at all. SQLite counts on no more (its "powersafe overwrite"). */
const sector = 512;

type Change = { offset: number; bytes: Buffer } | { size: number };

interface DiskFile {
  /** What would be there after a power cut. */
  synced: Buffer;
  /** What may be there or not, whole or in part. */
  unsynced: Change[];
}

/**
 * What is on a disk while a traced program runs: what it synced, and what it wrote since. Names (a file made or
 * removed) are durable with the next sync of anything, as on a file system with a journal.
 */
export class Disk {
  readonly #files = new Map<string, DiskFile>();
  #removed: { path: string; file: DiskFile } | null = null;

  apply(event: TraceEvent): void {
    switch (event.type) {
      case "said":
        return;
      case "write":
      case "truncate":
        this.#file(event.path).unsynced.push(event);
        return;
      case "unlink":
        this.#removed = { path: event.path, file: this.#file(event.path) };
        this.#files.delete(event.path);
        return;
      case "sync": {
        this.#removed = null;
        const file = this.#files.get(event.path);
        if (file === undefined) return;
        for (const change of file.unsynced) file.synced = changed(file.synced, change);
        file.unsynced = [];
      }
    }
  }

  /** How many writes to a file a power cut could undo. */
  unsynced(path: string): number {
    return this.#files.get(path)?.unsynced.length ?? 0;
  }

  /** Whether a power cut now would leave these bytes somewhere. */
  holds(bytes: Buffer): boolean {
    return [...this.#files.values()].some(({ synced }) => synced.includes(bytes));
  }

  /** Cuts the power, and writes what is left into a directory. */
  cutPower(directory: string, random: () => number): void {
    mkdirSync(directory, { recursive: true });
    const files = new Map(this.#files);
    if (this.#removed !== null && !files.has(this.#removed.path) && random() < 0.5) {
      files.set(this.#removed.path, this.#removed.file);
    }
    for (const [path, { synced, unsynced }] of files) {
      let left = synced;
      const fate = fates[Math.floor(random() * fates.length)] ?? nothing;
      unsynced.forEach((change, i) => {
        for (const part of fate(change, i / unsynced.length, random)) left = changed(left, part);
      });
      writeFileSync(join(directory, basename(path)), left);
    }
  }

  #file(path: string): DiskFile {
    let file = this.#files.get(path);
    if (file === undefined) this.#files.set(path, (file = { synced: Buffer.alloc(0), unsynced: [] }));
    return file;
  }
}

/** What of an unsynced change reaches the disk: `place` is 0 for the oldest, towards 1 for the newest. */
type Fate = (change: Change, place: number, random: () => number) => Change[];
const nothing: Fate = () => [];
const fates: Fate[] = [
  nothing,
  // The older half.
  (change, place) => (place < 0.5 ? [change] : []),
  // Any of them, in any selection: a disk writes in the order it likes.
  (change, _place, random) => (random() < 0.5 ? [change] : []),
  // Any sectors of any of them.
  (change, _place, random) => {
    if ("size" in change) return random() < 0.5 ? [change] : [];
    const parts: Change[] = [];
    for (let at = 0; at < change.bytes.length; at += sector) {
      if (random() < 0.5) parts.push({ offset: change.offset + at, bytes: change.bytes.subarray(at, at + sector) });
    }
    return parts;
  },
];

function changed(file: Buffer, change: Change): Buffer {
  if ("size" in change) return resized(file, change.size);
  const end = change.offset + change.bytes.length;
  const result = end > file.length ? resized(file, end) : Buffer.from(file);
  change.bytes.copy(result, change.offset);
  return result;
}

function resized(file: Buffer, size: number): Buffer {
  const result = Buffer.alloc(size);
  file.copy(result, 0, 0, Math.min(size, file.length));
  return result;
}
