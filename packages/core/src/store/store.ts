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

import type { ChangedHolds } from "./hold-feed.ts";
import type { LogLine, LogOperation, LogPage, LogResult } from "./log-rows.ts";
import type {
  DropRecordOperation,
  DropRecordResult,
  PutRecordOperation,
  PutRecordResult,
  RecordPage,
  RecordRow,
} from "./record-rows.ts";
import type {
  DueSchedules,
  FiringRow,
  ScheduleFilter,
  ScheduleOperation,
  ScheduleResult,
  ScheduleRow,
} from "./schedule-rows.ts";
import type { StartRate } from "./start-rate.ts";
import type { StoreTransactions } from "./transactions.ts";

/** Internal integer identity of one generation of a run. Never shown to a user. */
export type RunPk = number;

/** Milliseconds since 1970, UTC. */
export type Millis = number;

/** Where a run stands. The same words in the tables, the API and on the screen. */
export type RunStatus = "ready" | "running" | "parked" | "paused" | "completed" | "failed" | "cancelled" | "diverged";

/** The statuses a run ends with. */
export const finishedStatuses = ["completed", "failed", "cancelled"] as const;
/** How a run ended. */
export type FinishedStatus = (typeof finishedStatuses)[number];

/** What a parked run waits for, most human first. `null` when it does not wait. */
export type Waiting = "hold" | "operator" | "signal" | "child" | "time" | "retry" | "worker" | null;

/** A value as it is stored. `ref` is true when `bytes` lists content-addressed chunks instead of holding the value. */
export interface StoredPayload {
  codec: string;
  bytes: Uint8Array;
  ref: boolean;
}

/** A content-addressed chunk of a large value; `hash` is the SHA-256 of `bytes`. Written once per run and hash. */
export interface Chunk {
  hash: Uint8Array;
  bytes: Uint8Array;
}

/** What a journal entry is about. */
export type EntryKind =
  | "run"
  | "step"
  | "sleep"
  | "signal"
  | "hold"
  | "child"
  | "scope"
  | "patch"
  | "version"
  | "label";

/** How what an entry is about ended; null when it only began, `unknown` when nobody saw its end. */
export type EntryOutcome = "ok" | "error" | "unknown" | null;

/**
 * A journal entry about to be appended. `key` and `phase` together name it (`phase` is `opened`,
 * `attempt:n` or `settled`, followed by `~r` in the r-th retry of a finished run).
 */
export interface NewEntry {
  key: string;
  phase: string;
  kind: EntryKind;
  outcome: EntryOutcome;
  payload: StoredPayload | null;
  startedAt: Millis;
  endedAt: Millis;
  /** 0 when attempts do not apply. */
  attempt: number;
  /** Small JSON text with what metrics will need (mode, confidence, predicted, tools); null when there is nothing. */
  measures: string | null;
  /** All mail up to and including this number is covered by this entry's hash. */
  mailSeen: number;
  /** Chain hash, 32 bytes, computed above the store. */
  hash: Uint8Array;
}

/** A journal entry as it was recorded. */
export interface Entry extends NewEntry {
  seq: number;
}

/** What a row of mail is. */
export type MailKind =
  | "decision"
  | "signal"
  | "child"
  | "tick"
  | "cancel"
  | "pause"
  | "resume"
  | "retry"
  | "migrate"
  | "pin"
  | "holdExpired"
  | "operator";

/** Something to be delivered to a run's inbox. */
export interface NewMail {
  kind: MailKind;
  /** What it is for: the hold's or child's key, the signal's name; empty for `tick`, `cancel` and the like. */
  key: string;
  /**
   * Unique within the run when given: a second delivery with the same value changes nothing. For a `signal` that an earlier
   * generation of the run was given, too: whoever sends it again knows nothing of generations.
   */
  dedupe: string | null;
  outcome: EntryOutcome;
  payload: StoredPayload | null;
  /** Who sent it; null for the engine itself. */
  sender: string | null;
  at: Millis;
  /** 16 random bytes that salt its digest; null when there is no payload, and after erasure. */
  salt: Uint8Array | null;
}

/** A delivered row of an inbox; its number `n` is the run's `seq` at delivery. */
export interface Mail extends NewMail {
  n: number;
}

/** Searchable attributes of a run. */
export type Attributes = Record<string, string | number | boolean | null>;

