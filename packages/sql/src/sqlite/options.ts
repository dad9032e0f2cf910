import type { OpenSqlite } from "../driver/driver.ts";

/** How a SQLite file is used. */
export interface SqliteOptions {
  /**
   * `full` (the default): a result is on disk before anybody sees it, and a power cut loses nothing.
   * `relaxed`: several times as fast; after a power cut or a crash of the operating system the last moments may
   * be missing (never after a crash of the process, and never a part of a transaction).
   */
  durability?: "full" | "relaxed";
  /** How long a call waits for another process's write before it fails, in milliseconds; 10,000 by default. */
  busyTimeout?: number;
  /** Another SQLite library behind the same port; Node's own by default. */
  driver?: OpenSqlite;
}
