/** What a column can hold. Integers stay within 2^53. */
export type SqlValue = number | string | Uint8Array | null;
export type SqlRow = Record<string, SqlValue>;

/** A prepared statement. */
export interface SqlStatement {
  /** Returns how many rows it changed. */
  run(...parameters: SqlValue[]): number;
  get(...parameters: SqlValue[]): SqlRow | undefined;
  all(...parameters: SqlValue[]): SqlRow[];
  /** All rows as lists of values in the order of the columns: twice as fast as `all` where there are thousands. */
  values(...parameters: SqlValue[]): SqlValue[][];
  /** For statements of which nothing is known: its rows, and how many it changed. */
  query(...parameters: (SqlValue | bigint)[]): { rows: SqlRow[]; changes: number };
}

/**
 * A connection to one SQLite database: the port behind which `node:sqlite` stands, and behind which
 * better-sqlite3 could stand. Synchronous, because both libraries are.
 */
export interface SqliteDriver {
  /** Version of the SQLite library, `3.53.4`. */
  readonly version: string;
  prepare(sql: string): SqlStatement;
  /** Runs one or more statements without parameters and without results. */
  exec(sql: string): void;
  /** Extended SQLite result code of an error this driver threw; null when it is none of SQLite's. */
  errorCode(error: unknown): number | null;
  close(): void;
}

/** Opens a database file, which is created when it is missing. */
export type OpenSqlite = (path: string) => SqliteDriver;
