/**
 * The port every store implements, and the words it uses.
 *
 * - A **run** is a row with an internal integer (`pk`) and a public `id`, unique within its namespace.
 * - `seq` is the run's one counter: journal entries *and* delivered mail take their numbers from it.
 * - `epoch` is the fence: a claim raises it, and whatever a worker writes carries it.
 * - An **operation** is one atomic change. `commit` applies a batch in one transaction; each operation
 *   in it succeeds or is refused on its own, and a refused one never takes the others with it.
 *
 * A store holds no policy. What a decision means, when a timer is due and what a chain hash covers is
 * computed above, as values; a store compares, orders and keeps. `storeConformance` is the suite that
 * every implementation must pass.
 */

import type { ChangePage, ChangesAfter } from "./feed.ts";
import type { HoldEvent, HoldRow } from "./hold-rows.ts";
import type { History, Millis, StoredPayload } from "./journal-rows.ts";
import type { LogLine, LogPage } from "./log-rows.ts";
import type { Debounced, Operation, ResultOf } from "./operations.ts";
import type {
  Counted,
  Erasure,
  HistoryRange,
  HoldFilter,
  HoldTimes,
  Page,
  PageOf,
  RetentionRequest,
  RunFilter,
  RunTimes,
  StoreSizes,
  TimeSpan,
} from "./queries.ts";
import type { RecordPage, RecordRow } from "./record-rows.ts";
import type { RunPk, RunRow, Tombstone } from "./run-rows.ts";
import type { DueSchedules, FiringRow, ScheduleFilter, ScheduleRow } from "./schedule-rows.ts";
import type { Sealing } from "./sealing.ts";
import type { StoreTransactions } from "./transactions.ts";
import type { ClaimRequest, ClaimResult, WorkerRow } from "./worker-rows.ts";

export type * from "./hold-rows.ts";
export type * from "./journal-rows.ts";
export type * from "./operations.ts";
export type * from "./queries.ts";
export * from "./run-rows.ts";
export type * from "./worker-rows.ts";

/**
 * Tells a waiting engine that something may be there for it. Never carries data.
 * `hold`: one was opened or has moved; with `deadline`, one that waits has a deadline that it did not have before.
 */
export type StoreSignal =
  | { type: "ready" }
  | { type: "mail"; pk: RunPk }
  | { type: "hold"; deadline: boolean }
  | { type: "foreign" };

/** The port: what an engine needs of wherever runs live. Every method may be repeated after a failure whose outcome is unknown. */
export interface Store {
  /** For messages: `memory`, `sqlite …`. */
  readonly name: string;
  /** Whether other processes may work the same data. */
  readonly shared: boolean;
  /** Transactions that the application's own statements take part in; absent where it cannot have tables beside the store's. */
  readonly transactions?: StoreTransactions;
  /** Encrypts what the hash chain covers, before it is chained; absent where nothing is encrypted. */
  readonly sealing?: Sealing;
  /** Brings the schema up to date. Called once, before anything else. */
  open(): Promise<void>;
  close(): Promise<void>;

  /** Applies a batch in one transaction, durable before it resolves. Results stand in the operations' order. */
  commit<const O extends readonly Operation[]>(
    namespace: string,
    operations: O,
  ): Promise<{ [I in keyof O]: ResultOf<O[I]> }>;

  /**
   * Takes runs for a worker, one transaction: ready ones by priority (high first), then age; parked ones whose `wakeAt` has passed,
   * which find a `tick` in their inbox. Raises `epoch` and `stalls`, sets `owner`; status becomes `running`.
   * Among queues of equal priority the one with fewer running runs goes first (see `planClaim`).
   * Takes nothing for a worker that is not registered or whose lease has passed; extends the lease of one that takes
   * something (see `leaseAfterClaim`).
   */
  claim(namespace: string, request: ClaimRequest): Promise<ClaimResult>;
  /**
   * Entries and mail with a number above `after` and, where that is said, up to `until`, in order. One round trip for many runs.
   * `hashes: false` is said by who will not look at the entries' hashes (a replay): a store may give empty ones, which saves a
   * third of the reading.
   */
  history(namespace: string, wanted: readonly HistoryRange[], options?: { hashes: boolean }): Promise<History[]>;
  /** Which of these owned runs have mail past `seq`, or have lost their epoch. */
  unread(
    namespace: string,
    owned: readonly { pk: RunPk; epoch: number; seq: number }[],
  ): Promise<{ pk: RunPk; seq: number; fenced: boolean }[]>;
  /** The chunks with these hashes, in the order asked for; null where one is missing. */
  chunks(namespace: string, pk: RunPk, hashes: readonly Uint8Array[]): Promise<(Uint8Array | null)[]>;

  /** Registers a worker incarnation with its lease. */
  register(namespace: string, worker: WorkerRow): Promise<void>;
  /** Extends a lease; false when the incarnation is gone or its lease has passed: it must not come back. */
  renew(namespace: string, incarnation: string, now: Millis, leaseUntil: Millis): Promise<boolean>;
  /** Removes a worker and makes its running runs ready. */
  retire(namespace: string, incarnation: string): Promise<void>;
  /** Removes workers whose lease has passed, or who are known dead, and makes their runs ready. Returns how many runs. */
  takeOver(namespace: string, request: { now: Millis; dead: readonly string[] }): Promise<number>;
  workers(namespace: string): Promise<WorkerRow[]>;

