import type { SqlParameter } from "@holdpoint/core";
import type { Placeholders, Statement } from "./statement.ts";

/** What a statement gave. */
export interface Rows {
  rows: Record<string, unknown>[];
  /** How many rows it inserted, updated or deleted. */
  changes: number;
}

/** What an error means for the transaction it came in. */
export interface Fault {
  /** One of ours, in a sentence. */
  error: unknown;
  /** It may go through when all of it is done again. */
  again: boolean;
}

/** One connection on which one thing is done at a time: what SQLite and PostgreSQL make a transaction of. */
export interface Channel {
  readonly placeholders: Placeholders;
  begin(): Promise<void>;
  run(statement: Statement, parameters: readonly SqlParameter[]): Promise<Rows>;
  /** Statements of a migration, as they are. */
  script(text: string): Promise<void>;
  commit(): Promise<void>;
  /** Undoes what is open; never throws. */
  rollback(): Promise<void>;
  /** Gives the connection back; `broken`, nobody uses it again. */
  release(broken: boolean): void;
  explain(error: unknown): Fault;
}
