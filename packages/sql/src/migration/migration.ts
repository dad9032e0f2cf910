import { createHash } from "node:crypto";
import { StoreError } from "@holdpoint/core";
import type { SqlValue } from "../driver/driver.ts";

/** One step forward of the schema. Never edited once released: its checksum stands in every database. */
export interface Migration {
  version: number;
  name: string;
  sql: string;
}

/** What a database says was applied to it. */
export interface AppliedMigration {
  version?: SqlValue;
  name?: SqlValue;
  checksum?: SqlValue;
}

/** The same for texts that differ in white space only. */
export function checksum({ sql }: Migration): string {
  return createHash("sha256").update(sql.replace(/\s+/g, " ").trim()).digest("hex");
}

/** Compares what was applied with what this release knows; gives how many are applied. */
export function verifyApplied(rows: readonly AppliedMigration[], wanted: readonly Migration[]): number {
  for (const { version = null, name = null, checksum: recorded } of rows) {
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
