import type { Millis } from "./journal-rows.ts";

/**
 * Records: an installation's own small documents (scoped grants, API keys, sessions, subscriptions), beside the runs and not part
 * of any. A record is named by its kind and its id; its body is a text whose meaning the store does not know.
 */
export interface RecordRow {
  /** What it is: `apiKey`, `session`. */
  kind: string;
  /** Unique within the kind. */
  id: string;
  /**
   * Raised by every change. Begins with the time the record was made, so that one that was dropped and made anew is not
   * taken for the earlier one.
   */
  revision: number;
  /** JSON text, encoded above the store. */
  body: string;
  createdAt: Millis;
  updatedAt: Millis;
  /** From then on it is not there any more; null: it stays until it is dropped. */
  expiresAt: Millis | null;
}

/**
 * Writes a record if it is what the caller takes it for.
 *
 * @example
 * const now = Date.now();
 * const [result] = await store.commit("default", [
 *   { type: "putRecord", kind: "session", id: "s1", body: "{}", expiresAt: now + 3_600_000, expected: "absent", at: now },
 * ]);
 * if (result.type === "changed") console.log("somebody else has made it");
 */
export interface PutRecordOperation {
  type: "putRecord";
  kind: string;
  id: string;
  body: string;
  expiresAt: Millis | null;
  /** Compare-and-set: the record must have this revision, or must not be there, or may be anything. */
  expected: number | "absent" | "any";
  /** Now: an expired record counts as absent. */
  at: Millis;
}

/** What became of it; `changed` when the record is not what was expected, with the record as it is. */
export type PutRecordResult = { type: "put"; revision: number } | { type: "changed"; record: RecordRow | null };

/** Removes a record. One that is not there is removed already, unless a revision was expected. */
export interface DropRecordOperation {
  type: "dropRecord";
  kind: string;
  id: string;
  expected: number | "any";
  at: Millis;
}

/** What became of it; `changed` when the record is not what was expected. */
export type DropRecordResult = { type: "dropped" } | { type: "changed"; record: RecordRow | null };

/** Which records of a kind, in the order of their ids (by their bytes in UTF-8). */
export interface RecordPage {
  /** Those whose ids begin with this. */
  prefix?: string;
  /** Those behind this id: the last one of the page before. */
  after?: string;
  /** 1 to 1,000. A page with fewer is the last one. */
  limit: number;
  /** Now: expired ones are not given. */
  now: Millis;
}
