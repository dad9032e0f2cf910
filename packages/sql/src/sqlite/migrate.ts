import { createHash } from "node:crypto";
import { StoreError } from "@holdpoint/core";
import type { SqliteDriver } from "../driver/driver.ts";
import { first } from "./migrations/001-first.ts";

/** One step forward of the schema. Never edited once released: its checksum stands in every database. */
export interface Migration {
  version: number;
  name: string;
  sql: string;
}

export const migrations: readonly Migration[] = [first];

/** Marks the file as ours in its header ("HpDB"), so that no other database is migrated by mistake. */
const applicationId = 0x48704442;

function checksum({ sql }: Migration): string {
  return createHash("sha256").update(sql.replace(/\s+/g, " ").trim()).digest("hex");
}

/** Whether the schema is the newest one; a read, so that opening a current database writes nothing. */
export function isCurrent(driver: SqliteDriver, wanted: readonly Migration[] = migrations): boolean {
  const { user_version: version } = driver.prepare("pragma user_version").get() ?? {};
  return version === wanted.length && verified(driver, wanted) === wanted.length;
}

/** Compares what was applied with what this release knows; gives how many are applied. */
function verified(driver: SqliteDriver, wanted: readonly Migration[]): number {
  const rows = driver.prepare("select version, name, checksum from migration order by version").all();
  for (const { version, name, checksum: recorded } of rows) {
    const known = wanted.find((migration) => migration.version === version);
    if (known === undefined) {
      throw new StoreError(
        `the database was written by a newer release (migration ${version}, ${name}); upgrade Holdpoint to open it`,
        { version, name },
      );
    }
    if (checksum(known) !== recorded) {
      throw new StoreError(
        `migration ${version} (${name}) of this database is not the one this release has; the schema was changed by hand`,
        { version, name },
      );
    }
  }
  return rows.length;
}

/**
 * Brings the schema up to date, forward only. Runs inside the caller's transaction, which holds the write lock: of
 * two processes that open a new file, one migrates and the other finds it done.
 */
export function migrate(driver: SqliteDriver, now: number, wanted: readonly Migration[] = migrations): void {
  const { application_id: owner } = driver.prepare("pragma application_id").get() ?? {};
  const tables = driver.prepare("select count(*) as n from sqlite_schema where type = 'table'").get();
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
