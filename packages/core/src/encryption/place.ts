import type { NewEntry, NewHoldEvent, NewMail } from "../store/store.ts";

/**
 * Where an encrypted value belongs. It is authenticated with the value, so that ciphertext opens nowhere else: not in another
 * namespace, run, entry or field. Numbers are given by the store after the value was written; an entry is named by its key
 * and phase, which are unique in a run, and the hash chain covers the order.
 */
const place = (...parts: (string | number | null)[]): string => JSON.stringify(parts);

/** A run of a namespace. */
export interface RunName {
  namespace: string;
  id: string;
}

export const entryPlace = (
  { namespace, id }: RunName,
  generation: number,
  { key, phase }: Pick<NewEntry, "key" | "phase">,
): string => place("entry", namespace, id, generation, key, phase);

/** The salt, of which every mail with a payload has its own, names the mail; it may move on to the next generation. */
export const mailPlace = ({ namespace, id }: RunName, { kind, key, dedupe, sender, salt }: NewMail): string =>
  place("mail", namespace, id, kind, key, dedupe, sender, salt && Buffer.from(salt).toString("hex"));

export const chunkPlace = ({ namespace, id }: RunName, address: Uint8Array): string =>
  place("chunk", namespace, id, Buffer.from(address).toString("hex"));

export const streamPlace = ({ namespace, id }: RunName): string => place("stream", namespace, id);

export const notePlace = ({ namespace, id }: RunName): string => place("note", namespace, id);

export const inputDigestPlace = ({ namespace, id }: RunName): string => place("input digest", namespace, id);

export const labelPlace = ({ namespace, id }: RunName, key: string, by: string | null): string =>
  place("label", namespace, id, key, by);

export const holdPlace = (
  { namespace, id }: RunName,
  key: string,
  field: "title" | "request" | "progress" | "decision" | "evidenceHash" | "actionHash",
): string => place("hold", namespace, id, key, field);

/** The salt goes with the data when a run is erased; what was shown then (its digest) stays, and is named without it. */
export const eventPlace = (
  { namespace, id }: RunName,
  { actor, action, at, salt }: NewHoldEvent,
  field: "data" | "evidenceHash",
): string => {
  const name = field === "data" && salt ? Buffer.from(salt).toString("hex") : null;
  return place("event", namespace, id, field, actor, action, at, name);
};

export const schedulePlace = (namespace: string, id: string, field: "input" | "state"): string =>
  place("schedule", namespace, id, field);

export const firingPlace = (namespace: string, schedule: string, key: string): string =>
  place("firing", namespace, schedule, key);

export const recordPlace = (namespace: string, kind: string, id: string): string =>
  place("record", namespace, kind, id);

export const cachePlace = (namespace: string, key: string): string => place("cache", namespace, key);