/** What becomes of a child when its parent ends first. */
export type ParentClose = "cancel" | "abandon";

/** Everything needed to create a run (or the next generation of one). */
export interface NewRun {
  id: string;
  workflow: string;
  version: number;
  /** Revision of the journal's own format and of the replay rules (1 today). */
  spec: number;
  codeHash: string | null;
  queue: string;
  /** Higher goes first. */
  priority: number;
  concurrencyKey: string | null;
  readyAt: Millis;
  thread: string | null;
  attributes: Attributes;
  createdBy: string | null;
  createdAt: Millis;
  /** Digest of workflow name and input: tells a repeated start from a conflicting one (32 bytes). */
  inputDigest: Uint8Array;
  /** Random seed of the run's `ctx.random()` and `ctx.uuid()`. */
  seed: string;
  /** 16 random bytes that salt every digest of this run; removed by erasure. */
  salt: Uint8Array;
  parent: { pk: RunPk; key: string; close: ParentClose } | null;
  /** The run it was forked from, and up to which number. */
  forkedFrom: { id: string; seq: number } | null;
  /** The first entries (at least the start entry, which carries the input), numbered from 1 by the store. */
  entries: NewEntry[];
  chunks: Chunk[];
  /** Mail delivered at birth (signal-with-start, inherited or carried-over mail), numbered after the entries. */
  mail: NewMail[];
  /** Explicit numbers for `entries` and `mail` (a fork keeps its source's order, gaps included); null numbers entries from 1, then mail. */
  numbers: { entries: number[]; mail: number[] } | null;
  /** Chain head after `entries`. */
  head: Uint8Array;
}

/** A run's row. */
export interface RunRow {
  pk: RunPk;
  namespace: string;
  id: string;
  generation: number;
  workflow: string;
  version: number;
  spec: number;
  codeHash: string | null;
  status: RunStatus;
  waiting: Waiting;
  /** `success`, `rejected` or an author's word once finished. */
  outcome: string | null;
  /** `compensating` while completed steps are being undone. */
  phase: "compensating" | null;
  queue: string;
  priority: number;
  concurrencyKey: string | null;
  readyAt: Millis;
  wakeAt: Millis | null;
  epoch: number;
  owner: string | null;
  seq: number;
  stalls: number;
  seed: string;
  salt: Uint8Array | null;
  head: Uint8Array;
  entryCount: number;
  parent: { pk: RunPk; key: string; close: ParentClose } | null;
  forkedFrom: { id: string; seq: number } | null;
  thread: string | null;
  inputDigest: Uint8Array;
  attributes: Attributes;
  progress: { done: number; total: number } | null;
  /** How many values the run has put into its output stream. */
  streamed: number;
  /** Short text for a person: why it diverged or was stopped. */
  note: string | null;
  createdBy: string | null;
  createdAt: Millis;
  updatedAt: Millis;
  finishedAt: Millis | null;
}

// ── Holds ─────────────────────────────────────────────────────────────────────────────────────────

/** Where a hold stands; `answered` when a worker has yet to check the answer fully. */
export type HoldStatus = "open" | "answered" | "decided" | "expired" | "withdrawn" | "superseded";
/** How much depends on a decision, least first. */
export type Severity = "low" | "medium" | "high" | "critical";

/** A hold about to be opened together with the run's entry for it. */
export interface NewHold {
  /** Public id, unique within the namespace. */
  id: string;
  /** The hold's key in its run. */
  key: string;
  name: string;
  /** `author` for a hold of the workflow; `operator` for one the engine opens (poison, unknown outcome). */
  origin: "author" | "operator";
  title: string;
  severity: Severity;
  /** Documents (content-addressed, shared between runs): the form's JSON Schema; null when there is none. */
  form: Document | null;
  /** Everything else a reviewer sees: consequence, options, reviewers, deadline, context; encoded above the store. */
  request: StoredPayload;
  /** Digest of exactly what the reviewer is shown (32 bytes). */
  evidenceHash: Uint8Array;
  /** Digest of workflow, key, form and proposed action: equal before and after a harmless deploy (32 bytes). */
  actionHash: Uint8Array;
  /** When the sweeper has to look at it next; null when it has no deadline. */
  nextAt: Millis | null;
  openedAt: Millis;
  event: NewHoldEvent;
}

