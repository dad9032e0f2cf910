import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SqlParameter, Store } from "@holdpoint/core";
import pg from "pg";
import { openNodeSqlite } from "../driver/node-sqlite.ts";
import { type Cluster, missing, startCluster } from "../fixtures/cluster.ts";
import { postgres, sqlite } from "../index.ts";

/** A database that holds a store and an application's table `account (id, balance)`. */
export interface Place {
  /** Its store; another one each time. */
  store(): Store;
  /** Its address, as `database` takes it. */
  url: string;
  schema: string;
  /** What anybody else sees, or does, on a connection of his own. `?` for parameters. */
  admin(sql: string, ...values: SqlParameter[]): Promise<Record<string, unknown>[]>;
  remove(): Promise<void>;
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
    store: () => sqlite(path),
    admin,
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
  return { url, schema, store: () => postgres(url, { schema }), admin, remove: async () => undefined };
}

/** The databases a transaction can be on; `missing` says what the machine lacks for one. */
export const places = [
  { name: "SQLite", missing: null, make: sqlitePlace },
  { name: "PostgreSQL", missing, make: postgresPlace },
] as const;

/** After all tests of a file. */
export async function stopPlaces(): Promise<void> {
  await cluster?.stop();
  cluster = null;
}
