import { text as textOf } from "../columns/read.ts";
import type { SqlValue } from "../driver/driver.ts";
import { binaryArray } from "../driver/postgres-arrays.ts";
import type { Connected, Connections, Query } from "../postgres/connections.ts";
import { numbered } from "../postgres/statements.ts";
import { lastKeySql, pageSql, type Table, type TableAccess, type Tables } from "./tables.ts";

/** Text in the order of its code points, as SQLite has it, whatever the column was declared with. */
function ordering(table: Table): (column: string) => string {
  const texts = new Set(table.columns.filter(({ type }) => type === "text").map(({ name }) => name));
  return (column) => (texts.has(column) ? `"${column}" collate "C"` : `"${column}"`);
}

function arrayOf(
  rows: readonly (readonly SqlValue[])[],
  column: number,
  type: string,
): Query["values"][number] | Buffer {
  const values = rows.map((row) => row[column] ?? null);
  return type === "bytea" ? binaryArray("bytea", values as (Uint8Array | null)[]) : values;
}

type Connect = <T>(work: (connected: Connected) => Promise<T>) => Promise<T>;

class PostgresTables implements Tables {
  readonly #connected: Connect;
  readonly #schema: string;

  constructor(connected: Connect, schema: string) {
    this.#connected = connected;
    this.#schema = schema;
  }

  async tables(): Promise<Table[]> {
    const columns = await this.query(
      `select relname, attname, format_type(atttypid, null) as type from pg_class
       join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
       where relnamespace = ?::regnamespace and relkind = 'r' order by relname, attnum`,
      `"${this.#schema}"`,
    );
    const keys = await this.query(
      `select distinct on (relname) relname, (select string_agg(attname, ',' order by place)
         from unnest(indkey::int2[]) with ordinality as part (attnum, place)
         join pg_attribute on attrelid = pg_class.oid and pg_attribute.attnum = part.attnum) as key
       from pg_index join pg_class on pg_class.oid = indrelid
       where relnamespace = ?::regnamespace and indisunique and indpred is null order by relname, indisprimary desc`,
      `"${this.#schema}"`,
    );
    const keyOf = new Map(keys.map((row) => [row.relname, textOf(row, "key").split(",")]));
    const found = new Map<string, Table & { columns: Table["columns"][number][] }>();
    for (const row of columns) {
      const name = textOf(row, "relname");
      const table = found.get(name) ?? { name, columns: [], key: keyOf.get(name) ?? [] };
      table.columns.push({ name: textOf(row, "attname"), type: textOf(row, "type") });
      found.set(name, table);
    }
    return [...found.values()];
  }

  async page(table: Table, from: readonly SqlValue[] | null, limit: number): Promise<SqlValue[][]> {
    const rows = await this.query(pageSql(table, from !== null, ordering(table)), ...(from ?? []), limit);
    return rows.map((row) => Object.values(row));
  }

  async lastKey(table: Table): Promise<readonly SqlValue[] | null> {
    const [row] = await this.query(lastKeySql(table, ordering(table)));
    return row === undefined ? null : table.key.map((name) => row[name] ?? null);
  }

  async query(sql: string, ...values: SqlValue[]) {
    const { rows } = await this.#connected((connected) => connected.query({ text: numbered(sql), values }));
    return rows;
  }

  change(changes: Parameters<Tables["change"]>[0]): Promise<void> {
    return this.#connected(async (connected) => {
      await connected.exec("begin");
      for (const change of changes) {
        if ("sql" in change) {
          await connected.query({ text: numbered(change.sql), values: change.values });
          continue;
        }
        const { name, columns } = change.into;
        await connected.query({
          text: `insert into "${name}" (${columns.map((column) => `"${column.name}"`).join(", ")})
            select * from unnest(${columns.map(({ type }, i) => `$${i + 1}::${type}[]`).join(", ")})`,
          values: columns.map(({ type }, i) => arrayOf(change.rows, i, type)) as Query["values"],
        });
      }
      await connected.exec("commit");
    });
  }
}

/** Tables of a PostgreSQL store. */
export function postgresTables(connections: Connections): TableAccess {
  const tables = new PostgresTables((work) => connections.run(work), connections.schema);
  return {
    tables,
    snapshot: (work) =>
      connections.run(async (connected) => {
        await connected.exec("begin isolation level repeatable read read only");
        const result = await work(new PostgresTables((inside) => inside(connected), connections.schema));
        await connected.exec("commit");
        return result;
      }),
    async countOn() {
      const counted = await tables.query(
        "select table_name, column_name from information_schema.columns where table_schema = ? and is_identity = 'YES'",
        connections.schema,
      );
      for (const row of counted) {
        const [table, column] = [textOf(row, "table_name"), textOf(row, "column_name")];
        await tables.query(
          `select setval(pg_get_serial_sequence('"${connections.schema}"."${table}"', '${column}'),
             (select coalesce(max("${column}"), 0) + 1 from "${table}"), false)`,
        );
      }
    },
  };
}
