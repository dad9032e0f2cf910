import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { SqliteDriver, SqlRow, SqlStatement, SqlValue } from "./driver.ts";
import { withoutSqliteWarning } from "./experimental-warning.ts";

type Database = DatabaseSync;
type DatabaseClass = new (path: string) => Database;

/** The class is `Database` in newer Node and `DatabaseSync` in older. */
function databaseClass(): DatabaseClass {
  const module: unknown = withoutSqliteWarning(() => process.getBuiltinModule("node:sqlite"));
  const classes = module as { Database?: DatabaseClass; DatabaseSync?: DatabaseClass };
  const found = classes.DatabaseSync ?? classes.Database;
  if (found === undefined) throw new TypeError("this Node has no node:sqlite; Node 22.13 or newer is needed");
  return found;
}

function value(column: unknown): SqlValue {
  if (column === null || typeof column === "number" || typeof column === "string") return column;
  if (column instanceof Uint8Array) return column;
  throw new RangeError(`unexpected column value of type ${typeof column}`);
}

function checked(row: Record<string, unknown>): SqlRow {
  for (const name in row) value(row[name]);
  return row as SqlRow;
}

/** Early releases of Node 22 give rows as objects only. */
function canGiveLists(statement: StatementSync): boolean {
  return typeof Reflect.get(statement, "setReturnArrays") === "function" && typeof statement.columns === "function";
}

/**
 * Takes rows as lists and names the values itself: Node makes each name anew for each row, which for a run of 44 columns
 * takes longer than everything else (7.7 µs against 5.7).
 */
function naming(statement: StatementSync): (row: unknown) => SqlRow {
  if (!canGiveLists(statement)) return (row) => checked(row as Record<string, unknown>);
  statement.setReturnArrays(true);
  let names: string[] = [];
  return (row) => {
    const values = row as unknown[];
    // The first row; or another process has migrated the file meanwhile, and the table has got a column.
    if (values.length !== names.length) names = statement.columns().map(({ name }) => name);
    const named: SqlRow = {};
    for (let i = 0; i < names.length; i++) named[names[i] as string] = value(values[i]);
    return named;
  };
}

/** The driver on Node's own SQLite: nothing to install, nothing to compile. */
export function openNodeSqlite(path: string): SqliteDriver {
  const database = new (databaseClass())(path);
  let changedBy: StatementSync | null = null;
  return {
    // Not asked of the database, which another process may just have locked.
    version: process.versions.sqlite ?? "0",
    prepare(sql): SqlStatement {
      const statement = database.prepare(sql);
      const named = naming(statement);
      return {
        run: (...parameters) => Number(statement.run(...parameters).changes),
        get: (...parameters) => {
          const row = statement.get(...parameters);
          return row === undefined ? undefined : named(row);
        },
        all: (...parameters) => statement.all(...parameters).map(named),
        query(...parameters) {
          if (changedBy === null) changedBy = database.prepare("select changes() as n");
          const rows = statement.all(...parameters).map(named);
          return { rows, changes: Number(changedBy.get()?.["n"]) };
        },
        values(...parameters) {
          const rows: unknown = statement.all(...parameters);
          if (canGiveLists(statement)) return rows as SqlValue[][];
          return (rows as Record<string, unknown>[]).map((row) => Object.values(row).map(value));
        },
      };
    },
    exec: (sql) => database.exec(sql),
    errorCode(error) {
      if (!(error instanceof Error) || !("errcode" in error)) return null;
      return typeof error.errcode === "number" ? error.errcode : null;
    },
    close: () => database.close(),
  };
}
