import type { HoldRow, HoldStatus, NewHold, NewHoldEvent } from "./hold-rows.ts";
import type { Chunk, Millis, NewEntry, NewMail, StoredPayload } from "./journal-rows.ts";
import type { LineOfLog, LogOperation, LogResult } from "./log-rows.ts";
import type { DropRecordOperation, DropRecordResult, PutRecordOperation, PutRecordResult } from "./record-rows.ts";
import type {
  Attributes,
  Delivery,
  FinishedStatus,
  NewRun,
  RunPk,
  RunRow,
  RunStatus,
  Tombstone,
  Waiting,
} from "./run-rows.ts";
import type { ScheduleOperation, ScheduleResult } from "./schedule-rows.ts";

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
  /** Appended in the same transaction where the run is created, and else not: what cannot be appended is not started. */
  line?: LineOfLog | null;
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
