import { CorruptionError, InvalidStateError, NotFoundError } from "../errors.ts";
import { loadPayload } from "../journal/payload.ts";
import type { History, RunPk, RunRow, Store } from "../store/store.ts";

/** Puts the chunked payloads of a history together, so that reading it is synchronous from here on. */
export async function assemble(
  store: Pick<Store, "chunks">,
  namespace: string,
  pk: RunPk,
  history: History,
): Promise<History> {
  if (!history.entries.some((entry) => entry.payload?.ref) && !history.mail.some((mail) => mail.payload?.ref))
    return history;
  const known = new Map<string, Uint8Array | null>();
  const read = async (hashes: readonly Uint8Array[]): Promise<(Uint8Array | null)[]> => {
    const names = hashes.map((hash) => Buffer.from(hash).toString("base64"));
    const missing = hashes.filter((_, i) => !known.has(names[i] as string));
    const found = missing.length > 0 ? await store.chunks(namespace, pk, missing) : [];
    for (const [i, hash] of missing.entries()) known.set(Buffer.from(hash).toString("base64"), found[i] ?? null);
    return names.map((name) => known.get(name) ?? null);
  };
  const whole = async <T extends { payload: History["entries"][number]["payload"] }>(row: T): Promise<T> =>
    row.payload?.ref ? { ...row, payload: await loadPayload(row.payload, read) } : row;
  const entries = [];
  for (const entry of history.entries) entries.push(await whole(entry));
  const mail = [];
  for (const row of history.mail) mail.push(await whole(row));
  return { entries, mail };
}

/**
 * What it means that a run's record could not be read: it may have been erased or removed after its row was read. Gives back
 * the error that says so, or the one it was given.
 */
export async function whyUnreadable(
  { store, namespace }: { store: Pick<Store, "runByPk">; namespace: string },
  row: Pick<RunRow, "pk" | "id">,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof CorruptionError)) return error;
  const now = await store.runByPk(namespace, row.pk);
  if (now === null) return new NotFoundError("run", row.id);
  return now.salt === null ? erased(row.id) : error;
}

/** A run of which nothing can be done any more. */
export const erased = (id: string): InvalidStateError =>
  new InvalidStateError(`run ${id} was erased: there is nothing to go on from`);
