import { text as textOf } from "../columns/read.ts";
import type { SqlRow, SqlValue } from "../driver/driver.ts";
import type { MysqlConnected, MysqlConnections } from "../mysql/connections.ts";
import { fill, templateOf } from "../mysql/literal.ts";
import { inserts } from "../mysql/rows.ts";
import { inTransaction } from "../mysql/transaction.ts";
import { lastKeySql, type Table, type TableAccess, type Tables } from "./tables.ts";

const named = (column: string): string => `\`${column}\``;

/** The texts that all stores share, in this database's words. */
function filled(sql: string, values: readonly SqlValue[]): string {
  return fill(templateOf(sql.replaceAll('"', "`").replaceAll("limit ? + 0", "limit ?")), values);
}

/** From this key on: compared as a list the server would look at all rows before it. */
function fromKey(key: readonly string[], from: readonly SqlValue[]): [where: string, values: SqlValue[]] {
  const ways = key.map((column, i) => {
    const same = key.slice(0, i).map((before) => `${named(before)} = ?`);
    const last = `${named(column)} ${i === key.length - 1 ? ">=" : ">"} ?`;
    return { sql: `(${[...same, last].join(" and ")})`, values: from.slice(0, i + 1) };
  });
  return [ways.map(({ sql }) => sql).join(" or "), ways.flatMap(({ values }) => values)];
}

type Connect = <T>(work: (connected: MysqlConnected) => Promise<T>) => Promise<T>;

class MysqlTables implements Tables {
  readonly #connected: Connect;

  constructor(connected: Connect) {
    this.#connected = connected;
  }

  /** Without the columns that the database computes itself. */
  async tables(): Promise<Table[]> {
    const columns = await this.query(`
      select table_name as name, column_name as field, data_type as type from information_schema.columns
      where table_schema = database() and extra not like '%GENERATED%' order by table_name, ordinal_position`);
    const keys = await this.query(`
      select table_name as name, column_name as field from information_schema.statistics
      where table_schema = database() and index_name = 'PRIMARY' order by table_name, seq_in_index`);
    const found = new Map<string, { name: string; columns: { name: string; type: string }[]; key: string[] }>();
    for (const row of columns) {
      const name = textOf(row, "name");
      const table = found.get(name) ?? { name, columns: [], key: [] };
      table.columns.push({ name: textOf(row, "field"), type: textOf(row, "type") });
      found.set(name, table);
    }
    for (const row of keys) found.get(textOf(row, "name"))?.key.push(textOf(row, "field"));
    return [...found.values()];
  }

  async page({ name, columns, key }: Table, from: readonly SqlValue[] | null, limit: number): Promise<SqlValue[][]> {
    const [where, values] = from === null ? ["true", []] : fromKey(key, from);
    const wanted = columns.map((column) => named(column.name)).join(", ");
    const rows = await this.query(
      `select ${wanted} from ${named(name)} where ${where} order by ${key.map(named).join(", ")} limit ?`,
      ...values,
      limit,
    );
    return rows.map((row) => Object.values(row));
  }

  async lastKey(table: Table): Promise<readonly SqlValue[] | null> {
    const [row] = await this.query(lastKeySql(table, named));
    return row === undefined ? null : table.key.map((name) => row[name] ?? null);
  }

  query(sql: string, ...values: SqlValue[]): Promise<SqlRow[]> {
    return this.#connected((connected) => connected.rows(filled(sql, values)));
  }

  change(changes: Parameters<Tables["change"]>[0]): Promise<void> {
    return this.#connected(async (connected) => {
      // To make a table ends the transaction it is in.
      const making = changes.flatMap((change) => ("sql" in change && /^create/.test(change.sql) ? [change] : []));
      for (const { sql, values } of making) await connected.script([filled(sql, values)]);
      await inTransaction(connected, async (runner) => {
        for (const change of changes) {
          if ("sql" in change) {
            if (!making.includes(change)) await runner.send(filled(change.sql, change.values));
            continue;
          }
          const { name, columns } = change.into;
          const into = `insert into ${named(name)} (${columns.map((column) => named(column.name)).join(", ")})`;
          for (const statement of inserts(into, change.rows)) await runner.send(statement);
        }
      });
    });
  }
}

/** Tables of a store on MySQL or MariaDB. */
export function mysqlTables(connections: MysqlConnections): TableAccess {
  return {
    tables: new MysqlTables((work) => connections.run(work)),
    snapshot: (work) =>
      connections.run(async (connected) => {
        await connected.script([
          "set transaction isolation level repeatable read",
          "start transaction with consistent snapshot, read only",
        ]);
        const result = await work(new MysqlTables((inside) => inside(connected)));
        await connected.script(["commit"]);
        return result;
      }),
    // A row with a key of its own moves the counter behind it.
    countOn: async () => undefined,
  };
}