/** A content-addressed text, shared between runs; `hash` is the SHA-256 of `bytes`. */
export interface Document {
  hash: Uint8Array;
  bytes: Uint8Array;
}

/** One line of a hold's append-only audit trail. */
export interface NewHoldEvent {
  actor: string | null;
  channel: string;
  /** Where on the channel: a mail address, a user of a chat, a network address. Absent where nothing is known. */
  address?: string | null;
  action: string;
  data: StoredPayload | null;
  /** Hides what `data` was from whoever has its digest only; erasure removes it. Absent where nothing needs hiding. */
  salt?: Uint8Array | null;
  evidenceHash: Uint8Array | null;
  at: Millis;
  /** Names this event: writing the same one twice writes it once. */
  idempotencyKey: string | null;
}

/** A line of the audit trail with its number, from 1. */
export interface HoldEvent extends NewHoldEvent {
  n: number;
  address: string | null;
  salt: Uint8Array | null;
  /** Binds it to all before it (`holdEventLink`, computed by the store); null in one written before links were. */
  hash: Uint8Array | null;
}

/** A hold's row. */
export interface HoldRow {
  id: string;
  runPk: RunPk;
  runId: string;
  workflow: string;
  key: string;
  name: string;
  origin: "author" | "operator";
  status: HoldStatus;
  title: string;
  severity: Severity;
  /** The bytes of the form's document. */
  form: Uint8Array | null;
  request: StoredPayload;
  evidenceHash: Uint8Array;
  actionHash: Uint8Array;
  nextAt: Millis | null;
  revision: number;
  /** What happened to it while it was open, as far as rules ask: votes, claims, questions. Null when nothing did. */
  progress: StoredPayload | null;
  /** The winning answer once there is one. */
  decision: StoredPayload | null;
  decidedBy: string | null;
  openedAt: Millis;
  closedAt: Millis | null;
}

// ── Operations ────────────────────────────────────────────────────────────────────────────────────

/**
 * Creates a run unless its id is taken (by a run or by a tombstone). Mail for an existing run is then delivered to it,
 * unless that has finished. A run whose `readyAt` lies after its `createdAt` is delayed: nobody claims it before.
 */
export interface StartOperation {
  type: "start";
  run: NewRun;
  /** Delivered to the run whether it is created or exists already (startOrSignal). */
  signal: NewMail | null;
  /** Of several starts with one key that nobody has begun, one run comes; see `Debounce`. */
  debounce?: Debounce | null;
}
/**
 * A start that takes the place of an earlier one. While the run of the key waits for its delayed start, unclaimed, its first entry, input,
 * attributes, queue, delay and seed become those of the new start; it keeps its id and its mail. Otherwise the run is created, and the key means it
 * from then on. When the key does not stand as `replaces` says, nothing is written: neither a run nor a tombstone is given back.
 */
export interface Debounce {
  /** Unique within the workflow. */
  key: string;
  /** The unclaimed run that the caller found for the key (see `Store.debounced`), as it was; null: it found none. */
  replaces: { pk: RunPk; head: Uint8Array } | null;
  /** When the first start of them came. */
  firstAt: Millis;
}

/** An unclaimed run that a debounce key means, and when the first start with it came. */
export interface Debounced {
  run: RunRow;
  firstAt: Millis;
}

/** What became of a start. */
export interface StartResult {
  type: "started";
  created: boolean;
  run: RunRow | null;
  /** Set instead of `run` when retention has removed the run. */
  tombstone: Tombstone | null;
}

/** Delivers mail to another run in the same transaction (a child's result, a parent's cancel). */
export interface Delivery {
  to: { pk: RunPk } | { id: string };
  mail: NewMail;
}

/**
 * What the owner of a run writes: entries, and with them whatever must not be seen without them.
 *
 * Fenced: applied only while the row has this `epoch` and status `running`. Idempotent: if the row's
 * `head` already equals `head` and the operation's ending already holds, nothing is written and the result is
 * that of the first time (`repeated: true`). For `park`, `finish` and `continueAsNew` the row's `seq` must equal `expectSeq`;
 * if mail came in between, nothing at all is applied and the result is `mail`.
 * Each applied ending zeroes `stalls`; entries of a run that goes on leave 1, for the claim that goes on.
 *
 * Refused, with nothing applied: entries that do not follow the row's head; a hold whose id, or whose key in this run, is
 * taken; a child whose id is taken by any other run or tombstone (the same child of the same parent is left alone); a
 * next generation with another id.
 *
 * A finished generation that went on as a new one is `completed` with the outcome `continued`; lists show the newest only.
 */
