import type { Clock } from "../clock.ts";
import { StoreError } from "../errors.ts";
import type { OperationResult } from "../store/operations.ts";
import type { PutRecordOperation, RecordRow } from "../store/record-rows.ts";
import type { Store } from "../store/store.ts";
import { type DataKey, freshDataKey } from "./envelope.ts";
import { dataKeyKind, namespaceRecord, readWrapped, recordPrefix, unwrapped, wrappedRecord } from "./key-record.ts";
import type { Keyring } from "./keyring.ts";

/** Finds a key that was looked for before; null when it was destroyed. */
export type KeyFinder = (keyId: string) => DataKey | null;

/** The keys of one run as far as this process knows them. */
interface RunKeys {
  known: Map<string, DataKey>;
  /** What new values are encrypted with; null until it was looked for. */
  current: DataKey | null;
  readAt: number;
}

const pageSize = 500;
/** How many runs' keys stay at hand. */
const mostRuns = 20_000;
/** A key that could not be read again is used on for so long before it is asked for once more, in ms. */
const askAgainMs = 5_000;

/** The data keys of a store: wrapped in its records, unwrapped in memory for a time. */
export class DataKeys {
  readonly #store: Store;
  readonly #ringOf: (namespace: string) => Keyring;
  readonly #cacheMs: number;
  readonly #now: () => number;
  readonly #runs = new Map<string, RunKeys>();
  readonly #reading = new Map<string, Promise<RunKeys>>();
  readonly #namespaces = new Map<string, Promise<DataKey>>();
  /** Namespaces whose key is at hand. */
  readonly #open = new Set<string>();
  /** The records of keys that are not in the store yet: a start that is repeated does not ask the key service again. */
  readonly #wrapped = new WeakMap<DataKey, PutRecordOperation>();

  constructor(store: Store, ringOf: (namespace: string) => Keyring, cacheMs: number, clock: Pick<Clock, "now">) {
    this.#store = store;
    this.#ringOf = ringOf;
    this.#cacheMs = cacheMs;
    this.#now = () => clock.now();
  }

