import type { HoldStatus, Severity } from "./hold-rows.ts";
import type { Millis } from "./journal-rows.ts";
import type { Attributes, FinishedStatus, RunPk, RunStatus, Waiting } from "./run-rows.ts";

/** A stretch of what happened in a run. */
export interface HistoryRange {
  pk: RunPk;
  /** What has a greater number than this. */
  after: number;
  /** And none above this one. Default: to the end. */
  until?: number;
}

/** Which runs; everything that is given must hold. Times are milliseconds since 1970. */
export interface RunFilter {
  workflow?: string;
  /** Of one of these. */
  workflows?: WorkflowSet;
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

/** Some workflows: those with one of these names, and those whose name begins so. Without either there is none. */
export interface WorkflowSet {
  names: readonly string[];
  prefixes: readonly string[];
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
  /** Of one of these. */
  workflows?: WorkflowSet;
  name?: string;
  severity?: readonly Severity[];
  origin?: "author" | "operator";
  dueBefore?: Millis;
  /**
   * In which order: the newest first (the default), or what is due first: by the next time its ladder acts, those without one last; then
   * the severest, then the oldest. A cursor belongs to the order of its page.
   */
  order?: "newest" | "due";
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

/** How many wait, and since when the first of them does. */
export interface Backlog {
  queue: string;
  count: number;
  /** Milliseconds since 1970. */
  oldest: Millis;
}

/** About how large a table is, with its indexes: as the database's own statistics say, which nobody has to count for it. */
export interface TableSize {
  name: string;
  rows: number;
  bytes: number;
}

/** How much a store holds; `bytes` is its size on disk, or about that in memory. */
export interface StoreSizes {
  runs: Record<RunStatus, number>;
  openHolds: number;
  /** Ready runs by queue, and since when the oldest of them is; queues without any are left out. A delayed run is none yet. */
  queues: Backlog[];
  /** Open holds by severity, and since when the oldest of them is; severities without any are left out. */
  holds: (Omit<Backlog, "queue"> & { severity: Severity })[];
  bytes: number;
  /** By table, the largest first, of all namespaces; absent where the store has no statistics of them. */
  tables?: TableSize[];
}

/** A stretch of time, for figures: from a moment on, up to another. Milliseconds since 1970. */
export interface TimeSpan {
  from: Millis;
  /** Not itself in it. */
  to: Millis;
  /** How many to look at, at most: the newest. */
  limit: number;
}

/** What figures need to know of a run tree that has finished: a run with all it called; one that a parent has let go is its own. */
export interface RunTimes {
  workflow: string;
  status: FinishedStatus;
  createdAt: Millis;
  finishedAt: Millis;
  /** How long its holds waited for people, added up, in ms. */
  waited: number;
}

/** What figures need to know of a hold. */
export interface HoldTimes {
  workflow: string;
  severity: Severity;
  status: HoldStatus;
  openedAt: Millis;
  /** Null while it is open. */
  closedAt: Millis | null;
}

/** The newest of some, and how many there are in all. */
export interface Counted<T> {
  count: number;
  items: T[];
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
