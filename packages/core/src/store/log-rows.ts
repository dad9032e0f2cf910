import type { Millis } from "./journal-rows.ts";

/** A line about to be appended to a log. */
export interface NewLogLine {
  /** When it happened. A line is never recorded as earlier than the one before it. */
  at: Millis;
  /** JSON text, encoded above the store. */
  body: string;
  /** Names the line within its log: appending the same one again appends nothing. Null: every call appends. */
  key: string | null;
}

/** A line, and the log it belongs to. */
export interface LineOfLog {
  /** Name of the log, within the namespace. */
  log: string;
  line: NewLogLine;
}

/** A line of a log as it was recorded. */
export interface LogLine extends NewLogLine {
  /** Its number in the log, from 1, without gaps. */
  n: number;
  /** Binds it to all before it (`logLink`, computed by the store). */
  hash: Uint8Array;
}

/**
 * Appends to an append-only log (an installation's audit trail): whoever appends at the same time, each line has a number
 * of its own and follows the one before it in one chain. A log begins with its first line.
 */
export interface LogOperation {
  type: "log";
  /** Name of the log, within the namespace. */
  log: string;
  /** Up to 1,000. */
  lines: NewLogLine[];
}

/** The lines as they stand in the log, in the operation's order; one whose key was there already as it was recorded then. */
export interface LogResult {
  type: "logged";
  lines: LogLine[];
}

/** Which lines of a log; everything that is given must hold. */
export interface LogPage {
  /** Lines with a higher number. */
  after?: number;
  /** Lines with a lower number. */
  before?: number;
  /** Lines from this time on. */
  from?: Millis;
  /** Lines before this time. */
  until?: Millis;
  /** Highest numbers first. */
  newestFirst?: boolean;
  /** 1 to 1,000. */
  limit: number;
}
