import type { Operation, Store } from "./store.ts";

/** Every method of a store that can be counted, timed, or hit by a fault. */
export const storeMethods = [
  "commit",
  "claim",
  "history",
  "unread",
  "chunks",
  "register",
  "renew",
  "retire",
  "takeOver",
  "workers",
  "run",
  "runByPk",
  "generations",
  "tombstone",
  "runs",
  "children",
  "stream",
  "labels",
  "hold",
  "holdByKey",
  "holds",
  "holdEvents",
  "changes",
  "dueHolds",
  "nextHoldAt",
  "debounced",
  "schedules",
  "dueSchedules",
  "firings",
  "record",
  "records",
  "sweep",
  "logLines",
  "cached",
  "cache",
  "retain",
  "erase",
  "sizes",
  "finishedTimes",
  "closedTimes",
  "openTimes",
] as const satisfies readonly Exclude<keyof Store, "name" | "shared" | "open" | "close" | "watch">[];
export type StoreMethod = (typeof storeMethods)[number];

/** One call of a store on its way through a wrapper. */
export interface StoreCall {
  method: StoreMethod;
  namespace: string;
  /** The operations of a `commit`; empty for every other method. */
  operations: readonly Operation[];
}

/** Gets a call and what would carry it out; gives what the caller shall get. */
export type Around = <T>(call: StoreCall, proceed: () => Promise<T>) => Promise<T>;

/** A store whose every call goes through `around`. Opening, closing and watching do not. */
export function wrapStore(store: Store, around: Around): Store {
  const none: readonly Operation[] = [];
  const through =
    <A extends unknown[], T>(method: StoreMethod, call: (namespace: string, ...rest: A) => Promise<T>) =>
    (namespace: string, ...rest: A): Promise<T> =>
      around({ method, namespace, operations: none }, () => call(namespace, ...rest));
  return {
    name: store.name,
    shared: store.shared,
    ...(store.sealing ? { sealing: store.sealing } : {}),
    open: () => store.open(),
    close: () => store.close(),
    watch: (namespace, listener) => store.watch(namespace, listener),
    commit: (namespace, operations) =>
      around({ method: "commit", namespace, operations }, () => store.commit(namespace, operations)),
    claim: through("claim", store.claim.bind(store)),
    history: through("history", store.history.bind(store)),
    unread: through("unread", store.unread.bind(store)),
    chunks: through("chunks", store.chunks.bind(store)),
    register: through("register", store.register.bind(store)),
    renew: through("renew", store.renew.bind(store)),
    retire: through("retire", store.retire.bind(store)),
    takeOver: through("takeOver", store.takeOver.bind(store)),
    workers: through("workers", store.workers.bind(store)),
    run: through("run", store.run.bind(store)),
    runByPk: through("runByPk", store.runByPk.bind(store)),
    generations: through("generations", store.generations.bind(store)),
    tombstone: through("tombstone", store.tombstone.bind(store)),
    runs: through("runs", store.runs.bind(store)),
    children: through("children", store.children.bind(store)),
    stream: through("stream", store.stream.bind(store)),
    labels: through("labels", store.labels.bind(store)),
    hold: through("hold", store.hold.bind(store)),
    holdByKey: through("holdByKey", store.holdByKey.bind(store)),
    holds: through("holds", store.holds.bind(store)),
    holdEvents: through("holdEvents", store.holdEvents.bind(store)),
    changes: through("changes", store.changes.bind(store)),
    dueHolds: through("dueHolds", store.dueHolds.bind(store)),
    nextHoldAt: through("nextHoldAt", store.nextHoldAt.bind(store)),
    debounced: through("debounced", store.debounced.bind(store)),
    schedules: through("schedules", store.schedules.bind(store)),
    dueSchedules: through("dueSchedules", store.dueSchedules.bind(store)),
    firings: through("firings", store.firings.bind(store)),
    record: through("record", store.record.bind(store)),
    records: through("records", store.records.bind(store)),
    sweep: through("sweep", store.sweep.bind(store)),
    logLines: through("logLines", store.logLines.bind(store)),
    cached: through("cached", store.cached.bind(store)),
    cache: through("cache", store.cache.bind(store)),
    retain: through("retain", store.retain.bind(store)),
    erase: through("erase", store.erase.bind(store)),
    sizes: through("sizes", store.sizes.bind(store)),
    finishedTimes: through("finishedTimes", store.finishedTimes.bind(store)),
    closedTimes: through("closedTimes", store.closedTimes.bind(store)),
    openTimes: through("openTimes", store.openTimes.bind(store)),
  };
}
