import type { SqlRow, SqlValue } from "../driver/driver.ts";
import type { StatementName } from "../statements/statements.ts";

/** One statement to be run: by name, or (for queries that are put together) as text. */
export interface Call {
  readonly want: "run" | "get" | "all" | "values";
  readonly statement: StatementName | { sql: string };
  readonly parameters: readonly SqlValue[];
}

type Answer = number | SqlRow | undefined | SqlRow[] | SqlValue[][];

/**
 * An operation as a program that asks for statements and gets their answers. It knows nothing of the database:
 * SQLite answers at once, PostgreSQL and MySQL can answer later, and the operation is written once.
 */
export type Program<T> = Generator<Call, T, Answer>;

/** A statement to be run that is no program of its own: `yield` it; the answer is how many rows it changed. */
export function call(statement: StatementName, ...parameters: SqlValue[]): Call {
  return { want: "run", statement, parameters };
}

/** Runs a statement; gives how many rows it changed. */
export function* run(statement: StatementName, ...parameters: SqlValue[]): Program<number> {
  const changes = yield { want: "run", statement, parameters };
  return typeof changes === "number" ? changes : 0;
}

/** The first row, or null. */
export function* one(statement: StatementName, ...parameters: SqlValue[]): Program<SqlRow | null> {
  const row = yield { want: "get", statement, parameters };
  return typeof row === "object" && !Array.isArray(row) ? row : null;
}

export function* all(statement: StatementName | { sql: string }, ...parameters: SqlValue[]): Program<SqlRow[]> {
  const rows = yield { want: "all", statement, parameters };
  return Array.isArray(rows) ? (rows as SqlRow[]) : [];
}

/** All rows as lists of values, for what is read by the thousand. */
export function* values(statement: StatementName, ...parameters: SqlValue[]): Program<SqlValue[][]> {
  const rows = yield { want: "values", statement, parameters };
  return Array.isArray(rows) ? (rows as SqlValue[][]) : [];
}

/** Thrown inside an operation that has already written: it is undone, and answered with `refused`. */
export class Refusal extends Error {}

/** What a transaction has to tell others once it is durable. */
export interface News {
  ready: boolean;
  hold: boolean;
  /** A hold that waits has a deadline that it did not have before. */
  deadline: boolean;
  mail: Set<number> | null;
}

/** A namespace that nobody has written to yet: every read finds nothing there. */
export const unknownNamespace = -1;

/** What every operation gets: where it works and whom to tell. */
export interface Context {
  /** Name of the namespace. */
  name: string;
  /** Its key in the tables. */
  namespace: number;
  news: News;
}
