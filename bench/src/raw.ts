import { createRequire } from "node:module";
import { place } from "./place.ts";

interface RawDatabase {
  exec(sql: string): void;
  prepare(sql: string): { run(...values: unknown[]): unknown };
  close(): void;
}

const sqlite = createRequire(import.meta.url)("node:sqlite") as Record<string, new (path: string) => RawDatabase>;

/** Bytes of the row a trivial step leaves behind: key, numbers, hash, a short value. */
const rowBytes = 130;

/**
 * The yardstick: a loop that commits one row of the same size with a prepared statement, nothing else.
 *
 * @param inRoom after the WAL was written once and is only overwritten: what the yardstick is for a file that has been in
 *   use, and what the store makes sure of by itself.
 * @returns commits per second
 */
export function rawCommits(
  durability: "full" | "relaxed",
  inRoom = false,
  rows = durability === "full" ? 2000 : 10_000,
): number {
  const where = place();
  const Database = sqlite.Database ?? sqlite.DatabaseSync;
  if (!Database) throw new Error("node:sqlite has no database class");
  const database = new Database(where.file);
  try {
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durability === "full" ? "FULL" : "NORMAL"}`);
    database.exec("CREATE TABLE row (pk INTEGER, seq INTEGER, bytes BLOB, PRIMARY KEY (pk, seq)) WITHOUT ROWID");
    const insert = database.prepare("INSERT INTO row VALUES (?, ?, ?)");
    const begin = database.prepare("BEGIN IMMEDIATE");
    const commit = database.prepare("COMMIT");
    const bytes = new Uint8Array(rowBytes);
    if (inRoom) {
      // As large as the loop makes it: a frame of 4 KB for each commit.
      begin.run();
      for (let seq = 0; seq < rows * 2; seq++) insert.run(2, seq, new Uint8Array(2100));
      commit.run();
      database.exec("DELETE FROM row; PRAGMA wal_checkpoint(RESTART)");
    }
    const began = performance.now();
    for (let seq = 0; seq < rows; seq++) {
      begin.run();
      insert.run(1, seq, bytes);
      commit.run();
    }
    return (rows / (performance.now() - began)) * 1000;
  } finally {
    database.close();
    where.remove();
  }
}
