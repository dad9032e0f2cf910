import type { Clock } from "../clock.ts";
import type { RecordRow } from "../store/record-rows.ts";
import type { Store } from "../store/store.ts";
import type { DataKeys } from "./data-keys.ts";
import { dataKeyKind, readWrapped } from "./key-record.ts";

/** How many key records are looked at with each retention. */
const perSweep = 200;
/** A key is written before its run: a young one without a run is left alone, in ms. */
const youngMs = 3_600_000;

/** Whether nothing of a run is left that a key would be for: all its generations were erased. */
export async function isErasedWhole(store: Store, namespace: string, runId: string): Promise<boolean> {
  const generations = await store.generations(namespace, runId);
  return generations.every(({ salt }) => salt === null);
}

/**
 * Destroys the keys of runs that are gone or erased, a part of them at each call: retention does not say which runs it removed, and
 * a process may have died between an erasure and the destruction of its keys. Kept holds keep the key of their run.
 */
export function destroyUnusedKeys(
  store: Store,
  keysIn: Store,
  keys: DataKeys,
  clock: Pick<Clock, "now">,
): (namespace: string) => Promise<void> {
  const reached = new Map<string, string>();
  return async (namespace) => {
    const now = clock.now();
    const after = reached.get(namespace);
    const page = await keysIn.records(namespace, dataKeyKind, { limit: perSweep, now, ...(after ? { after } : {}) });
    for (const row of page) {
      const { run } = readWrapped(row);
      if (run !== null && isOld(row, now) && !(await isNeeded(store, namespace, run)))
        await keys.destroyOne(namespace, run, row);
    }
    const last = page.at(-1);
    if (page.length === perSweep && last) reached.set(namespace, last.id);
    else reached.delete(namespace);
  };
}

const isOld = ({ createdAt }: RecordRow, now: number): boolean => now - createdAt >= youngMs;

async function isNeeded(store: Store, namespace: string, runId: string): Promise<boolean> {
  if ((await store.run(namespace, runId)) !== null) return !(await isErasedWhole(store, namespace, runId));
  const { items } = await store.holds(namespace, { runId }, { limit: 1, cursor: null });
  return items.length > 0;
}
