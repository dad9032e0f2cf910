import type { RunRow } from "../store/run-rows.ts";
import type { Store } from "../store/store.ts";
import type { ClaimRequest, ClaimResult } from "../store/worker-rows.ts";
import type { DataKeys } from "./data-keys.ts";

/** How long a run whose key cannot be had is left alone, in ms. */
const pauseMs = 5_000;

/**
 * Claims runs and has their keys at hand. A run whose key cannot be had now is given back at once and tried again after a
 * pause: nothing of it is lost, the others go on, and its note says which key it waits for.
 */
export async function claimWithKeys(
  store: Store,
  keys: DataKeys,
  namespace: string,
  request: ClaimRequest,
  seen: (row: RunRow) => Promise<RunRow>,
): Promise<ClaimResult> {
  const { runs, poisoned, nextWake } = await store.claim(namespace, request);
  const wakeAt = request.now + pauseMs;
  let waits = false;
  const withKey = async (row: RunRow): Promise<RunRow[]> => {
    try {
      await keys.current(namespace, row.id);
      return [await seen(row)];
    } catch (error) {
      waits = true;
      await giveBack(store, row, request.now, wakeAt, error instanceof Error ? error.message : String(error));
      return [];
    }
  };
  const claimed = (await Promise.all(runs.map(withKey))).flat();
  const held = (await Promise.all(poisoned.map(withKey))).flat();
  return { runs: claimed, poisoned: held, nextWake: waits ? Math.min(nextWake ?? wakeAt, wakeAt) : nextWake };
}

/** The note is no content: it names a key, which is all it can name. */
async function giveBack(store: Store, row: RunRow, at: number, wakeAt: number, note: string): Promise<void> {
  const { pk, epoch, seq, head } = row;
  const nothing = {
    entries: [],
    chunks: [],
    holds: [],
    closeHolds: [],
    reopenHolds: [],
    acceptHolds: [],
    children: [],
  };
  const then = { type: "park", status: "ready", wakeAt, waiting: null, note } as const;
  const rest = { stream: [], attributes: null, progress: null, version: null, phase: null, then, at };
  const operation = {
    type: "advance",
    pk,
    epoch,
    expectSeq: seq,
    previousHead: head,
    head,
    ...nothing,
    ...rest,
  } as const;
  // Mail that comes in between refuses it; then the worker notices that it owns a run it does not know.
  await store.commit(row.namespace, [operation]);
}
