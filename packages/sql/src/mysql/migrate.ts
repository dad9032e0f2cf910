import { createHash } from "node:crypto";
import { StoreError } from "@holdpoint/core";
import type { Migration } from "../migration/migration.ts";
import { checksum, verifyApplied } from "../migration/migration.ts";
import { databaseTime } from "./clock.ts";
import type { MysqlConnected } from "./connections.ts";
import { errorNumber } from "./errors.ts";
import { literal, tuple } from "./literal.ts";
import { first } from "./migrations/001-first.ts";
import { limits } from "./migrations/002-limits.ts";
import { records } from "./migrations/003-records.ts";
import { holdChanges } from "./migrations/004-hold-changes.ts";
import { feed } from "./migrations/005-feed.ts";
import { closedHolds } from "./migrations/006-closed-holds.ts";
import type { Server } from "./server.ts";

export const migrations: readonly Migration[] = [first, limits, records, holdChanges, feed, closedHolds];

/** How long a process waits for another one that migrates, in seconds. */
const patience = 60;

/** The statements of a migration. Tables are made with what this server calls our order of texts. */
function statementsOf({ sql }: Migration, { collation }: Server): string[] {
  const how = `engine = InnoDB row_format = dynamic default charset = utf8mb4 collate = ${collation}`;
  return sql
    .replaceAll(/engine = InnoDB row_format = dynamic/g, how)
    .split(/;\s*(?:\n|$)/)
    .filter((statement) => statement.trim() !== "");
}

/** Table, column or key is there, or gone, already. */
const done = new Set([1050, 1060, 1061, 1091]);

/** A change of the schema commits by itself, so a migration that was interrupted is run again from its beginning. */
async function apply(connected: MysqlConnected, migration: Migration, server: Server): Promise<void> {
  for (const statement of statementsOf(migration, server)) {
    try {
      await connected.script([statement]);
    } catch (error) {
      if (!done.has(errorNumber(error) ?? 0)) throw error;
    }
  }
  await connected.script([
    `insert into migration (version, name, checksum, applied_at)
      select ${tuple([migration.version, migration.name, checksum(migration)]).slice(1, -1)}, ${databaseTime}`,
  ]);
}

async function tablesOf(connected: MysqlConnected, database: string): Promise<string[]> {
  const rows = await connected.rows(
    `select table_name as name from information_schema.tables where table_schema = ${literal(database)}`,
  );
  return rows.map(({ name }) => String(name));
}

async function applied(connected: MysqlConnected, wanted: readonly Migration[]): Promise<number> {
  return verifyApplied(await connected.rows("select version, name, checksum from migration order by version"), wanted);
}

/** Brings the database up to date, forward only, one process at a time. A current one is only read. */
export async function migrate(
  connected: MysqlConnected,
  database: string,
  server: Server,
  wanted: readonly Migration[] = migrations,
): Promise<void> {
  const isOurs = async (): Promise<boolean> => (await tablesOf(connected, database)).includes("migration");
  if ((await isOurs()) && (await applied(connected, wanted)) === wanted.length) return;
  const lock = literal(`holdpoint ${createHash("sha256").update(database).digest("hex").slice(0, 40)}`);
  const [got = {}] = await connected.rows(`select get_lock(${lock}, ${patience}) as got`);
  if (got["got"] !== 1) throw new StoreError(`another process has been migrating for ${patience} seconds; try again`);
  try {
    const tables = await tablesOf(connected, database);
    if (!tables.includes("migration")) {
      if (tables.length > 0) {
        throw new StoreError(
          `the database ${database} has tables of another program; give Holdpoint a database of its own`,
        );
      }
      await connected.script([
        `create table migration (
          version bigint not null primary key, name varchar(255) not null, checksum varchar(255) not null,
          applied_at bigint not null
        ) engine = InnoDB default charset = utf8mb4 collate = ${server.collation}`,
      ]);
    }
    for (const migration of wanted.slice(await applied(connected, wanted))) await apply(connected, migration, server);
  } finally {
    await connected.script([`do release_lock(${lock})`]).catch(() => undefined);
  }
}
