import { CorruptionError } from "../errors.ts";
import { sha256 } from "../journal/sha256.ts";
import type { PutRecordOperation, RecordRow } from "../store/record-rows.ts";
import { type DataKey, dataKeyOf } from "./envelope.ts";
import type { Keyring } from "./keyring.ts";

/** Kind of the records that hold wrapped data keys. */
export const dataKeyKind = "dataKey";

/** Id of the record with the namespace's own key. */
export const namespaceRecord = "namespace";

/** A wrapped data key as its record says it. */
export interface WrappedKey {
  /** The run it belongs to; null for the namespace's own. */
  run: string | null;
  dataKey: string;
  /** Id of the key-encryption key. */
  keyId: string;
  /** In base64. */
  wrapped: string;
}

/** What the ids of a run's key records begin with. Run ids may be longer than a record's id. */
export const recordPrefix = (runId: string): string =>
  `${Buffer.from(sha256(Buffer.from(runId, "utf8"))).toString("hex")}.`;

/** The record of a data key, wrapped with the ring's current key: at once where the ring does it here. */
export function wrappedRecord(
  ring: Keyring,
  namespace: string,
  run: string | null,
  key: DataKey,
  at: number,
): PutRecordOperation | Promise<PutRecordOperation> {
  const { current } = ring;
  const wrapped = ring.wrap(key.secret, { namespace, run, dataKey: key.id });
  if (wrapped instanceof Uint8Array) return recordOf(run, key, current, wrapped, at);
  return wrapped.then((bytes) => recordOf(run, key, current, bytes, at));
}

function recordOf(
  run: string | null,
  key: DataKey,
  keyId: string,
  wrapped: Uint8Array,
  at: number,
): PutRecordOperation {
  const body: WrappedKey = { run, dataKey: key.id, keyId, wrapped: Buffer.from(wrapped).toString("base64") };
  const id = run === null ? namespaceRecord : recordPrefix(run) + key.id;
  return {
    type: "putRecord",
    kind: dataKeyKind,
    id,
    body: JSON.stringify(body),
    expiresAt: null,
    expected: "absent",
    at,
  };
}

export function readWrapped({ id, body }: Pick<RecordRow, "id" | "body">): WrappedKey {
  try {
    return JSON.parse(body) as WrappedKey;
  } catch {
    throw new CorruptionError(`the record of data key ${id} was changed: it is no JSON`);
  }
}

/** @throws StoreError the ring does not have the key it was wrapped with, or it is another one */
export async function unwrapped(ring: Keyring, namespace: string, given: WrappedKey): Promise<DataKey> {
  const { run, dataKey, keyId, wrapped } = given;
  const secret = await ring.unwrap(keyId, Buffer.from(wrapped, "base64"), { namespace, run, dataKey });
  return dataKeyOf(dataKey, Uint8Array.from(secret));
}

/** The same data key, wrapped with the ring's current key; refused when the record has changed meanwhile. */
export async function rewrapped(
  ring: Keyring,
  namespace: string,
  row: RecordRow,
  at: number,
): Promise<PutRecordOperation> {
  const { run } = readWrapped(row);
  const key = await unwrapped(ring, namespace, readWrapped(row));
  return { ...(await wrappedRecord(ring, namespace, run, key, at)), expected: row.revision };
}
