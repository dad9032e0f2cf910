import { StoreError, ValidationError } from "@holdpoint/core";
import { integer, text } from "../../columns/read.ts";
import type { SqlRow } from "../../driver/driver.ts";
import type { DatabaseOptions } from "../database.ts";
import { databaseKind } from "../database-kind.ts";
import { OpenTransaction } from "../open-transaction.ts";
import type { ConnectionSource } from "../pooled-database.ts";
import { type Dialect, type MigrationFile, readFolder } from "./folder.ts";
import { type TranslatedStatement, translate } from "./translate.ts";

/** Where a database notes what was applied to it. */
export const historyTable = "holdpoint_migration";

/** One migration, and where it stands. */
export interface MigrationState {
  version: number;
  name: string;
  /** `changed` and `gone`: it was applied, and its file is another one now, or none. */
  status: "applied" | "pending" | "changed" | "gone";
  appliedAt: Date | null;
}

/** What was done to a database. */
export interface MigrationReport {
  /** The database, without a password. */
  database: string;
  /** What was applied now, in order. */
  applied: { version: number; name: string; milliseconds: number; statements: string[] }[];
  /** How many were applied before. */
  before: number;
}

interface Applied {
  version: number;
  name: string;
  checksum: string;
  appliedAt: number;
}

interface Opened {
  source: ConnectionSource;
  dialect: Dialect;
  files: MigrationFile[];
}

async function withDatabase<T>(url: string, directory: string, work: (opened: Opened) => Promise<T>): Promise<T> {
  const { dialect, openSource } = await openerOf(url);
  const files = readFolder(directory, dialect);
  const source = openSource({ pool: 1 });
  try {
    return await work({ source, dialect, files });
  } finally {
    await source.close();
  }
}

async function openerOf(url: string) {
  const { kind, address } = databaseKind(url);
  if (kind === "postgres") {
    const { openSource } = await import("../postgres-database.ts");
    return { dialect: kind, openSource: (options: DatabaseOptions) => openSource(address, options) };
  }
  const { openSource } = await import("../sqlite-database.ts");
  return { dialect: kind, openSource: (options: DatabaseOptions) => openSource(address, options) };
}

/** In one transaction that keeps out every other one that migrates; undone when it throws. */
async function locked<T>(
  source: ConnectionSource,
  dialect: Dialect,
  work: (tx: OpenTransaction) => Promise<T>,
): Promise<T> {
  const tx = new OpenTransaction(source);
  try {
    // SQLite's transactions keep each other out by themselves.
    if (dialect === "postgres") await tx.fetchOne("select pg_advisory_xact_lock(hashtext('holdpoint migrations'))");
    const result = await work(tx);
    const undone = await tx.end(
      async () => ({ commit: true, result: null }),
      async () => null,
    );
    if (undone !== null) throw undone.error;
    return result;
  } catch (error) {
    await tx.rollback();
    throw error;
  }
}

async function historyOf(tx: OpenTransaction): Promise<Applied[]> {
  const rows = await tx.fetchAll<SqlRow>(
    `select version, name, checksum, applied_at from ${historyTable} order by version`,
  );
  return rows.map((row) => ({
    version: integer(row, "version"),
    name: text(row, "name"),
    checksum: text(row, "checksum"),
    appliedAt: integer(row, "applied_at"),
  }));
}

const createHistory = `create table if not exists ${historyTable} (
  version bigint primary key, name text not null, checksum text not null, applied_at bigint not null)`;

/** Refuses what an earlier run of the same folder would have to explain. */
function check(history: readonly Applied[], files: readonly MigrationFile[]): void {
  const newest = history.at(-1)?.version ?? 0;
  for (const { version, name, checksum } of history) {
    const file = files.find((one) => one.version === version);
    if (file === undefined)
      throw new StoreError(`migration ${version} (${name}) was applied, and its file is gone: put it back`);
    if (file.checksum === checksum) continue;
    throw new StoreError(
      `${file.path} was changed after it was applied: put it back as it was, and write a new migration`,
    );
  }
  for (const { version, path } of files) {
    if (version > newest || history.some((one) => one.version === version)) continue;
    throw new ValidationError(path, [
      { path: "", message: `comes too late: version ${newest} was applied before; give it a higher version` },
    ]);
  }
}

