import type { Chunk, Millis, NewEntry, NewMail } from "./journal-rows.ts";

/** Internal integer identity of one generation of a run. Never shown to a user. */
export type RunPk = number;

/** Where a run stands. The same words in the tables, the API and on the screen. */
export type RunStatus = "ready" | "running" | "parked" | "paused" | "completed" | "failed" | "cancelled" | "diverged";

/** The statuses a run ends with. */
export const finishedStatuses = ["completed", "failed", "cancelled"] as const;

/** How a run ended. */
export type FinishedStatus = (typeof finishedStatuses)[number];

/** What a parked run waits for, most human first. `null` when it does not wait. */
export type Waiting = "hold" | "operator" | "signal" | "child" | "time" | "retry" | "worker" | null;

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

/** Delivers mail to another run in the same transaction (a child's result, a parent's cancel). */
export interface Delivery {
  to: { pk: RunPk } | { id: string };
  mail: NewMail;
}
