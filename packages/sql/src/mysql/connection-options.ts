import type { PoolOptions } from "mysql2/promise";

/** How the driver talks to either kind of server. */
export function driverOptions(url: URL, timeout: number): PoolOptions {
  return {
    uri: url.href,
    charset: "utf8mb4",
    multipleStatements: true,
    // A server must not be able to ask for files of ours; function names are not reserved.
    flags: ["FOUND_ROWS", "-LOCAL_FILES", "-IGNORE_SPACE"],
    connectTimeout: timeout,
    enableKeepAlive: true,
    timezone: "Z",
  };
}

/** The text an application compares in is its tables' affair: only the store's own statements have a collation of theirs. */
export const applicationNames = "set names utf8mb4";

/** How long another's lock is waited for, in seconds: what waits is told before it is given up. */
export const lockTimeout = (timeout: number): number => Math.max(1, Math.floor(timeout / 3_000));
