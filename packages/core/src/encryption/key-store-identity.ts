import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { InvalidStateError, StoreError } from "../errors.ts";
import type { Store } from "../store/store.ts";

/** Where an installation's own records are; no tenant's. */
const installation = "_installation";
const id = "identity";
/** Of the record in the data store: where its data keys are. */
const kindInData = "dataKeysIn";
/** Of the record in a key store: whose data keys they are. */
const kindInKeys = "dataKeysOf";

/** What the data store says of its keys: they are in it, or in the store of this identity. */
type Where = { in: "this store" } | { in: "key store"; identity: string };
/** What a key store says of itself. `bound` once the data store has been told. */
interface Whose {
  identity: string;
  bound: boolean;
}

/** The stores that are opened together, and the time. */
interface Pair {
  data: Store;
  keys: Store;
  clock: Pick<Clock, "now">;
}

/**
 * Makes sure that a data store is opened with its own keys: with another store's, everything would read as erased, and keys that others
 * need would be destroyed as unused. The first opening writes one identity down on both sides; nothing is written when they do not fit.
 *
 * @throws InvalidStateError they do not belong together
 */
export async function checkKeyStore(pair: Pair): Promise<void> {
  const { data, keys } = pair;
  const first = await read<Where>(pair, data, kindInData);
  if (data === keys) return keysInside(pair, first);
  const whose = await read<Whose>(pair, keys, kindInKeys);
  // Somebody else may have bound them between the two looks: the data store was told before the key store was.
  const where = first === null && whose?.bound ? await read<Where>(pair, data, kindInData) : first;
  if (where?.in === "this store")
    throw new InvalidStateError(`${data.name} keeps its data keys itself: open it without the option dataKeys`);
  const fits = where === null ? whose === null || !whose.bound : whose?.identity === where.identity;
  if (!fits) throw new InvalidStateError(sentence(pair, where, whose));
  if (!whose?.bound) await bind(pair, whose);
}

async function keysInside(pair: Pair, where: Where | null): Promise<void> {
  const { data } = pair;
  if (where?.in === "key store")
    throw new InvalidStateError(
      `the data keys of ${data.name} are in a store of their own: open it with encrypted(store, { keys, dataKeys }), dataKeys being that store`,
    );
  // Who may only read has nothing to say about where keys are kept.
  if (where === null) await write(pair, data, kindInData, { in: "this store" }, "absent").catch(() => {});
}

function sentence({ data, keys }: Pair, where: Where | null, whose: Whose | null): string {
  if (where === null)
    return `the key store ${keys.name} belongs to other data than ${data.name}: give data that was never encrypted with dataKeys a new, empty one`;
  const what = whose === null ? "holds no data keys of it" : "belongs to other data";
  return `the key store ${keys.name} ${what}: open ${data.name} with the dataKeys that it was encrypted with`;
}

/** In three steps, each of which may be the last one of a process that dies, or of which another process may have done some. */
async function bind(pair: Pair, whose: Whose | null): Promise<void> {
  const { data, keys } = pair;
  const made = { identity: whose?.identity ?? randomUUID(), bound: false };
  const said = await write<Whose>(pair, keys, kindInKeys, made, "absent");
  const where = await write<Where>(pair, data, kindInData, { in: "key store", identity: said.identity }, "absent");
  if (where.in !== "key store" || where.identity !== said.identity)
    throw new InvalidStateError(sentence(pair, where, said));
  if (!said.bound) await write(pair, keys, kindInKeys, { ...said, bound: true }, "any");
}

async function read<T>({ clock }: Pair, store: Store, kind: string): Promise<T | null> {
  const row = await store.record(installation, kind, id, clock.now());
  return row && (JSON.parse(row.body) as T);
}

/** Writes it, unless another has: then what they wrote is given back. */
async function write<T>({ clock }: Pair, store: Store, kind: string, said: T, expected: "absent" | "any"): Promise<T> {
  const body = JSON.stringify(said);
  const [result] = await store.commit(installation, [
    { type: "putRecord", kind, id, body, expiresAt: null, expected, at: clock.now() },
  ]);
  if (result.type === "put") return said;
  if (result.type === "changed" && result.record !== null) return JSON.parse(result.record.body) as T;
  throw new StoreError(`${store.name} did not take the identity of its data keys`);
}
