/** Milliseconds since 1970, UTC. */
export type Millis = number;

/** A value as it is stored. `ref` is true when `bytes` lists content-addressed chunks instead of holding the value. */
export interface StoredPayload {
  codec: string;
  bytes: Uint8Array;
  ref: boolean;
  /** The form it has in an encrypting store: digests and the hash chain are over this one. Absent where nothing is encrypted. */
  sealed?: StoredPayload;
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

/** What is recorded of a run, or a part of it: what it did, and what was delivered to it. */
export interface History {
  entries: Entry[];
  mail: Mail[];
}
