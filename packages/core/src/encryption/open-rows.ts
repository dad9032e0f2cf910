import type { HoldEvent, HoldRow } from "../store/hold-rows.ts";
import type { History, StoredPayload } from "../store/journal-rows.ts";
import type { RecordRow } from "../store/record-rows.ts";
import type { RunRow, Tombstone } from "../store/run-rows.ts";
import type { FiringRow, ScheduleRow } from "../store/schedule-rows.ts";
import type { DataKeys } from "./data-keys.ts";
import { type DataKey, unseal } from "./envelope.ts";
import { dataKeyKind } from "./key-record.ts";
import * as place from "./place.ts";
import {
  chunkAddress,
  type FindKey,
  keyOfDigest,
  keyOfPayload,
  keyOfStreamValue,
  keyOfText,
  openDigest,
  openPayload,
  openStreamValue,
  openText,
} from "./sealed-values.ts";

/** Turns rows as they are stored into rows as they were written. What was never encrypted passes through. */
export class RowOpener {
  readonly #keys: DataKeys;

  constructor(keys: DataKeys) {
    this.#keys = keys;
  }

  async run<R extends RunRow | null>(row: R): Promise<R> {
    if (row === null) return row;
    const inputDigest = await this.#inputDigest(row.namespace, row);
    const keyId = keyOfText(row.note);
    if (keyId === null) return { ...row, inputDigest };
    const find = await this.#keys.find(row.namespace, row.id, [keyId]);
    return { ...row, inputDigest, note: openText(find, place.notePlace(row), row.note as string) };
  }

  /** The same for who is told that a start found it: what its note says is not worth failing for when its key cannot be had. */
  async found(row: RunRow): Promise<RunRow> {
    return this.run(row).catch(async (error: unknown) => {
      if (row.note === null) throw error;
      return this.run({ ...row, note: null });
    });
  }

  async tombstone(namespace: string, row: Tombstone | null): Promise<Tombstone | null> {
    return row && { ...row, inputDigest: await this.#inputDigest(namespace, row) };
  }

  async #inputDigest(namespace: string, { id, inputDigest }: Pick<RunRow, "id" | "inputDigest">): Promise<Uint8Array> {
    const find = await this.#ofNamespace(namespace, [keyOfDigest(inputDigest)]);
    return openDigest(find, place.inputDigestPlace({ namespace, id }), inputDigest);
  }

  async history(run: place.RunName, generation: number, { entries, mail }: History): Promise<History> {
    const ids = [...entries, ...mail].map(({ payload }) => keyOfPayload(payload));
    if (ids.every((id) => id === null)) return { entries, mail };
    const find = await this.#keys.find(run.namespace, run.id, ids);
    return {
      entries: entries.map((entry) => withPayload(find, entry, place.entryPlace(run, generation, entry))),
      mail: mail.map((one) => withPayload(find, one, place.mailPlace(run, one))),
    };
  }

  async stream(run: place.RunName, rows: readonly { n: number; bytes: Uint8Array }[]) {
    const ids = rows.map(({ bytes }) => keyOfStreamValue(bytes));
    const find = await this.#keys.find(run.namespace, run.id, ids);
    return rows.map(({ n, bytes }) => ({ n, bytes: openStreamValue(find, place.streamPlace(run), bytes) }));
  }

  async labels<L extends { key: string; label: string; by: string | null }>(run: place.RunName, rows: readonly L[]) {
    const ids = rows.map(({ label }) => keyOfText(label));
    const find = await this.#keys.find(run.namespace, run.id, ids);
    return rows.map((row) => ({ ...row, label: openText(find, place.labelPlace(run, row.key, row.by), row.label) }));
  }

  async hold<R extends HoldRow | null>(namespace: string, row: R): Promise<R> {
    if (row === null) return row;
    const run = { namespace, id: row.runId };
    const ids = [
      keyOfText(row.title),
      keyOfPayload(row.request),
      keyOfPayload(row.progress),
      keyOfPayload(row.decision),
      keyOfDigest(row.evidenceHash),
      keyOfDigest(row.actionHash),
    ];
    if (ids.every((id) => id === null)) return row;
    const find = await this.#keys.find(namespace, row.runId, ids);
    const at = (field: Parameters<typeof place.holdPlace>[2]): string => place.holdPlace(run, row.key, field);
    return {
      ...row,
      title: openText(find, at("title"), row.title),
      request: openPayload(find, at("request"), row.request),
      progress: row.progress && openPayload(find, at("progress"), row.progress),
      decision: row.decision && openPayload(find, at("decision"), row.decision),
      evidenceHash: openDigest(find, at("evidenceHash"), row.evidenceHash),
      actionHash: openDigest(find, at("actionHash"), row.actionHash),
    };
  }