export interface AdvanceOperation {
  type: "advance";
  pk: RunPk;
  epoch: number;
  /** `seq` as the owner knows it. */
  expectSeq: number;
  /** `head` as the owner knows it; the row must have it (or `head`, see above). */
  previousHead: Uint8Array;
  entries: NewEntry[];
  /** Chain head after `entries`; equals `previousHead` when there are none. */
  head: Uint8Array;
  chunks: Chunk[];
  holds: NewHold[];
  /** Holds of this run to close without a decision, by key. An answered or decided one becomes `superseded`; a closed one stays. */
  closeHolds: { key: string; status: "withdrawn" | "superseded"; event: NewHoldEvent }[];
  /**
   * A hold whose unchecked answer the worker refused, or that is asked again after all: answered or decided, it opens
   * again with `revision + 1`. `nextAt` sets when the sweeper looks at it; without it that stays as it is.
   */
  reopenHolds: { key: string; nextAt?: Millis | null; event: NewHoldEvent }[];
  /** A hold whose unchecked answer the worker accepted: `answered` becomes `decided`. */
  acceptHolds: { key: string; event: NewHoldEvent }[];
  children: NewRun[];
  stream: Uint8Array[];
  /** Merged into the run's attributes; null removes one. */
  attributes: Attributes | null;
  /** Null leaves it as it is; so do `version` and `phase`. An ending clears `phase`. */
  progress: { done: number; total: number } | null;
  /** Sets the run's version (adopted by a worker with newer code). */
  version: number | null;
  phase: "compensating" | null;
  then:
    | { type: "continue" }
    | {
        type: "park";
        status: "parked" | "paused" | "diverged" | "ready";
        /** When it wakes by itself, finding a `tick`; of a `ready` one the time before which nobody claims it. */
        wakeAt: Millis | null;
        waiting: Waiting;
        note: string | null;
      }
    | {
        type: "finish";
        status: FinishedStatus;
        outcome: string;
        note: string | null;
        deliveries: Delivery[];
      }
    | { type: "continueAsNew"; next: NewRun };
  at: Millis;
}
/** What became of an advance; `fenced` when somebody else owns the run now. */
export type AdvanceResult =
  | {
      type: "advanced";
      /** The run's `seq` afterwards. */
      seq: number;
      /** Number of the first of `entries`; the others follow without gaps. 0 when there were none. */
      firstSeq: number;
      repeated: boolean;
    }
  | { type: "mail"; seq: number }
  | { type: "fenced" };

/**
 * Delivers mail to a run: raises `seq`, inserts the row, and makes a parked run ready.
 * What a run nobody executes becomes: `pause` makes ready and parked ones paused; a paused one stays so until
 * `resume` or `cancel` makes it ready; `retry` makes a failed, diverged or parked one ready (also
 * clearing `finishedAt` and `outcome`) and zeroes `stalls`; `migrate`, `pin` and `cancel` make a diverged one ready, other mail does not.
 * A delivery to a `running` run never changes its status: its owner notices the number.
 * `cancel` does not wait for a delayed start; other mail does, also after `pause` and `resume`.
 */
export interface DeliverOperation {
  type: "deliver";
  to: { pk: RunPk } | { id: string };
  mail: NewMail;
  /** Refuse (`state`) when the run has none of these statuses; null allows every unfinished one. */
  allowedIn: readonly RunStatus[] | null;
}
/** What became of a delivery; `state` when the run has not one of the statuses that were asked for. */
export type DeliverResult =
  | { type: "delivered"; n: number; duplicate: boolean; status: RunStatus }
  | { type: "absent" }
  | { type: "state"; status: RunStatus };

/**
 * Moves one hold from a known revision to its next state, with its audit lines and the run's mail. Every move raises the
 * revision, also one that leaves it open: of two who read the same state only one moves it. When all its named
 * events are there already it was applied before (`repeated`). Mail to a finished run is dropped.
 */
