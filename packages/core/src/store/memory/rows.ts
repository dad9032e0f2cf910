import { bornRow } from "../born-row.ts";
import type {
  Entry,
  HoldEvent,
  HoldRow,
  Mail,
  Millis,
  NewEntry,
  NewMail,
  NewRun,
  RunPk,
  RunRow,
  WorkerRow,
} from "../store.ts";
import type { HeapNode } from "./indexed-heap.ts";

/** A hold as the memory store keeps it. */
export interface MemoryHold {
  row: HoldRow;
  /** Increasing number, for stable pages. */
  pk: number;
  events: HoldEvent[];
  due: HeapNode<MemoryHold> | null;
}

/** What the memory store keeps of one generation of a run. Rare parts are null until they are needed. */
export interface MemoryRun {
  row: RunRow;
  entries: Entry[];
  mail: Mail[];
  /** Number of the mail with this `dedupe`. */
  dedupe: Map<string, number> | null;
  chunks: Map<string, Uint8Array> | null;
  stream: Uint8Array[] | null;
  labels: Map<string, { key: string; label: string; by: string | null; at: Millis }> | null;
  holds: Map<string, MemoryHold> | null;
  children: RunPk[] | null;
  /** The generation before, and the next one once there is one. */
  previous: MemoryRun | null;
  nextPk: RunPk | null;
  /** Who had it last; gets the head start. A worker that went and registered anew is another one. */
  lastOwner: WorkerRow | null;
  /** Claimed since it last became unfinished: occupies a slot of its concurrency key. */
  keyHeld: boolean;
  /** Ready, but only from `readyAt` on. */
  delayed: boolean;
  /** Where it stands among the ready ones of its lane. */
  ready: HeapNode<MemoryRun> | null;
  /** Where it stands among those that wake by the clock. */
  wake: HeapNode<MemoryRun> | null;
}

export function newMemoryRun(namespace: string, pk: RunPk, generation: number, run: NewRun): MemoryRun {
  return {
    row: bornRow(namespace, pk, generation, run),
    entries: [],
    mail: [],
    dedupe: null,
    chunks: null,
    stream: null,
    labels: null,
    holds: null,
    children: null,
    previous: null,
    nextPk: null,
    lastOwner: null,
    keyHeld: false,
    delayed: run.readyAt > run.createdAt,
    ready: null,
    wake: null,
  };
}

/** The row as a caller may keep it: later changes in the store do not reach it. */
export function runRow(run: MemoryRun): RunRow {
  return { ...run.row, attributes: { ...run.row.attributes } };
}

export function holdRow(hold: MemoryHold): HoldRow {
  return { ...hold.row };
}

// Written out field by field: four times as fast as a spread, and this is what a step costs.
export function recordedEntry(entry: NewEntry, seq: number): Entry {
  return {
    seq,
    key: entry.key,
    phase: entry.phase,
    kind: entry.kind,
    outcome: entry.outcome,
    payload: entry.payload,
    startedAt: entry.startedAt,
    endedAt: entry.endedAt,
    attempt: entry.attempt,
    measures: entry.measures,
    mailSeen: entry.mailSeen,
    hash: entry.hash,
  };
}

export function deliveredMail(mail: NewMail, n: number): Mail {
  return {
    n,
    kind: mail.kind,
    key: mail.key,
    dedupe: mail.dedupe,
    outcome: mail.outcome,
    payload: mail.payload,
    sender: mail.sender,
    at: mail.at,
    salt: mail.salt,
  };
}

/** Index of the first element whose number is above `after`; both lists are sorted by number. */
export function firstAfter<T>(list: readonly T[], after: number, numberOf: (item: T) => number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = list[middle];
    if (item !== undefined && numberOf(item) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
