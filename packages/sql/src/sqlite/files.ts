import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { StoreError } from "@holdpoint/core";

/** Read and written by their owner alone: journals hold what people said and decided. */
const ownerOnly = 0o600;

export function isInMemory(path: string): boolean {
  return path === ":memory:" || path === "";
}

/** Creates the file before SQLite does, so that it never exists with wider rights. -wal and -shm inherit its mode. */
export function prepareFile(path: string): void {
  if (isInMemory(path)) return;
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (!existsSync(path)) closeSync(openSync(path, "a", ownerOnly));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreError(`${path}: the database file cannot be created: ${reason}`, { path }, { cause: error });
  }
}

/** Narrows files that an earlier program left wider. A file that is not ours to change stays as it is. */
export function narrowFiles(path: string): void {
  if (isInMemory(path)) return;
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    try {
      if (existsSync(file)) chmodSync(file, ownerOnly);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && (error.code === "EPERM" || error.code === "EROFS")))
        throw error;
    }
  }
}
