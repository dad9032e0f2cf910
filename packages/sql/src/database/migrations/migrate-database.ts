import { StoreError, ValidationError } from "@holdpoint/core";
import type { Server } from "../../mysql/server.ts";
import { databaseKind } from "../database-kind.ts";
import { type Dialect, type MigrationFile, readFolder } from "./folder.ts";
import type { Applied, History, Interrupted, MigrationTarget } from "./history.ts";
import { translate } from "./translate.ts";

/** One migration, and where it stands. */
export interface MigrationState {
  version: number;
  name: string;
  /**
   * `changed` and `gone`: it was applied, and its file is another one now, or none. `half`: it stopped in the middle, on MySQL
   * or MariaDB; migrating again says where, and goes on.
   */
  status: "applied" | "pending" | "changed" | "gone" | "half";
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

/** How migrations are applied. */
export interface MigrationOptions {
  /** Say what would be executed, and leave the database alone. */
  dryRun?: boolean;
  /** MySQL and MariaDB: what became of a statement in which an earlier process was interrupted; `again` executes it once more. */
  interrupted?: Interrupted;
}

interface Opened {
  target: MigrationTarget;
  dialect: Dialect;
  /** Of MySQL and MariaDB. */
  server: Server | null;
  files: MigrationFile[];
}

async function withDatabase<T>(url: string, directory: string, work: (opened: Opened) => Promise<T>): Promise<T> {
  const { kind: dialect, address } = databaseKind(url);
  const files = readFolder(directory, dialect);
  const { target, server } = await targetOf(dialect, address);
  try {
    return await work({ target, dialect, server, files });
  } finally {
    await target.close();
  }
}

async function targetOf(
  dialect: Dialect,
  address: string,
): Promise<{ target: MigrationTarget; server: Server | null }> {
  if (dialect === "mysql") {
    const { MysqlTarget } = await import("./mysql-target.ts");
    const target = await MysqlTarget.open(new URL(address));
    return { target, server: target.server };
  }
  const { TransactionalTarget } = await import("./transactional-target.ts");
  const { openSource } =
    dialect === "postgres" ? await import("../postgres-database.ts") : await import("../sqlite-database.ts");
  return { target: new TransactionalTarget(openSource(address, { pool: 1 }), dialect), server: null };
}

/** Refuses what an earlier run of the same folder would have to explain. */
function check(history: readonly Applied[], files: readonly MigrationFile[]): void {
  const newest = history.at(-1)?.version ?? 0;
  for (const { version, name, checksum, isHalf } of history) {
    const file = files.find((one) => one.version === version);
    const how = isHalf ? "applied half-way" : "applied";
    if (file === undefined)
      throw new StoreError(`migration ${version} (${name}) was ${how}, and its file is gone: put it back`);
    if (file.checksum === checksum || isHalf) continue;
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
 * Applies the migrations of a folder that the database has not had yet, in order. On SQLite and PostgreSQL each is a
 * transaction of its own: one that fails leaves nothing. MySQL and MariaDB commit each change of tables by itself: there the
 * history notes how far a file has come, and the next call goes on behind it. Of several processes one migrates; the others
 * wait and find it done.
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
  { dryRun = false, interrupted }: MigrationOptions = {},
): Promise<MigrationReport> {
  return withDatabase(url, directory, async ({ target, dialect, server, files }) => {
    const written = new Map(files.map((file) => [file.version, translate(file, dialect, server)]));
    const before = await target.locked(async (history) => {
      if (dryRun && !(await history.exists())) return 0;
      if (!dryRun) await history.create();
      const lines = await history.read();
      check(lines, files);
      return lines.filter(({ isHalf }) => !isHalf).length;
    });
    const report: MigrationReport = { database: target.name, applied: [], before };
    for (const file of files) {
      const { version, name } = file;
      const statements = written.get(version) ?? [];
      const started = performance.now();
      const isNew = await target.locked(async (history) => {
        if (await isApplied(history, version, dryRun)) return false;
        if (!dryRun) await history.apply(file, statements, interrupted);
        return true;
      });
      if (!isNew) continue;
      const milliseconds = dryRun ? 0 : Math.round(performance.now() - started);
      report.applied.push({ version, name, milliseconds, statements: statements.map((one) => one.text) });
    }
    return report;
  });
}

/** Asked again under the lock: another process may have applied it meanwhile. */
async function isApplied(history: History, version: number, dryRun: boolean): Promise<boolean> {
  if (dryRun && !(await history.exists())) return false;
  return (await history.read()).some((line) => line.version === version && !line.isHalf);
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
  return withDatabase(url, directory, async ({ target, files }) => {
    const history = await target.locked(async (lines) => ((await lines.exists()) ? lines.read() : []));
    const states: MigrationState[] = history.map((line) => {
      const file = files.find((one) => one.version === line.version);
      return { version: line.version, name: line.name, ...standingOf(line, file) };
    });
    for (const { version, name } of files) {
      if (!history.some((one) => one.version === version))
        states.push({ version, name, status: "pending", appliedAt: null });
    }
    return states.sort((a, b) => a.version - b.version);
  });
}

function standingOf({ isHalf, checksum, appliedAt }: Applied, file: MigrationFile | undefined) {
  const at = isHalf ? null : new Date(appliedAt);
  if (file === undefined) return { status: "gone", appliedAt: at } as const;
  if (isHalf) return { status: "half", appliedAt: at } as const;
  return { status: file.checksum === checksum ? "applied" : "changed", appliedAt: at } as const;
}