/**
 * Applies the migrations of a folder that the database has not had yet, in order, each in a transaction of its own: one
 * that fails leaves nothing. Of several processes one migrates; the others wait and find it done.
 *
 * All files are read, and written for the database, before the first is applied: a mistake in the last one changes nothing.
 *
 * @example
 * const { applied } = await migrateDatabase("app.db", "migrations");
 *
 * @throws ValidationError a file is not as it must be (with its line); StoreError the database refused it, or a file that was applied has changed or is gone
 */
export function migrateDatabase(
  url: string,
  directory: string,
  options: { dryRun?: boolean } = {},
): Promise<MigrationReport> {
  return withDatabase(url, directory, async ({ source, dialect, files }) => {
    const written = new Map(files.map((file) => [file.version, translate(file, dialect)]));
    const before = await locked(source, dialect, async (tx) => {
      if (options.dryRun === true && !(await hasHistory(tx, dialect))) return 0;
      if (options.dryRun !== true) await tx.execute(createHistory);
      const history = await historyOf(tx);
      check(history, files);
      return history.length;
    });
    const report: MigrationReport = { database: source.name, applied: [], before };
    for (const file of files) {
      const statements = written.get(file.version) ?? [];
      const milliseconds = await locked(source, dialect, (tx) =>
        applyOne(tx, { dialect, file, statements, dryRun: options.dryRun === true }),
      );
      if (milliseconds !== null)
        report.applied.push({
          version: file.version,
          name: file.name,
          milliseconds,
          statements: statements.map((one) => one.text),
        });
    }
    return report;
  });
}

async function applyOne(
  tx: OpenTransaction,
  {
    dialect,
    file,
    statements,
    dryRun,
  }: { dialect: Dialect; file: MigrationFile; statements: TranslatedStatement[]; dryRun: boolean },
): Promise<number | null> {
  const { version, name, checksum } = file;
  // Asked again under the lock: another process may have applied it meanwhile.
  const known = !dryRun || (await hasHistory(tx, dialect));
  if (known && (await tx.fetchOne(`select 1 as found from ${historyTable} where version = ?`, [version])) !== null)
    return null;
  if (dryRun) return 0;
  const started = performance.now();
  for (const { text: statement, line } of statements) {
    try {
      await tx.inside((channel) => channel.script(statement));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StoreError(
        `${file.path}:${line}: ${reason}; nothing of this file was applied`,
        { version },
        { cause: error },
      );
    }
  }
  const values = [version, name, checksum, Date.now()];
  await tx.execute(`insert into ${historyTable} (version, name, checksum, applied_at) values (?, ?, ?, ?)`, values);
  return Math.round(performance.now() - started);
}

async function hasHistory(tx: OpenTransaction, dialect: Dialect): Promise<boolean> {
  const sql =
    dialect === "postgres"
      ? "select 1 as found where to_regclass(?) is not null"
      : "select 1 as found from sqlite_schema where type = 'table' and name = ?";
  return (await tx.fetchOne(sql, [historyTable])) !== null;
}

/**
 * Where each migration of a folder stands on a database; changes nothing.
 *
 * @example
 * const pending = (await migrationStatus("app.db", "migrations")).filter(({ status }) => status === "pending");
 *
 * @throws ValidationError a file's name is not as it must be; StoreError the database or the folder cannot be read
 */
export function migrationStatus(url: string, directory: string): Promise<MigrationState[]> {
  return withDatabase(url, directory, async ({ source, dialect, files }) => {
    const history = await locked(source, dialect, async (tx) => ((await hasHistory(tx, dialect)) ? historyOf(tx) : []));
    const states: MigrationState[] = history.map(({ version, name, checksum, appliedAt }) => {
      const file = files.find((one) => one.version === version);
      const status = file === undefined ? "gone" : file.checksum === checksum ? "applied" : "changed";
      return { version, name, status, appliedAt: new Date(appliedAt) };
    });
    for (const { version, name } of files) {
      if (!history.some((one) => one.version === version))
        states.push({ version, name, status: "pending", appliedAt: null });
    }
    return states.sort((a, b) => a.version - b.version);
  });
}
