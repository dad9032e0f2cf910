import { type Clock, systemClock } from "../clock.ts";
import type { Operation, OperationResult, ResultOf } from "../store/operations.ts";
import type { RunRow } from "../store/run-rows.ts";
import { sameBytes } from "../store/same-bytes.ts";
import type { Store } from "../store/store.ts";
import { type Duration, durationMs } from "../workflow/duration.ts";
import { BornKeys } from "./born-keys.ts";
import { claimWithKeys } from "./claim-with-keys.ts";
import { checkTaken, DataKeys } from "./data-keys.ts";
import { destroyUnusedKeys, isErasedWhole } from "./destroyed-keys.ts";
import { dataKeyKind } from "./key-record.ts";
import { checkKeyStore } from "./key-store-identity.ts";
import type { Keyring } from "./keyring.ts";
import { KeysAtHand } from "./keys-at-hand.ts";
import { KnownRuns } from "./known-runs.ts";
import { RowOpener } from "./open-rows.ts";
import { cachePlace } from "./place.ts";
import { type BornKey, OperationSealer } from "./seal-operations.ts";
import { sealPayload, storedForm } from "./sealed-values.ts";
import { sealingOf } from "./sealing-of.ts";
import { sealedTransactions } from "./transactions.ts";

/** How a store is encrypted. */
export interface EncryptionOptions {
  /** The keys that data keys are wrapped with: one ring for all namespaces, or each tenant's own. */
  keys: Keyring | ((namespace: string) => Keyring);
  /**
   * Where wrapped data keys are kept. Default: in the store itself, whose backups then hold them, too. With a store of their own, erasing
   * a run makes it unreadable in every backup of the other one. The two belong together from their first opening on: with another
   * key store the data is not opened.
   */
  dataKeys?: Store;
  /** How long an unwrapped data key stays at hand without being asked for again. Default "1h". */
  keepKeys?: Duration;
  /** For tests and the simulation: the time. */
  clock?: Pick<Clock, "now" | "timer">;
}

/** An encrypted store, and what the command looks at. */
export interface EncryptedStore extends Store {
  readonly encryption: { readonly dataKeys: Store; ringOf(namespace: string): Keyring };
}

/**
 * Encrypts what a store keeps: inputs, results, signals, errors, hold requests and answers, chunks, streams, records. Every run has a
 * data key of its own (AES-256-GCM), wrapped with a key of the tenant. What is looked for stays readable: ids, names, statuses, times,
 * attributes; docs/encryption.md lists it. What was written before stays readable as well.
 *
 * @example
 * const keys = keyring({ current: "2026-11", keys: { "2026-11": process.env.HOLDPOINT_KEY ?? "" } });
 * const engine = createEngine({ store: encrypted(sqlite("runs.db"), { keys }), workflows: [refund] });
 */
