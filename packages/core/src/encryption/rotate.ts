import { systemClock } from "../clock.ts";
import { InvalidStateError } from "../errors.ts";
import type { RecordRow } from "../store/record-rows.ts";
import type { Store } from "../store/store.ts";
import type { EncryptedStore } from "./encrypted-store.ts";
import { dataKeyKind, readWrapped, rewrapped } from "./key-record.ts";

/** Which keys the data keys of a namespace are wrapped with. */
export interface EncryptionStatus {
  namespace: string;
  /** Id of the key that new data keys are wrapped with. */
  current: string;
  /** How many data keys there are: one for each run, and the namespace's own. */
  dataKeys: number;
  /** How many of them are wrapped with which key. One that wraps none is not needed any more. */
  wrappedWith: Record<string, number>;
}

/** What a rotation did. */
export interface RotationReport {
  /** Wrapped with the current key now. */
  rewrapped: number;
  /** Were already. */
  current: number;
}

/** How a rotation goes about it. */
export interface RotationOptions {
  /** How many data keys are rewrapped in one transaction. Default 100. */
  batch?: number;
  /** Told after each of them. */
  progress?(report: RotationReport): void;
}

/**
 * Whether a store is encrypted, and with which keys.
 *
 * @throws InvalidStateError it is not encrypted
 */
export async function encryptionStatus(store: Store, namespace: string): Promise<EncryptionStatus> {
  const { dataKeys, ringOf } = encryptionOf(store);
  const status: EncryptionStatus = { namespace, current: ringOf(namespace).current, dataKeys: 0, wrappedWith: {} };
  for await (const page of pagesOf(dataKeys, namespace, 1000)) {
    for (const row of page) {
      const { keyId } = readWrapped(row);
      status.dataKeys++;
      status.wrappedWith[keyId] = (status.wrappedWith[keyId] ?? 0) + 1;
    }
  }
  return status;
}

/**
 * Wraps every data key of a namespace with the ring's current key. No value is encrypted anew: a data key stays what it is. May be
 * stopped at any point and called again, while everything is running: what is done is passed over.
 *
 * @example
 * const { rewrapped } = await rotateEncryption(store, "default");
 *
 * @throws InvalidStateError the store is not encrypted
 * @throws StoreError a key that some are wrapped with is missing or wrong; the sentence names it
 */
export async function rotateEncryption(
  store: Store,
  namespace: string,
  { batch = 100, progress }: RotationOptions = {},
): Promise<RotationReport> {
  const { dataKeys, ringOf } = encryptionOf(store);
  const ring = ringOf(namespace);
  const report: RotationReport = { rewrapped: 0, current: 0 };
  for await (const page of pagesOf(dataKeys, namespace, batch)) {
    const old = page.filter((row) => readWrapped(row).keyId !== ring.current);
    const changes = await Promise.all(old.map((row) => rewrapped(ring, namespace, row, systemClock.now())));
    const results = changes.length > 0 ? await dataKeys.commit(namespace, changes) : [];
    // One that changed meanwhile was destroyed, or rewrapped by somebody else.
    report.rewrapped += results.filter((result) => result.type === "put").length;
    report.current += page.length - old.length;
    progress?.({ ...report });
  }
  return report;
}

function encryptionOf(store: Store): EncryptedStore["encryption"] {
  if ("encryption" in store) return (store as EncryptedStore).encryption;
  throw new InvalidStateError(
    "the store is not encrypted: open it with encrypted(store, { keys }), or give the command HOLDPOINT_ENCRYPTION_KEYS",
  );
}

async function* pagesOf(store: Store, namespace: string, limit: number): AsyncGenerator<RecordRow[]> {
  for (let after: string | undefined; ; ) {
    const page = await store.records(namespace, dataKeyKind, {
      limit,
      now: systemClock.now(),
      ...(after ? { after } : {}),
    });
    if (page.length > 0) yield page;
    if (page.length < limit) return;
    after = page.at(-1)?.id;
  }
}
