import type { Store } from "../store/store.ts";

/** An encrypted store as one sees it who compares what comes back with what was written: without the forms things have in it. */
export function plainView(store: Store): Store {
  const plain = { ...store } as unknown as Record<string, unknown>;
  for (const [name, method] of Object.entries(plain)) {
    if (typeof method !== "function" || name === "watch" || name === "claim") continue;
    plain[name] = async (...given: unknown[]) => withoutForms(await method(...given));
  }
  plain.claim = store.claim;
  return plain as unknown as Store;
}

function withoutForms(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutForms);
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value;
  const fields = Object.entries(value).filter(([name]) => name !== "sealed" && name !== "sealedEvidenceHash");
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutForms(field)]));
}

/** Rules that say something of the bytes as they are stored: links over plain ones, and the largest record to the byte. */
export const rulesOfPlainStores = [
  "hold: opens with everything a reviewer sees, and its first event",
  "hold: every event is linked to the one before, whatever wrote it",
  "records: what is too large or has no good name is refused alone, in a sentence",
];