export interface HoldOperation {
  type: "hold";
  holdId: string;
  /** Compare-and-set: the row must have this revision and be `open`. */
  revision: number;
  status: HoldStatus;
  nextAt: Millis | null;
  /** Takes the place of the row's progress; null or absent leaves it. */
  progress?: StoredPayload | null;
  decision: StoredPayload | null;
  decidedBy: string | null;
  events: NewHoldEvent[];
  /** Delivered to the hold's run in the same transaction. */
  mail: NewMail | null;
  at: Millis;
}
/** What became of a move; `conflict` when the hold is not at that revision, or closed. */
export type HoldResult =
  | { type: "moved"; hold: HoldRow; repeated: boolean }
  | { type: "conflict"; hold: HoldRow }
  | { type: "absent" };

/**
 * Ends a run without its cooperation (forced cancel): raises its epoch, withdraws its pending holds, writes the final entry.
 * `mail` when the run is not where `expectSeq` and `previousHead` say; `absent` when it is gone or has finished otherwise.
 */
export interface SealOperation {
  type: "seal";
  pk: RunPk;
  expectSeq: number;
  previousHead: Uint8Array;
  entry: NewEntry;
  head: Uint8Array;
  status: FinishedStatus;
  outcome: string;
  note: string | null;
  deliveries: Delivery[];
  holdEvent: NewHoldEvent;
  at: Millis;
}
/** What became of a seal; `mail` when the run has moved on since it was read. */
export type SealResult = { type: "sealed"; seq: number } | { type: "mail"; seq: number } | { type: "absent" };

/** What a person said later about a recorded result: the truth to compare a prediction with. One per key and person, the last one counts. */
export interface LabelOperation {
  type: "label";
  runId: string;
  key: string;
  label: string;
  by: string | null;
  at: Millis;
}

/** One atomic change. */
export type Operation =
  | StartOperation
  | AdvanceOperation
  | DeliverOperation
  | HoldOperation
  | SealOperation
  | LabelOperation
  | ScheduleOperation
  | PutRecordOperation
  | DropRecordOperation
  | LogOperation;

/** The database would not take this operation (too large, not encodable); the rest of the batch was committed. */
export interface Refused {
  type: "refused";
  reason: string;
}

/** What each type of operation gives back when it is not refused. */
interface Results {
  start: StartResult;
  advance: AdvanceResult;
  deliver: DeliverResult;
  hold: HoldResult;
  seal: SealResult;
  label: { type: "labelled" } | { type: "absent" };
  schedule: ScheduleResult;
  putRecord: PutRecordResult;
  dropRecord: DropRecordResult;
  log: LogResult;
}
/** What an operation gives back. */
export type ResultOf<O extends Operation> = Results[O["type"]] | Refused;
/** What any operation gives back. */
export type OperationResult = ResultOf<Operation>;

// ── Workers ───────────────────────────────────────────────────────────────────────────────────────

/** A version of a workflow that a worker has code for. */
export interface Capability {
  workflow: string;
  version: number;
}

/** A registered worker's row. */
export interface WorkerRow {
  /** New for every registration; a dead incarnation never comes back. */
  incarnation: string;
  host: string;
  /** Identifies one boot of the host, so that a pid of an earlier boot is not mistaken for a live one. */
  bootId: string;
  pid: number;
  leaseUntil: Millis;
  capabilities: Capability[];
}

/** What a worker asks for when it claims. */
export interface ClaimRequest {
  incarnation: string;
  capabilities: Capability[];
  /** Also take runs of these workflows whose version no live worker has (rule: newest version after a dry replay). */
  adopt: boolean;
  queues: {
    name: string;
    limit: number | null;
    perKey: { limit: number; while: "running" | "unfinished" } | null;
    /** How often runs of the queue may be begun, over all workers; a run that goes on does not count. */
    rate?: StartRate | null;
    /** The same for each concurrency key. */
    keyRate?: StartRate | null;
  }[];
  /** How many at most. */
  limit: number;
  now: Millis;
  leaseUntil: Millis;
  /** A run that became ready less than this many milliseconds ago is left to its last owner, if that is still there. */
  headStart: Millis;
  /** A run with this many stalls is not claimed but returned in `poisoned`. */
  maxStalls: number;
  /**
   * From this many stalls on a run is a suspect: it may have ended the workers that claimed it, and with them the
   * claims of every run beside it.
   */
  suspectStalls: number;
  /** How many suspects this claim may take; poisoned runs do not count. */
  suspects: number;
  /** Makes the `tick` that a due run finds in its inbox. `at` is the claim's time. */
  tick(run: RunRow, at: Millis): NewMail;
}

