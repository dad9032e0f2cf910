import type { Clock } from "../clock.ts";
import { StoreError } from "../errors.ts";
import type { AdvanceOperation } from "../store/operations.ts";
import type { RunRow } from "../store/run-rows.ts";
import type { Store } from "../store/store.ts";
import type { ClaimRequest, ClaimResult } from "../store/worker-rows.ts";
import type { DataKeys } from "./data-keys.ts";

/** How long a run whose key cannot be had is left alone, in ms. */
const pauseMs = 5_000;
/** So long the others of a claim wait for a key: what comes later is at hand the next time. In ms. */
const patienceMs = 1_000;
/** Mail may come in between as often as this while a claim is given back. */
const mostTries = 10;

/** What runs are claimed with. */
interface Claiming {
  store: Store;
  keys: DataKeys;
  clock: Pick<Clock, "timer">;
  seen(row: RunRow): Promise<RunRow>;
}

/**
 * Claims runs and has their keys at hand. A run whose key cannot be had now is given back at once and tried again after a
 * pause: nothing of it is lost, the others go on, and its note says which key it waits for.
 */
export async function claimWithKeys(
  claiming: Claiming,
  namespace: string,
  request: ClaimRequest,
): Promise<ClaimResult> {
  const { store, keys, seen } = claiming;
  const { runs, poisoned, nextWake, left: leftBelow = false } = await store.claim(namespace, request);
  const wakeAt = request.now + pauseMs;
  let waits = false;
  let left = leftBelow;
  const withKey = async (row: RunRow): Promise<RunRow[]> => {
    try {
      const key = keys.wait(namespace, row.id);
      if (key !== null) await soon(claiming, key, row.id);
      return [await seen(row)];
    } catch (error) {
      waits = true;
      const isBack = await giveBack(
        store,
        row,
        request.now,
        wakeAt,
        error instanceof Error ? error.message : String(error),
      );
      left ||= !isBack;
      return [];
    }
  };
  const claimed = (await Promise.all(runs.map(withKey))).flat();
  const held = (await Promise.all(poisoned.map(withKey))).flat();
  return {
    runs: claimed,
    poisoned: held,
    nextWake: waits ? Math.min(nextWake ?? wakeAt, wakeAt) : nextWake,
    ...(left ? { left } : {}),
  };
}

/** A key, unless it takes so long that the others would be held up. */
async function soon({ clock }: Claiming, key: Promise<unknown>, runId: string): Promise<void> {
  const late = Promise.withResolvers<never>();
  const stop = clock.timer(patienceMs, () =>
    late.reject(new StoreError(`the key of run ${runId} takes long to come; it is waited for`)),
  );
  try {
    await Promise.race([key, late.promise]);
  } finally {
    stop();
    key.catch(() => {});
  }
}

/**
 * Gives a claim back; false when the run is this worker's still. The note is no content: it names a key, which is all it can name.
 * Mail that came in between is passed over: it is read with the next claim.
 */
async function giveBack(store: Store, row: RunRow, at: number, wakeAt: number, note: string): Promise<boolean> {
  let operation = backOf(row, at, wakeAt, note);
  try {
    for (let tries = 0; tries < mostTries; tries++) {
      const [result] = await store.commit(row.namespace, [operation]);
      if (result.type !== "mail") return result.type !== "refused";
      operation = { ...operation, expectSeq: result.seq };
    }
  } catch {
    // The store is away, and says so itself at the next claim: whoever claimed looks for the run when it is back.
  }
  return false;
}

function backOf({ pk, epoch, seq, head }: RunRow, at: number, wakeAt: number, note: string): AdvanceOperation {
  return {
    type: "advance",
    pk,
    epoch,
    expectSeq: seq,
    previousHead: head,
    head,
    entries: [],
    chunks: [],
    holds: [],
    closeHolds: [],
    reopenHolds: [],
    acceptHolds: [],
    children: [],
    stream: [],
    attributes: null,
    progress: null,
    version: null,
    phase: null,
    then: { type: "park", status: "ready", wakeAt, waiting: null, note },
    at,
  };
}
