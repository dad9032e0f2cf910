import { StoreError } from "@holdpoint/core";
import type { SqliteDriver } from "../driver/driver.ts";
import type { Migration } from "../migration/migration.ts";
import { checksum, verifyApplied } from "../migration/migration.ts";
import { first } from "./migrations/001-first.ts";
import { holdEvents } from "./migrations/002-hold-events.ts";
import { schedules } from "./migrations/003-schedules.ts";
import { holdRules } from "./migrations/004-hold-rules.ts";
import { limits } from "./migrations/005-limits.ts";
import { records } from "./migrations/006-records.ts";
import { holdChanges } from "./migrations/007-hold-changes.ts";
import { feed } from "./migrations/008-feed.ts";
import { closedHolds } from "./migrations/009-closed-holds.ts";

export const migrations: readonly Migration[] = [
  first,
  holdEvents,
  schedules,
  holdRules,
  limits,
  records,
  holdChanges,
  feed,
  closedHolds,
];

/** Marks the file as ours in its header ("HpDB"), so that no other database is migrated by mistake. */
const applicationId = 0x48704442;

/** Whether the schema is the newest one; a read, so that opening a current database writes nothing. */
export function isCurrent(driver: SqliteDriver, wanted: readonly Migration[] = migrations): boolean {
  const { user_version: version } = driver.prepare("pragma user_version").get() ?? {};
  return version === wanted.length && verified(driver, wanted) === wanted.length;
}

function verified(driver: SqliteDriver, wanted: readonly Migration[]): number {
  return verifyApplied(driver.prepare("select version, name, checksum from migration order by version").all(), wanted);
}

/**
 * Brings the schema up to date, forward only. Runs inside the caller's transaction, which holds the write lock: of
 * two processes that open a new file, one migrates and the other finds it done.
 */
export function migrate(driver: SqliteDriver, now: number, wanted: readonly Migration[] = migrations): void {
  const { application_id: owner } = driver.prepare("pragma application_id").get() ?? {};
  // An application's tables may stand beside ours, where its own migrations say that this is meant.
  const tables = driver
    .prepare(
      `select count(*) as n from sqlite_schema where type = 'table'
       and not exists (select 1 from sqlite_schema where name = 'holdpoint_migration')`,
    )
    .get();
  if (owner !== applicationId && tables?.n !== 0) {
    throw new StoreError("the file is a database of another program; give Holdpoint a file of its own");
  }
  driver.exec(`
    pragma application_id = ${applicationId};
    create table if not exists migration (
      version integer primary key,
      name text not null,
      checksum text not null,
      applied_at integer not null
    ) strict`);
  const applied = verified(driver, wanted);
  const record = driver.prepare("insert into migration (version, name, checksum, applied_at) values (?, ?, ?, ?)");
  for (const migration of wanted.slice(applied)) {
    driver.exec(migration.sql);
    record.run(migration.version, migration.name, checksum(migration), now);
  }
  driver.exec(`pragma user_version = ${wanted.length}`);
}