  holds(namespace: string, rows: readonly HoldRow[]): Promise<HoldRow[]> {
    return Promise.all(rows.map((row) => this.hold(namespace, row)));
  }

  async events(run: place.RunName, events: readonly HoldEvent[]): Promise<HoldEvent[]> {
    const ids = events.flatMap(({ data, evidenceHash }) => [keyOfPayload(data), keyOfDigest(evidenceHash)]);
    const find = await this.#keys.find(run.namespace, run.id, ids);
    return events.map((event) => {
      const { data, evidenceHash } = event;
      const opened = { ...event, data: data && openPayload(find, place.eventPlace(run, event, "data"), data) };
      if (evidenceHash === null || keyOfDigest(evidenceHash) === null) return opened;
      const evidence = openDigest(find, place.eventPlace(run, event, "evidenceHash"), evidenceHash);
      return { ...opened, evidenceHash: evidence, sealedEvidenceHash: evidenceHash };
    });
  }

  async schedule<R extends ScheduleRow | null>(namespace: string, row: R): Promise<R> {
    if (row === null) return row;
    const find = await this.#ofNamespace(namespace, [keyOfPayload(row.input), keyOfText(row.state)]);
    const { id, input, state } = row;
    return {
      ...row,
      input: input && openPayload(find, place.schedulePlace(namespace, id, "input"), input),
      state: openText(find, place.schedulePlace(namespace, id, "state"), state),
    };
  }

  schedules(namespace: string, rows: readonly ScheduleRow[]): Promise<ScheduleRow[]> {
    return Promise.all(rows.map((row) => this.schedule(namespace, row)));
  }

  async firings(namespace: string, schedule: string, rows: readonly FiringRow[]): Promise<FiringRow[]> {
    const find = await this.#ofNamespace(
      namespace,
      rows.map(({ note }) => keyOfText(note)),
    );
    return rows.map((row) => ({
      ...row,
      note: row.note && openText(find, place.firingPlace(namespace, schedule, row.key), row.note),
    }));
  }

  async record<R extends RecordRow | null>(namespace: string, row: R): Promise<R> {
    if (row === null || row.kind === dataKeyKind) return row;
    const find = await this.#ofNamespace(namespace, [keyOfText(row.body)]);
    return { ...row, body: openText(find, place.recordPlace(namespace, row.kind, row.id), row.body) };
  }

  async cached(namespace: string, key: string, stored: StoredPayload | null): Promise<StoredPayload | null> {
    const keyId = keyOfPayload(stored);
    if (stored === null || keyId === null) return stored;
    const find = await this.#ofNamespace(namespace, [keyId]);
    const { codec, bytes, ref } = openPayload(find, place.cachePlace(namespace, key), stored);
    // It goes on into the journals of other runs, and is encrypted there with their keys.
    return { codec, bytes, ref };
  }

  /** Chunks by the plain hashes that payloads list: each key of the run has addresses of its own; the oldest ones are plain. */
  async chunks(
    run: place.RunName,
    hashes: readonly Uint8Array[],
    read: (addresses: readonly Uint8Array[]) => Promise<(Uint8Array | null)[]>,
  ): Promise<(Uint8Array | null)[]> {
    const found: (Uint8Array | null)[] = hashes.map(() => null);
    for (const key of [...(await this.#keys.all(run.namespace, run.id)), null]) {
      const missing = [...found.keys()].filter((index) => found[index] === null);
      if (missing.length === 0) break;
      const addresses = missing.map((index) => addressOf(key, hashes[index] as Uint8Array));
      const stored = await read(addresses);
      for (const [at, index] of missing.entries()) {
        const bytes = stored[at] ?? null;
        const where = place.chunkPlace(run, addresses[at] as Uint8Array);
        found[index] = bytes && key ? unseal(key, where, bytes) : bytes;
      }
    }
    return found;
  }

  async #ofNamespace(namespace: string, ids: readonly (string | null)[]): Promise<FindKey> {
    if (ids.every((id) => id === null)) return () => null;
    const key = await this.#keys.ofNamespace(namespace);
    return (id) => (id === key.id ? key : null);
  }
}

function withPayload<R extends { payload: StoredPayload | null }>(find: FindKey, row: R, where: string): R {
  if (keyOfPayload(row.payload) === null) return row;
  return { ...row, payload: openPayload(find, where, row.payload as StoredPayload) };
}

const addressOf = (key: DataKey | null, hash: Uint8Array): Uint8Array => (key ? chunkAddress(key, hash) : hash);
