import { StoreError } from "@holdpoint/core";
import { integer } from "../columns/read.ts";
import type { Migration } from "../migration/migration.ts";
import { checksum, verifyApplied } from "../migration/migration.ts";
import { databaseTime } from "./clock.ts";
import type { Connected } from "./connections.ts";
import { first } from "./migrations/001-first.ts";
import { schedules } from "./migrations/002-schedules.ts";
import { holdRules } from "./migrations/003-hold-rules.ts";
import { limits } from "./migrations/004-limits.ts";
import { lists } from "./migrations/005-lists.ts";
import { statistics } from "./migrations/006-statistics.ts";
import { records } from "./migrations/007-records.ts";
import { holdChanges } from "./migrations/008-hold-changes.ts";
import { feed } from "./migrations/009-feed.ts";
import { closedHolds } from "./migrations/010-closed-holds.ts";
import { onlyLists } from "./migrations/011-only-lists.ts";

export const migrations: readonly Migration[] = [
  first,
  schedules,
  holdRules,
  limits,
  lists,
  statistics,
  records,
  holdChanges,
  feed,
  closedHolds,
  onlyLists,
];

/** Of the processes that start together, one migrates; the others wait for it and find it done. */
const migrationLock = 0x48504d31;
const oldest = 140_000;

async function applied(connected: Connected, wanted: readonly Migration[]): Promise<number> {
  const { rows } = await connected.query({
    text: "select version, name, checksum from migration order by version",
    values: [],
  });
  return verifyApplied(rows, wanted);
}

/** Whether the schema is the newest one: a read, so that opening a current database writes and locks nothing. */
async function isCurrent(connected: Connected, schema: string, wanted: readonly Migration[]): Promise<boolean> {
  const { rows } = await connected.query({
    text: "select current_setting('server_version_num')::int as version, to_regclass($1) is not null as found",
    values: [`"${schema}".migration`],
  });
  const [row = {}] = rows;
  if (integer(row, "version") < oldest) {
    throw new StoreError(`the server is PostgreSQL ${integer(row, "version") / 10_000}; 14 or newer is needed`);
  }
  return row.found === 1 && (await applied(connected, wanted)) === wanted.length;
}

/** Brings the schema up to date, forward only, in one transaction under an advisory lock. */
export async function migrate(
  connected: Connected,
  schema: string,
  wanted: readonly Migration[] = migrations,
): Promise<void> {
  if (await isCurrent(connected, schema, wanted)) return;
  await connected.exec("begin");
  try {
    await connected.exec(`select pg_advisory_xact_lock(${migrationLock}, hashtext('${schema}'))`);
    const { rows } = await connected.query({
      text: `
        select to_regclass($1) is not null as ours, exists (
          select 1 from pg_class join pg_namespace on pg_namespace.oid = relnamespace where nspname = $2 and relkind = 'r'
        ) as filled`,
      values: [`"${schema}".migration`, schema],
    });
    if (rows[0]?.ours !== 1 && rows[0]?.filled === 1) {
      throw new StoreError(`the schema ${schema} has tables of another program; give Holdpoint a schema of its own`);
    }
    // "if not exists" asks for the right to create even where there is nothing to create.
    if (rows[0]?.ours !== 1) {
      await connected.exec(`
        create schema if not exists "${schema}";
        create table migration (
          version bigint primary key,
          name text not null,
          checksum text not null,
          applied_at bigint not null
        )`);
    }
    for (const migration of wanted.slice(await applied(connected, wanted))) {
      await connected.exec(migration.sql);
      await connected.query({
        text: `insert into migration (version, name, checksum, applied_at) values ($1, $2, $3, ${databaseTime})`,
        values: [migration.version, migration.name, checksum(migration)],
      });
    }
    await connected.exec("commit");
  } catch (error) {
    await connected.exec("rollback").catch(() => undefined);
    throw error;
  }
}
