import type { Millis, StoredPayload } from "./journal-rows.ts";
import type { RunPk } from "./run-rows.ts";

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
  /** What stands in an encrypting store in the place of `evidenceHash`: the links are over this. Absent where nothing is encrypted. */
  sealedEvidenceHash?: Uint8Array;
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