  run(namespace: string, id: string): Promise<RunRow | null>;
  runByPk(namespace: string, pk: RunPk): Promise<RunRow | null>;
  /** Every generation of a run, oldest first. */
  generations(namespace: string, id: string): Promise<RunRow[]>;
  tombstone(namespace: string, id: string): Promise<Tombstone | null>;
  /** Newest first, the newest generation of each. Bounds of times are exclusive; an attribute filtered by null is absent or null. */
  runs(namespace: string, filter: RunFilter, page: Page): Promise<PageOf<RunRow>>;
  children(namespace: string, pk: RunPk): Promise<RunRow[]>;
  stream(namespace: string, pk: RunPk, after: number, limit: number): Promise<{ n: number; bytes: Uint8Array }[]>;
  labels(namespace: string, pk: RunPk): Promise<{ key: string; label: string; by: string | null; at: Millis }[]>;

  hold(namespace: string, id: string): Promise<HoldRow | null>;
  holdByKey(namespace: string, pk: RunPk, key: string): Promise<HoldRow | null>;
  /** Newest first. */
  holds(namespace: string, filter: HoldFilter, page: Page): Promise<PageOf<HoldRow>>;
  holdEvents(namespace: string, holdId: string): Promise<HoldEvent[]>;
  /** Open holds whose `nextAt` has passed, earliest first. */
  dueHolds(namespace: string, now: Millis, limit: number): Promise<HoldRow[]>;
  nextHoldAt(namespace: string): Promise<Millis | null>;

  /** The run that waits unclaimed for its delayed start under a debounce key; null when there is none. */
  debounced(namespace: string, workflow: string, key: string): Promise<Debounced | null>;

  /** By id, from the first one on. */
  schedules(namespace: string, filter: ScheduleFilter, page: Page): Promise<PageOf<ScheduleRow>>;
  dueSchedules(namespace: string, now: Millis, limit: number): Promise<DueSchedules>;
  /** A schedule's history, newest first. */
  firings(namespace: string, scheduleId: string, page: Page): Promise<PageOf<FiringRow>>;

  /** An installation's own document; null when there is none, or it has expired. */
  record(namespace: string, kind: string, id: string, now: Millis): Promise<RecordRow | null>;
  /** Records of a kind by id, a page at a time. */
  records(namespace: string, kind: string, page: RecordPage): Promise<RecordRow[]>;
  /**
   * What has happened to runs and holds since `after`, as the cursor of an earlier answer says; null begins now. Each change is given once,
   * those of one run in their order; of runs that retention has removed there are none. What was kept too short for this reader is said (`lost`).
   */
  changes(namespace: string, page: ChangesAfter): Promise<ChangePage>;
  /**
   * Removes expired records, a small batch (`expiredPerSweep`); gives how many. Drops changes from the feed that are
   * older than the newest 500,000.
   */
  sweep(namespace: string, now: Millis): Promise<number>;
  /** Lines of an append-only log, oldest first unless the page says otherwise. */
  logLines(namespace: string, log: string, page: LogPage): Promise<LogLine[]>;

  /** Shared results of `step({ cache })`. */
  cached(namespace: string, key: string, now: Millis): Promise<StoredPayload | null>;
  cache(namespace: string, key: string, value: StoredPayload, expiresAt: Millis): Promise<void>;

  /**
   * Removes finished run trees past their term, leaving tombstones. A tree is a run with all its generations and the children
   * that would be cancelled with it; an abandoned child is a tree of its own. Returns how many trees were removed, and how many
   * tombstones and kept holds went for good. Expired cache lines go too, and firings of schedules from before `finishedBefore`.
   */
  retain(namespace: string, request: RetentionRequest): Promise<{ removed: number; tombstones: number; holds: number }>;
  /**
   * Replaces all content of a run (payloads, mail, hold requests and titles, event data, chunks, stream, labels, attributes, note)
   * by digests of codec `erased`, empty where none is given, and removes the salt.
   */
  erase(namespace: string, pk: RunPk, digests: Erasure): Promise<boolean>;
  sizes(namespace: string): Promise<StoreSizes>;
  /** Run trees that finished in a time, the newest first. Looks at as many as it gives, and counts the others in an index. */
  finishedTimes(namespace: string, span: TimeSpan): Promise<Counted<RunTimes>>;
  /** Holds that were closed in a time, the newest first; likewise. */
  closedTimes(namespace: string, span: TimeSpan): Promise<Counted<HoldTimes>>;
  /** Open holds, at most so many of them, in no order. */
  openTimes(namespace: string, limit: number): Promise<HoldTimes[]>;

  /** Calls back when this process, or another one, may have work for the listener. Returns how to stop. */
  watch(namespace: string, listener: (signal: StoreSignal) => void): () => void;
}
