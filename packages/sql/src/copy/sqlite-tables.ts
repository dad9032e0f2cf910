import type { SqliteDriver, SqlValue } from "../driver/driver.ts";
import type { Connection } from "../sqlite/connection.ts";
import { lastKeySql, pageSql, type Table, type TableAccess, type Tables } from "./tables.ts";

const plain = (column: string): string => `"${column}"`;

class SqliteTables implements Tables {
  readonly #driver: () => SqliteDriver;
  readonly #transaction: (work: () => void) => Promise<void>;

  constructor(driver: () => SqliteDriver, transaction: (work: () => void) => Promise<void>) {
    this.#driver = driver;
    this.#transaction = transaction;
  }

  async tables(): Promise<Table[]> {
    const names = await this.query(
      "select name from sqlite_schema where type = 'table' and name not like 'sqlite#_%' escape '#' order by name",
    );
    return Promise.all(names.map(({ name }) => this.#table(String(name))));
  }

  async #table(name: string): Promise<Table> {
    const columns = await this.query("select name, type, pk from pragma_table_info(?) order by cid", name);
    let key = columns.filter(({ pk }) => pk !== 0).sort((a, b) => Number(a.pk) - Number(b.pk));
    if (key.length === 0) {
      key = await this.query(
        `select name from pragma_index_info(
          (select name from pragma_index_list(?) where "unique" = 1 and partial = 0 limit 1)) order by seqno`,
        name,
      );
    }
    return {
      name,
      columns: columns.map((column) => ({ name: String(column.name), type: String(column.type) })),
      key: key.map((column) => String(column.name)),
    };
  }

  async page(table: Table, from: readonly SqlValue[] | null, limit: number): Promise<SqlValue[][]> {
    return this.#driver()
      .prepare(pageSql(table, from !== null, plain))
      .values(...(from ?? []), limit);
  }

  async lastKey(table: Table): Promise<readonly SqlValue[] | null> {
    const row = this.#driver().prepare(lastKeySql(table, plain)).get();
    return row === undefined ? null : table.key.map((name) => row[name] ?? null);
  }

  async query(sql: string, ...values: SqlValue[]) {
    return this.#driver()
      .prepare(sql)
      .all(...values);
  }

  change(changes: Parameters<Tables["change"]>[0]): Promise<void> {
    return this.#transaction(() => {
      const driver = this.#driver();
      for (const change of changes) {
        if ("sql" in change) {
          driver.prepare(change.sql).run(...change.values);
          continue;
        }
        const { name, columns } = change.into;
        const names = columns.map((column) => `"${column.name}"`).join(", ");
        const insert = driver.prepare(`insert into "${name}" (${names}) values (${columns.map(() => "?").join(", ")})`);
        for (const row of change.rows) insert.run(...row);
      }
    });
  }
}

/** Tables of a SQLite store. `again` opens the file once more, to read one moment of it; null when it is in memory. */
export function sqliteTables(connection: Connection, again: (() => SqliteDriver) | null): TableAccess {
  const tables = new SqliteTables(
    () => connection.session.driver,
    (work) => connection.run((session) => session.transaction(work)),
  );
  return {
    tables,
    async snapshot(work) {
      // What is in memory has no other user.
      if (again === null) return work(tables);
      const driver = again();
      try {
        driver.exec("begin deferred");
        // The moment is that of the first read.
        driver.prepare("select 1 from sqlite_schema limit 1").get();
        return await work(
          new SqliteTables(
            () => driver,
            () => Promise.reject(new TypeError("a snapshot is read-only")),
          ),
        );
      } finally {
        driver.close();
      }
    },
    // SQLite counts on from the highest key by itself.
    countOn: async () => undefined,
  };
}
