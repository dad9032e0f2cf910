import type { Store } from "@holdpoint/core";
import type { SqlRow, SqlValue } from "../driver/driver.ts";

/** A table as one database has it. */
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Columns that name a row, in the order of an index on them. */
  readonly key: readonly string[];
}

export interface Column {
  readonly name: string;
  /** As the database calls it. */
  readonly type: string;
}

/** Rows to be inserted, or a statement. */
export type Change = { into: Table; rows: readonly (readonly SqlValue[])[] } | { sql: string; values: SqlValue[] };

/** A store's tables as they are, for moving them: what they mean is not known here. */
export interface Tables {
  /** All of them, by name. */
  tables(): Promise<Table[]>;
  /** Rows as lists in the order of the table's columns, from the row with the key `from` on (that one included). */
  page(table: Table, from: readonly SqlValue[] | null, limit: number): Promise<SqlValue[][]>;
  /** Key of the last row; null when there is none. */
  lastKey(table: Table): Promise<readonly SqlValue[] | null>;
  /** A query with `?` for its parameters. */
  query(sql: string, ...values: SqlValue[]): Promise<SqlRow[]>;
  /** Applies all of it in one transaction. */
  change(changes: readonly Change[]): Promise<void>;
}

/** How a store lets itself be copied. */
export interface TableAccess {
  readonly tables: Tables;
  /** Reads of one unchanging moment, however long they take; what others write meanwhile is not seen. */
  snapshot<T>(work: (tables: Tables) => Promise<T>): Promise<T>;
  /** After rows were inserted with keys of their own: whoever inserts next gets a key that is free. */
  countOn(): Promise<void>;
}

const offers = new WeakMap<Store, () => Promise<TableAccess>>();

/** Says how to get at the tables of a store; loaded when somebody asks. */
export function offerTables(store: Store, access: () => Promise<TableAccess>): Store {
  offers.set(store, access);
  return store;
}

/** Null for a store that is not made of tables. */
export async function tablesOf(store: Store): Promise<TableAccess | null> {
  return (await offers.get(store)?.()) ?? null;
}

const quoted = (name: string): string => `"${name}"`;

/**
 * The text that reads a page. From, not after: for `>` on several columns SQLite walks through all rows that have the
 * first in common.
 */
export function pageSql(table: Table, hasFrom: boolean, order: (column: string) => string): string {
  const key = table.key.map(order).join(", ");
  const marks = table.key.map(() => "?").join(", ");
  const where = hasFrom ? `where (${key}) >= (${marks})` : "";
  const columns = table.columns.map(({ name }) => quoted(name)).join(", ");
  return `select ${columns} from ${quoted(table.name)} ${where} order by ${key} limit ? + 0`;
}

/** The text that reads the last key. */
export function lastKeySql(table: Table, order: (column: string) => string): string {
  const backwards = table.key.map((name) => `${order(name)} desc`).join(", ");
  return `select ${table.key.map(quoted).join(", ")} from ${quoted(table.name)} order by ${backwards} limit 1`;
}
