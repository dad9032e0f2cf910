import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { StoreError, ValidationError } from "@holdpoint/core";

/** A database that migrations can be written for. */
export type Dialect = "sqlite" | "postgres" | "mysql";

const dialects: readonly Dialect[] = ["sqlite", "postgres", "mysql"];

/** One file of a folder of migrations. */
export interface MigrationFile {
  version: number;
  /** What stands behind the version, with spaces. */
  name: string;
  /** As it was given, for messages: `db/V001__users.sql`. */
  path: string;
  text: string;
  /** SHA-256 of the text; white space at the ends of lines and how lines end do not count. */
  checksum: string;
  /** Written for one database: taken as it is. */
  dialect: Dialect | null;
}

const pattern = /^V(\d{1,9})__([A-Za-z0-9_-]+?)(?:\.(sqlite|postgres|mysql))?\.sql$/;

function checksumOf(text: string): string {
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  return createHash("sha256")
    .update(
      lines
        .map((line) => line.trimEnd())
        .join("\n")
        .trimEnd(),
    )
    .digest("hex");
}

/**
 * The migrations of a folder for a database, in order of their versions: `V001__name.sql` for every database, or
 * `V001__name.postgres.sql`, `V001__name.sqlite.sql` and `V001__name.mysql.sql` (MariaDB, too) for one each.
 *
 * @throws ValidationError a file's name is not as it must be, or two have one version; StoreError the folder cannot be read
 */
export function readFolder(directory: string, dialect: Dialect): MigrationFile[] {
  let names: string[];
  try {
    names = readdirSync(directory).filter((name) => name.toLowerCase().endsWith(".sql"));
  } catch (error) {
    throw new StoreError(`the folder ${directory} cannot be read`, { directory }, { cause: error });
  }
  const files: MigrationFile[] = [];
  for (const name of names) {
    const [, version, words = "", own] = pattern.exec(name) ?? [];
    const path = join(directory, name);
    if (version === undefined) throw wrong(path, "must be called as V001__what_it_does.sql is");
    if (own !== undefined && own !== dialect) continue;
    const text = readFileSync(path, "utf8");
    const only = dialects.find((one) => one === own) ?? null;
    const spoken = words.replaceAll("_", " ");
    files.push({ version: Number(version), name: spoken, path, text, checksum: checksumOf(text), dialect: only });
  }
  files.sort((a, b) => a.version - b.version);
  for (const [i, file] of files.entries()) {
    const before = files[i - 1];
    if (before?.version === file.version) throw wrong(file.path, `has the version of ${before.path}`);
  }
  return files;
}

function wrong(path: string, message: string): ValidationError {
  return new ValidationError(path, [{ path: "", message }]);
}