  /** The key that a run's new values are encrypted with. A run from before encryption gets one now. */
  async current(namespace: string, runId: string): Promise<DataKey> {
    const cached = this.#fresh(namespace, runId)?.current;
    if (cached) return cached;
    const held = this.held(namespace, runId);
    const read = await this.#read(namespace, runId).catch((error: unknown) => {
      // While the key service is away, a run goes on with the key that is at hand, and is not held up at every write.
      if (held === null) throw error;
      const keys = this.#runs.get(nameOf(namespace, runId));
      if (keys) keys.readAt = this.#now() - this.#cacheMs + Math.min(askAgainMs, this.#cacheMs);
      return { current: held };
    });
    if (read.current) return read.current;
    const key = freshDataKey();
    await this.put(namespace, await this.records(namespace, [{ run: runId, key }]));
    this.learn(namespace, runId, key);
    return key;
  }

  /** The same for who has made sure that it is at hand. */
  held(namespace: string, runId: string): DataKey | null {
    return this.#runs.get(nameOf(namespace, runId))?.current ?? null;
  }

  /** Null when the key for a run's new values is at hand; otherwise resolves once it is. */
  wait(namespace: string, runId: string): Promise<DataKey> | null {
    return this.#fresh(namespace, runId)?.current ? null : this.current(namespace, runId);
  }

  /** The same of the namespace's own key. */
  waitForNamespace(namespace: string): Promise<DataKey> | null {
    return this.#open.has(namespace) ? null : this.ofNamespace(namespace);
  }

  /** Wraps the key of a run that is about to be made; null when that is done. */
  wrap(namespace: string, run: string, key: DataKey): Promise<void> | null {
    if (this.#wrapped.has(key)) return null;
    const keep = (record: PutRecordOperation): void => void this.#wrapped.set(key, record);
    try {
      const record = wrappedRecord(this.#ringOf(namespace), namespace, run, key, this.#now());
      if (record instanceof Promise) return record.then(keep);
      keep(record);
      return null;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Looks for the keys with these ids. */
  async find(namespace: string, runId: string, ids: Iterable<string | null>): Promise<KeyFinder> {
    const wanted = new Set<string>();
    for (const id of ids) if (id !== null) wanted.add(id);
    if (wanted.size === 0) return nothing;
    let keys = this.#fresh(namespace, runId);
    for (const id of wanted) {
      if (keys?.known.has(id)) continue;
      keys = await this.#read(namespace, runId);
      break;
    }
    const { known } = keys as RunKeys;
    return (id) => known.get(id) ?? null;
  }

  /** All keys of a run. */
  async all(namespace: string, runId: string): Promise<DataKey[]> {
    const { known } = this.#fresh(namespace, runId) ?? (await this.#read(namespace, runId));
    return [...known.values()];
  }

  /** The namespace's own key, for what belongs to no run. */
  async ofNamespace(namespace: string): Promise<DataKey> {
    let key = this.#namespaces.get(namespace);
    if (!key) {
      key = this.#readNamespace(namespace);
      this.#namespaces.set(namespace, key);
      key.then(
        () => this.#open.add(namespace),
        () => this.#namespaces.delete(namespace),
      );
    }
    return key;
  }

  /** A key that is in the store now. */
  learn(namespace: string, runId: string, key: DataKey): void {
    const keys = this.#runs.get(nameOf(namespace, runId));
    this.#keep(namespace, runId, {
      known: new Map(keys?.known).set(key.id, key),
      current: keys?.current ?? key,
      readAt: keys?.readAt ?? this.#now(),
    });
  }

  /** The records that new keys are kept in, wrapped. */
  async records(namespace: string, born: readonly { run: string; key: DataKey }[]): Promise<PutRecordOperation[]> {
    await Promise.all(born.map(({ run, key }) => this.wrap(namespace, run, key)));
    return born.map(({ key }) => this.#wrapped.get(key) as PutRecordOperation);
  }

  /** Writes them, where they cannot ride along with what they are for. */
  async put(namespace: string, records: readonly PutRecordOperation[]): Promise<void> {
    if (records.length === 0) return;
    checkTaken(await this.#store.commit(namespace, records));
  }

  /** Destroys the keys of a run: nothing that was encrypted with them can be read again, here or in any copy. */
  async destroy(namespace: string, runId: string): Promise<void> {
    const rows = await this.#rows(namespace, runId);
    const drops = rows.map(
      ({ kind, id }) => ({ type: "dropRecord", kind, id, expected: "any", at: this.#now() }) as const,
    );
    if (drops.length > 0) await this.#store.commit(namespace, drops);
    this.#runs.delete(nameOf(namespace, runId));
  }

  /** Destroys one key as it was read, and no other: a run of the same id may begin in this moment. */
  async destroyOne(namespace: string, runId: string, { kind, id, revision }: RecordRow): Promise<void> {
    const at = this.#now();
    await this.#store.commit(namespace, [{ type: "dropRecord", kind, id, expected: revision, at }]);
    this.#runs.delete(nameOf(namespace, runId));
  }

  /** All of a run: every start that found its id taken has left one. */
  async #rows(namespace: string, runId: string): Promise<RecordRow[]> {
    const all: RecordRow[] = [];
    for (let after: string | undefined; ; ) {
      const page = { prefix: recordPrefix(runId), limit: pageSize, now: this.#now() };
      const rows = await this.#store.records(namespace, dataKeyKind, after === undefined ? page : { ...page, after });
      all.push(...rows);
      after = rows.at(-1)?.id;
      if (rows.length < pageSize) return all;
    }
  }

  #fresh(namespace: string, runId: string): RunKeys | undefined {
    const keys = this.#runs.get(nameOf(namespace, runId));
    return keys && this.#now() - keys.readAt < this.#cacheMs ? keys : undefined;
  }

  #read(namespace: string, runId: string): Promise<RunKeys> {
    const name = nameOf(namespace, runId);
    let reading = this.#reading.get(name);
    if (!reading) {
      reading = this.#readRun(namespace, runId).finally(() => this.#reading.delete(name));
      this.#reading.set(name, reading);
    }
    return reading;
  }

  async #readRun(namespace: string, runId: string): Promise<RunKeys> {
    const before = this.#runs.get(nameOf(namespace, runId));
    const rows = await this.#rows(namespace, runId);
    rows.sort((a, b) => a.createdAt - b.createdAt);
    const ring = this.#ringOf(namespace);
    const keys = await Promise.all(rows.map((row) => unwrapped(ring, namespace, readWrapped(row))));
    const read = {
      known: new Map(keys.map((key) => [key.id, key])),
      current: keys.at(-1) ?? null,
      readAt: this.#now(),
    };
    const meanwhile = this.#runs.get(nameOf(namespace, runId));
    if (meanwhile && meanwhile !== before) {
      for (const [id, key] of meanwhile.known) read.known.set(id, key);
      read.current ??= meanwhile.current;
    }
    this.#keep(namespace, runId, read);
    return read;
  }

  #keep(namespace: string, runId: string, keys: RunKeys): void {
    const name = nameOf(namespace, runId);
    this.#runs.delete(name);
    this.#runs.set(name, keys);
    if (this.#runs.size <= mostRuns) return;
    const [oldest] = this.#runs.keys();
    if (oldest !== undefined) this.#runs.delete(oldest);
  }

  async #readNamespace(namespace: string): Promise<DataKey> {
    const ring = this.#ringOf(namespace);
    const read = async (): Promise<DataKey | null> => {
      const row = await this.#store.record(namespace, dataKeyKind, namespaceRecord, this.#now());
      return row && unwrapped(ring, namespace, readWrapped(row));
    };
    const known = await read();
    if (known) return known;
    await this.put(namespace, [await wrappedRecord(ring, namespace, null, freshDataKey(), this.#now())]);
    // Another process may have made one at the same time: the first one counts.
    return (await read()) as DataKey;
  }
}

/** @throws StoreError a key was not kept: what was encrypted with it could not be read again */
export function checkTaken(results: readonly OperationResult[]): void {
  for (const result of results)
    if (result.type === "refused") throw new StoreError(`the store did not take a data key: ${result.reason}`);
}

const nothing: KeyFinder = () => null;
const nameOf = (namespace: string, runId: string): string => `${namespace}\0${runId}`;
