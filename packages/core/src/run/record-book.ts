import type { Entry } from "../store/store.ts";
import { LateMap } from "./late-map.ts";
import type { Call } from "./operation.ts";

/** Everything recorded under one key. */
export interface KeyRecord {
  readonly key: string;
  /** One per attempt that announced itself (`once`, heartbeat), else at most one. */
  opens: readonly Entry[];
  /** The last heartbeat with details. */
  beat: Entry | null;
  attempts: readonly Entry[];
  settled: Entry | null;
  /** The call of this replay, from when the code reached it until its result was handed out. */
  call: Call | null;
  reached: boolean;
  readonly firstSeq: number;
  lastSeq: number;
  /** The code must still reach it. */
  required: boolean;
  /** Voided by a retry: as if it had never been. */
  gone: boolean;
}

const none: readonly Entry[] = [];

/** Stands for an empty record; never changed. */
const noRecords: never[] = [];

/**
 * The records of a run by key, made for the usual replay: the code reaches them in the order they were recorded in.
 *
 * A replay of 100,000 steps is then a walk along an array. The map from keys is only made when something is looked up out
 * of order (0.3 µs an entry, and most of the memory).
 */
export class RecordBook {
  /** In order of their first entry. */
  private order: KeyRecord[] = noRecords;
  /** All before it were reached, or need not be. */
  private cursor = 0;
  private byKey: Map<string, KeyRecord> | null = null;
  /** Records that get more entries: begun and not settled. */
  private readonly unsettled = new LateMap<string, KeyRecord>();
  /** How many the code must still reach. */
  ahead = 0;
  /** How many it may reach or not: memos, and those of closed branches. */
  private aside = 0;

  /** The record an entry belongs to; null when it is the first of its key. */
  recordOf(key: string, phase: string, renamed: boolean): KeyRecord | null {
    const begun = this.unsettled.get(key);
    if (begun) return begun;
    // Only a later round adds to what was settled.
    return renamed || phase.includes("~") ? (this.get(key) ?? null) : null;
  }

  add(key: string, firstSeq: number, required: boolean, call: Call | null): KeyRecord {
    const record: KeyRecord = {
      key,
      opens: none,
      beat: null,
      attempts: none,
      settled: null,
      call,
      reached: call !== null,
      firstSeq,
      lastSeq: firstSeq,
      required: required && call === null,
      gone: false,
    };
    if (record.required) this.ahead++;
    else if (!call) this.aside++;
    if (this.order === noRecords) this.order = [record];
    else this.order.push(record);
    this.byKey?.set(key, record);
    return record;
  }

  /** Notes that a record gets more entries, or that it has got its last. */
  awaitMore(record: KeyRecord, more: boolean): void {
    if (more) this.unsettled.set(record.key, record);
    else if (this.unsettled.size > 0) this.unsettled.delete(record.key);
  }

  get(key: string): KeyRecord | undefined {
    if (this.order.length === 0) return undefined;
    if (this.byKey === null) {
      this.byKey = new Map();
      for (const record of this.order) if (!record.gone) this.byKey.set(record.key, record);
    }
    return this.byKey.get(key);
  }

  /** The record the code reaches with a call it has not made before. */
  reach(call: Call): KeyRecord | null {
    const hint = this.order[this.cursor];
    if (hint === undefined && this.aside === 0) return null;
    const record = hint?.key === call.key && !hint.gone ? hint : this.get(call.key);
    if (!record) return null;
    record.call = call;
    record.reached = true;
    if (record.required) {
      record.required = false;
      this.ahead--;
    } else this.aside--;
    this.advance();
    return record;
  }

  private advance(): void {
    for (let next = this.order[this.cursor]; next && !next.required; next = this.order[this.cursor]) this.cursor++;
  }

  /** The code need not reach it any more, but may. */
  setAside(record: KeyRecord): void {
    if (!record.required) return;
    record.required = false;
    this.ahead--;
    this.aside++;
  }

  /** The code must reach it after all. */
  require(record: KeyRecord): void {
    if (record.required || record.reached || record.gone) return;
    record.required = true;
    this.ahead++;
    this.aside--;
  }

  remove(record: KeyRecord): void {
    this.setAside(record);
    if (!record.reached) this.aside--;
    record.gone = true;
    this.byKey?.delete(record.key);
    this.unsettled.delete(record.key);
  }

  /** Those the code must still reach, in the order they were recorded in. */
  *unreached(): IterableIterator<KeyRecord> {
    for (let i = this.cursor; i < this.order.length && this.ahead > 0; i++) {
      const record = this.order[i] as KeyRecord;
      if (record.required) yield record;
    }
  }

  *all(): IterableIterator<KeyRecord> {
    for (const record of this.order) if (!record.gone) yield record;
  }

  /** Its result was handed out: lets go of everything that would keep the call and its values in memory. */
  close(record: KeyRecord): void {
    record.call = null;
    record.settled = null;
    record.attempts = none;
  }

  /** Forgets what was recorded, but not that it was: the call starts afresh. */
  clear(record: KeyRecord): void {
    record.settled = null;
    record.attempts = none;
    record.opens = none;
    this.awaitMore(record, true);
  }
}

/** A list that usually stays empty or has one element. */
export function added(list: readonly Entry[], entry: Entry): readonly Entry[] {
  return list.length === 0 ? [entry] : [...list, entry];
}
