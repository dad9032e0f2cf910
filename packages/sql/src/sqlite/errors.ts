import { HoldpointError, StoreError } from "@holdpoint/core";
import type { SqliteDriver } from "../driver/driver.ts";
import { Refusal } from "../operations/program.ts";

/** Primary result codes of SQLite; the lowest byte of an extended one. */
const code = { busy: 5, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, tooBig: 18 } as const;
const constraint = 19;
const mismatch = 20;
const range = 25;
const notADatabase = 26;

function primary(driver: SqliteDriver, error: unknown): number | null {
  const extended = driver.errorCode(error);
  return extended === null ? null : extended & 0xff;
}

/** Another connection has the write lock: try again later. */
export function isBusy(driver: SqliteDriver, error: unknown): boolean {
  return primary(driver, error) === code.busy;
}

/**
 * Whether the error is about the one operation (its size, its encoding, a constraint) and not about the database:
 * then the operation is refused and the others of its batch are committed without it.
 */
export function isOwnFault(driver: SqliteDriver, error: unknown): boolean {
  if (error instanceof Refusal) return true;
  const found = primary(driver, error);
  if (found !== null) return found === code.tooBig || found === constraint || found === mismatch || found === range;
  // What cannot be bound at all is refused by the driver, before SQLite sees it.
  return (error instanceof TypeError || error instanceof RangeError) && !(error instanceof HoldpointError);
}

const sentences: Partial<Record<number, string>> = {
  [code.readOnly]: "the database is read-only; nothing was written. Make the file and its directory writable",
  [code.full]: "the disk is full; nothing was written and nothing is lost. Free some space, then go on",
  [code.ioError]: "the disk failed to read or write; nothing was written",
  [code.corrupt]: "the database file is damaged; restore it from a backup",
  [code.cannotOpen]: "the database file cannot be opened; check that its directory exists and is writable",
  [code.busy]: "another process has kept the database locked for too long; nothing was written",
  [notADatabase]: "the file is not an SQLite database",
};

/** The one clear error for what the database cannot do; anything else goes on as it is. */
export function storeError(driver: SqliteDriver | null, path: string, error: unknown): unknown {
  if (error instanceof HoldpointError || !(error instanceof Error)) return error;
  if (error instanceof Refusal) return new StoreError(`${path}: ${error.message}`, { path });
  const extended =
    driver?.errorCode(error) ?? ("errcode" in error && typeof error.errcode === "number" ? error.errcode : null);
  if (extended === null) return error;
  const sentence = sentences[extended & 0xff] ?? error.message;
  return new StoreError(
    `${path}: ${sentence}`,
    { path, sqliteCode: extended, reason: error.message },
    { cause: error },
  );
}
