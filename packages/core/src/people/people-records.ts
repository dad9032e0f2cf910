import { ChangedError, StoreError } from "../errors.ts";
import { randomText } from "../run/random-supply.ts";
import type {
  DropRecordOperation,
  DropRecordResult,
  PutRecordOperation,
  PutRecordResult,
  RecordRow,
} from "../store/record-rows.ts";
import type { Refused, Store } from "../store/store.ts";

/** What is kept about people, each kind as records of its namespace. */
export type PeopleKind = "person" | "personGroup" | "substitution";

/** Where they are kept. */
export interface PeoplePlace {
  readonly store: Store;
  readonly namespace: string;
  /** Milliseconds since 1970. */
  now(): number;
  /** Before the first look: opens the store. */
  open(): Promise<void>;
}

/** Something kept, with the revision it was read at. */
export interface Kept<T> {
  id: string;
  value: T;
  revision: number;
}

/** One thing to write or to drop, where it is still what was expected. */
export interface PeopleChange<T = unknown> {
  kind: PeopleKind;
  id: string;
  /** Null drops it. */
  value: T | null;
  expected: number | "absent" | "any";
  /** From then on it is not there any more; null: until it is dropped. Milliseconds since 1970. */
  expiresAt?: number | null;
}

const pageSize = 500;
const versionKind = "directory";
const versionId = "version";

/**
 * Records about people. Whatever changes one of them raises the version of the directory in the same transaction: who has read before learns by one look at one record
 * whether that still holds, in every process.
 */
export class PeopleRecords {
  readonly place: PeoplePlace;

  constructor(place: PeoplePlace) {
    this.place = place;
  }

  /** Another one after every change; null before the first. */
  async version(): Promise<number | null> {
    const { store, namespace, now } = this.place;
    await this.place.open();
    return (await store.record(namespace, versionKind, versionId, now()))?.revision ?? null;
  }

  async read<T>(kind: PeopleKind, id: string): Promise<Kept<T> | null> {
    const { store, namespace, now } = this.place;
    await this.place.open();
    const row = await store.record(namespace, kind, id, now());
    return row && keptOf<T>(row);
  }

  /** All of a kind behind an id, in the order of their ids, a page at a time. */
  async *each<T>(kind: PeopleKind, after: string | null = null): AsyncGenerator<Kept<T>> {
    const { store, namespace, now } = this.place;
    await this.place.open();
    for (let last = after; ; ) {
      const page = { limit: pageSize, now: now(), ...(last === null ? {} : { after: last }) };
      const rows = await store.records(namespace, kind, page);
      for (const row of rows) yield keptOf<T>(row);
      last = rows.at(-1)?.id ?? null;
      if (rows.length < pageSize) return;
    }
  }

  /**
   * Writes in one transaction, each where it is what was expected. Gives the revision of the first, null where that was dropped.
   *
   * @throws ChangedError the first is not what was expected: `what` names it
   */
  async write(changes: readonly [PeopleChange, ...PeopleChange[]], what: string): Promise<number | null> {
    const { store, namespace, now } = this.place;
    await this.place.open();
    const at = now();
    const operations = changes.map((change) => operationOf(change, at));
    const version = { kind: versionKind, id: versionId, body: "{}", expiresAt: null, expected: "any", at } as const;
    const all: (PutRecordOperation | DropRecordOperation)[] = [...operations, { type: "putRecord", ...version }];
    const results: readonly (PutRecordResult | DropRecordResult | Refused)[] = await store.commit(namespace, all);
    const [result] = results;
    if (result === undefined || result.type === "refused")
      throw new StoreError(`${what} was not taken: ${result?.reason ?? "the store gave no answer"}`);
    if (result.type === "put") return result.revision;
    if (result.type === "dropped") return null;
    const [first] = operations;
    // After an answer that was lost, what stands there is what was written then.
    if (result.type === "changed" && first?.type === "putRecord" && result.record?.body === first.body)
      return result.record.revision;
    throw new ChangedError(what);
  }
}

/** What stands in the store: `write` is of that very write, so that of two who write the same each finds only their own. */
interface Body<T> {
  write: string;
  value: T;
}

const keptOf = <T>({ id, body, revision }: RecordRow): Kept<T> => ({
  id,
  value: (JSON.parse(body) as Body<T>).value,
  revision,
});

function operationOf(change: PeopleChange, at: number): PutRecordOperation | DropRecordOperation {
  const { kind, id, value, expected, expiresAt = null } = change;
  if (value !== null) {
    const body = JSON.stringify({ write: randomText(9, "base64url"), value } satisfies Body<unknown>);
    return { type: "putRecord", kind, id, body, expiresAt, expected, at };
  }
  return { type: "dropRecord", kind, id, expected: expected === "absent" ? "any" : expected, at };
}
