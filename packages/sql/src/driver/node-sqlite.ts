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

/** The driver on Node's own SQLite: nothing to install, nothing to compile. */
export function openNodeSqlite(path: string): SqliteDriver {
  const database = new (databaseClass())(path);
  return {
    // Not asked of the database, which another process may just have locked.
    version: process.versions.sqlite ?? "0",
    prepare(sql): SqlStatement {
      const statement = database.prepare(sql);
      // Early releases of Node 22 have rows as objects only.
      const canGiveLists = typeof Reflect.get(statement, "setReturnArrays") === "function";
      let lists: StatementSync | null = null;
      return {
        run: (...parameters) => Number(statement.run(...parameters).changes),
        get: (...parameters) => {
          const row = statement.get(...parameters);
          return row === undefined ? undefined : checked(row);
        },
        all: (...parameters) => statement.all(...parameters) as SqlRow[],
        values(...parameters) {
          if (!canGiveLists) {
            const rows: Record<string, unknown>[] = statement.all(...parameters);
            return rows.map((row) => Object.values(row).map(value));
          }
          if (lists === null) {
            lists = database.prepare(sql);
            lists.setReturnArrays(true);
          }
          const rows: unknown = lists.all(...parameters);
          return rows as SqlValue[][];
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
