export type Row = Record<string, string | number | null>;

/**
 * The harness's own eyes inside the database: triggers that note, in the transaction that does it, what must never be done; and
 * questions to it. What it uses is beside Holdpoint's tables, and nothing of Holdpoint's code is in it.
 */
export interface Audit {
  /** A table of the store, as a question names it. */
  table(name: string): string;
  /** Asks until there is an answer: the database may be away. */
  ask(sql: string): Promise<Row[]>;
  number(sql: string): Promise<number>;
  /** Begins to watch. */
  install(): Promise<void>;
  violations(): Promise<Row[]>;
  /** Runs that may still end. */
  unfinished(): Promise<number>;
  /** Ends connections that are not the audit's: each with this probability. */
  killBackends(share: number): Promise<void>;
  close(): Promise<void>;
}
