import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SqlParameter, Store } from "@holdpoint/core";
import { createConnection } from "mysql2/promise";
import pg from "pg";
import { openNodeSqlite } from "../driver/node-sqlite.ts";
import { type Cluster, missing, startCluster } from "../fixtures/cluster.ts";
import { type Mariadb, missing as missingMariadb, startMariadb } from "../fixtures/mariadb.ts";
import { mysql, postgres, sqlite } from "../index.ts";

/** A database that holds a store and an application's table `account (id, balance)`. */
export interface Place {
  /** Its store; another one each time. */
  store(): Store;
  /** Its address, as `database` takes it. */
  url: string;
  /** What a child process opens the store with, beside the address. */
  schema: string;
  /** A table of the store, as the application's statements can name it. */
  table(name: string): string;
  /** What anybody else sees, or does, on a connection of his own. `?` for parameters. */
  admin(sql: string, ...values: SqlParameter[]): Promise<Record<string, unknown>[]>;
  remove(): Promise<void>;
  /** Whether an `insert … returning` is a statement there: on MySQL it is not. */
  returning: boolean;
}

const tables = "create table account (id text primary key, balance integer not null check (balance >= 0))";

async function sqlitePlace(): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), "holdpoint-transaction-"));
  const path = join(directory, "app.db");
  const first = sqlite(path);
  await first.open();
  await first.close();
  const admin: Place["admin"] = async (sql, ...values) => {
    const driver = openNodeSqlite(path);
    try {
      return driver.prepare(sql).query(...(values as string[])).rows;
    } finally {
      driver.close();
    }
  };
  await admin(tables);
  return {
    url: path,
    schema: "",
    table: (name) => name,
    store: () => sqlite(path),
    admin,
    returning: true,
    remove: async () => rmSync(directory, { recursive: true, force: true }),
  };
}

let cluster: Cluster | null = null;

async function postgresPlace(): Promise<Place> {
  cluster ??= await startCluster();
  const { url } = cluster;
  const schema = cluster.schema();
  const admin: Place["admin"] = async (sql, ...values) => {
    const client = new pg.Client(url);
    await client.connect();
    let n = 0;
    const { rows } = await client.query<Record<string, unknown>>(
      sql.replaceAll("?", () => `$${++n}`),
      values,
    );
    await client.end();
    return rows;
  };
  await admin("drop table if exists account");
  await admin(tables);
  const table = (name: string): string => `"${schema}".${name}`;
  return {
    url,
    schema,
    table,
    store: () => postgres(url, { schema }),
    admin,
    returning: true,
    remove: async () => undefined,
  };
}

let mariadb: Mariadb | null = null;

/** The store in a database of its own, the application's tables in another one. */
async function mariadbPlace(): Promise<Place> {
  // As it is run: committed is on disk, and the store looks at that.
  mariadb ??= await startMariadb({ "innodb-flush-log-at-trx-commit": "1" });
  const url = mariadb.database();
  const schema = mariadb.database();
  const name = (address: string): string => new URL(address).pathname.slice(1);
  await mariadb.admin(`create database ${name(url)}`);
  const admin: Place["admin"] = async (sql, ...values) => {
    const connection = await createConnection({ uri: url, timezone: "Z" });
    try {
      const [rows] = await connection.query(sql, values);
      return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
    } finally {
      connection.destroy();
    }
  };
  await admin(tables.replace("text", "varchar(50)"));
  const table = (table: string): string => `${name(schema)}.${table}`;
  return {
    url,
    schema,
    table,
    store: () => mysql(schema, { application: name(url) }),
    admin,
    returning: mariadb.kind.product === "MariaDB",
    remove: async () => undefined,
  };
}

/** The databases a transaction can be on; `missing` says what the machine lacks for one. */
export const places = [
  { name: "SQLite", missing: null, make: sqlitePlace },
  { name: "PostgreSQL", missing, make: postgresPlace },
  { name: "MariaDB", missing: missingMariadb, make: mariadbPlace },
] as const;

/** After all tests of a file. */
export async function stopPlaces(): Promise<void> {
  await cluster?.stop();
  cluster = null;
  await mariadb?.stop();
  mariadb = null;
}