export function encrypted(store: Store, options: EncryptionOptions): EncryptedStore {
  const { keys: given, clock = systemClock } = options;
  const keysIn = options.dataKeys ?? store;
  const ringOf = typeof given === "function" ? given : () => given;
  const keys = new DataKeys(keysIn, ringOf, durationMs(options.keepKeys ?? "1h", "keepKeys"), clock);
  const runs = new KnownRuns(store);
  const born = new BornKeys();
  const sealer = new OperationSealer(keys, runs, born);
  const opener = new RowOpener(keys);
  const rides = keysIn === store;
  /** The key store is the data's own: looked at once. */
  let isOurs = false;
  const destroyUnused = destroyUnusedKeys(store, keysIn, keys, clock);

  const seen = <R extends RunRow | null>(row: R): Promise<R> => {
    if (row) runs.seen(row);
    return opener.run(row);
  };
  const found = (row: RunRow): Promise<RunRow> => {
    runs.seen(row);
    return opener.found(row);
  };
  const nameOf = async (namespace: string, pk: number) => ({
    namespace,
    ...((await runs.ofPk(namespace, pk)) ?? gone),
  });

  /** Encrypts, has the keys of new runs written with it or before it, and reads what came back. */
  async function write(
    namespace: string,
    operations: readonly Operation[],
    commit: (operations: readonly Operation[]) => Promise<readonly OperationResult[]>,
    keysRide: boolean,
    inTransaction = false,
  ): Promise<OperationResult[]> {
    const { sealed, born: made } = await sealer.seal(namespace, operations);
    const records =
      made.length > 0
        ? await keys.records(
            namespace,
            made.map(({ run, key }) => ({ run, key })),
          )
        : [];
    if (!keysRide) await keys.put(namespace, records);
    const ahead = keysRide ? records.length : 0;
    const results = await commit(ahead > 0 ? [...records, ...sealed] : sealed);
    checkTaken(results.slice(0, ahead));
    const opened = await Promise.all(
      operations.map((_, index) => open(namespace, results[ahead + index] as OperationResult)),
    );
    // In somebody's transaction nothing is known until that ends, and nobody else can write: its keys are read when they are needed.
    if (inTransaction) return opened;
    for (const one of made) {
      settle(namespace, one, operations[one.index] as Operation, opened[one.index] as OperationResult);
    }
    return opened;
  }

  async function open(namespace: string, result: OperationResult): Promise<OperationResult> {
    switch (result.type) {
      case "started":
        return {
          ...result,
          run: result.run && (await found(result.run)),
          tombstone: await opener.tombstone(namespace, result.tombstone),
        };
      case "moved":
      case "conflict":
        if ("hold" in result) return { ...result, hold: await opener.hold(namespace, result.hold) };
        return { ...result, schedule: await opener.schedule(namespace, result.schedule) };
      case "scheduled":
        return { ...result, schedule: await opener.schedule(namespace, result.schedule) };
      case "changed":
        return { ...result, record: await opener.record(namespace, result.record) };
      default:
        return result;
    }
  }

  /**
   * A key whose run is there now is the run's. One whose start found its id taken stays, unused: a worker may have read it meanwhile and
   * taken it for the run's.
   */
  function settle(namespace: string, one: BornKey, operation: Operation, result: OperationResult): void {
    if (operation.type !== "start") {
      if (result.type === "advanced" || result.type === "scheduled") keys.learn(namespace, one.run, one.key);
      return;
    }
    const isOurs =
      result.type === "started" && result.run?.salt != null && sameBytes(result.run.salt, operation.run.salt);
    if (isOurs || operation.signal !== null || operation.debounce) keys.learn(namespace, one.run, one.key);
  }

  const { transactions } = store;
  return {
    ...store,
    name: `${store.name}, encrypted`,
    encryption: { dataKeys: keysIn, ringOf },
    sealing: sealingOf(keys, born, new KeysAtHand(keys, runs, born)),
    ...(transactions ? { transactions: sealedTransactions(transactions, keys, sealer, write, rides) } : {}),
    async open() {
      await store.open();
      if (!rides) await keysIn.open();
      if (isOurs) return;
      try {
        await checkKeyStore({ data: store, keys: keysIn, clock });
        isOurs = true;
      } catch (error) {
        await Promise.allSettled([store.close(), ...(rides ? [] : [keysIn.close()])]);
        throw error;
      }
    },
    async close() {
      await store.close();
      if (!rides) await keysIn.close();
    },
    async commit<const O extends readonly Operation[]>(namespace: string, operations: O) {
      const results = await write(namespace, operations, (sealed) => store.commit(namespace, sealed), rides);
      return results as { [I in keyof O]: ResultOf<O[I]> };
    },
    claim: (namespace, request) => claimWithKeys({ store, keys, clock, seen }, namespace, request),
    async history(namespace, wanted, options) {
      const histories = await store.history(namespace, wanted, options);
      return Promise.all(
        histories.map(async (history, index) => {
          const { generation, ...run } = await nameOf(namespace, wanted[index]?.pk ?? 0);
          return opener.history(run, generation, history);
        }),
      );
    },
    chunks: async (namespace, pk, hashes) =>
      opener.chunks(await nameOf(namespace, pk), hashes, (addresses) => store.chunks(namespace, pk, addresses)),
    run: async (namespace, id) => seen(await store.run(namespace, id)),
    runByPk: async (namespace, pk) => seen(await store.runByPk(namespace, pk)),
    generations: async (namespace, id) => Promise.all((await store.generations(namespace, id)).map(seen)),
    tombstone: async (namespace, id) => opener.tombstone(namespace, await store.tombstone(namespace, id)),
    async runs(namespace, filter, page) {
      const { items, cursor } = await store.runs(namespace, filter, page);
      return { items: await Promise.all(items.map(seen)), cursor };
    },
    children: async (namespace, pk) => Promise.all((await store.children(namespace, pk)).map(seen)),
    stream: async (namespace, pk, after, limit) =>
      opener.stream(await nameOf(namespace, pk), await store.stream(namespace, pk, after, limit)),
    labels: async (namespace, pk) => opener.labels(await nameOf(namespace, pk), await store.labels(namespace, pk)),
    async hold(namespace, id) {
      const row = await store.hold(namespace, id);
      if (row) runs.seenHold(namespace, row);
      return opener.hold(namespace, row);
    },
    holdByKey: async (namespace, pk, key) => opener.hold(namespace, await store.holdByKey(namespace, pk, key)),
    async holds(namespace, filter, page) {
      const { items, cursor } = await store.holds(namespace, filter, page);
      return { items: await opener.holds(namespace, items), cursor };
    },
    async holdEvents(namespace, holdId) {
      const hold = await runs.ofHold(namespace, holdId);
      return opener.events({ namespace, id: hold?.run ?? "" }, await store.holdEvents(namespace, holdId));
    },
    dueHolds: async (namespace, now, limit) => opener.holds(namespace, await store.dueHolds(namespace, now, limit)),
    async debounced(namespace, workflow, key) {
      const found = await store.debounced(namespace, workflow, key);
      return found && { ...found, run: await seen(found.run) };
    },
    async schedules(namespace, filter, page) {
      const { items, cursor } = await store.schedules(namespace, filter, page);
      return { items: await opener.schedules(namespace, items), cursor };
    },
    async dueSchedules(namespace, now, limit) {
      const found = await store.dueSchedules(namespace, now, limit);
      return { ...found, due: await opener.schedules(namespace, found.due) };
    },
    async firings(namespace, scheduleId, page) {
      const { items, cursor } = await store.firings(namespace, scheduleId, page);
      return { items: await opener.firings(namespace, scheduleId, items), cursor };
    },
    record: async (namespace, kind, id, now) => opener.record(namespace, await store.record(namespace, kind, id, now)),
    async records(namespace, kind, page) {
      const rows = await store.records(namespace, kind, page);
      return kind === dataKeyKind ? rows : Promise.all(rows.map((row) => opener.record(namespace, row)));
    },
    cached: async (namespace, key, now) => opener.cached(namespace, key, await store.cached(namespace, key, now)),
    async cache(namespace, key, value, expiresAt) {
      const sealed = sealPayload(await keys.ofNamespace(namespace), cachePlace(namespace, key), value);
      await store.cache(namespace, key, storedForm(sealed), expiresAt);
    },
    async retain(namespace, request) {
      const result = await store.retain(namespace, request);
      await destroyUnused(namespace);
      return result;
    },
    async erase(namespace, pk, digests) {
      const erased = await store.erase(namespace, pk, digests);
      const run = erased ? await runs.ofPk(namespace, pk) : null;
      if (run && (await isErasedWhole(store, namespace, run.id))) await keys.destroy(namespace, run.id);
      return erased;
    },
  };
}

/** A run that is not there. */
const gone = { id: "", generation: 0 };