/** What a worker got. */
export interface ClaimResult {
  runs: RunRow[];
  /** Still to be parked with an operator hold by the engine; claimed like the others. */
  poisoned: RunRow[];
  /** When the next parked run becomes due, a delayed one ready, a head start ends or a rate lets another begin, if known. Not after `now` when more are due already. */
  nextWake: Millis | null;
}

/** What is recorded of a run, or a part of it: what it did, and what was delivered to it. */
export interface History {
  entries: Entry[];
  mail: Mail[];
}

// ── Queries ───────────────────────────────────────────────────────────────────────────────────────

/** Which runs; everything that is given must hold. Times are milliseconds since 1970. */
export interface RunFilter {
  workflow?: string;
  version?: number;
  status?: readonly RunStatus[];
  waiting?: readonly Exclude<Waiting, null>[];
  outcome?: string;
  queue?: string;
  thread?: string;
  parentId?: string;
  idPrefix?: string;
  attributes?: Attributes;
  createdAfter?: Millis;
  createdBefore?: Millis;
  finishedAfter?: Millis;
  finishedBefore?: Millis;
}

/** Which page of a list. */
export interface Page {
  /** 1 to 1,000. */
  limit: number;
  /** Opaque; from the previous page. */
  cursor: string | null;
}

/** A page of a list. */
export interface PageOf<T> {
  items: T[];
  /** Null on the last page. */
  cursor: string | null;
}

/** Which holds; everything that is given must hold. Times are milliseconds since 1970. */
export interface HoldFilter {
  status?: readonly HoldStatus[];
  runId?: string;
  workflow?: string;
  name?: string;
  severity?: readonly Severity[];
  origin?: "author" | "operator";
  dueBefore?: Millis;
}

/** What stays of a run after retention removed it. */
export interface Tombstone {
  id: string;
  workflow: string;
  inputDigest: Uint8Array;
  status: FinishedStatus;
  outcome: string;
  head: Uint8Array;
  entryCount: number;
  createdAt: Millis;
  finishedAt: Millis;
  removedAt: Millis;
}

/** What may be removed. Times are milliseconds since 1970. */
export interface RetentionRequest {
  finishedBefore: Millis;
  tombstonesBefore: Millis;
  /** Null keeps holds and their events of removed runs. */
  holdsBefore: Millis | null;
  /** Run trees per call; call again while `removed` equals it. */
  limit: number;
  now: Millis;
}

/** How much a store holds; `bytes` is its size on disk, or about that in memory. */
export interface StoreSizes {
  runs: Record<RunStatus, number>;
  openHolds: number;
  bytes: number;
}

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
   * Entries and mail with a number above `after`, in order. One round trip for many runs. `hashes: false` is said by who
   * will not look at the entries' hashes (a replay): a store may give empty ones, which saves a third of the reading.
   */
  history(
    namespace: string,
    wanted: readonly { pk: RunPk; after: number }[],
    options?: { hashes: boolean },
  ): Promise<History[]>;
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
  /**
   * The holds that opened or moved since `after`, as the cursor of an earlier answer says; null begins with the newest few. No change is
   * missed, and one may be given twice. What was kept too short for this reader is said (`lost`).
   */
  changedHolds(namespace: string, page: { after: string | null; limit: number; now: Millis }): Promise<ChangedHolds>;
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
   * Removes expired records, a small batch (`expiredPerSweep`); gives how many. Drops changes of holds from the feed that are
   * older than the newest 100,000.
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

  /** Calls back when this process, or another one, may have work for the listener. Returns how to stop. */
  watch(namespace: string, listener: (signal: StoreSignal) => void): () => void;
}

/** The salted digests that take the place of erased bytes, by number. */
export interface Erasure {
  /** Erases only a finished run with this number; otherwise nothing happens and the answer is false. Absent: any run that is there. */
  expectSeq?: number;
  entries: { seq: number; digest: Uint8Array }[];
  mail: { n: number; digest: Uint8Array }[];
  by: string | null;
  at: Millis;
}
