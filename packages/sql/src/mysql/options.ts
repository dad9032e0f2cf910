/** How a MySQL or MariaDB database is used. */
export interface MysqlOptions {
  /** How many connections this process opens at most; 5 by default. */
  connections?: number;
  /**
   * `full` (the default): a result is on disk before anybody sees it; a server that is not set up to do that is refused.
   * `relaxed`: the server's own settings decide, after a crash of it the last moments may be missing (never a part of a
   * transaction).
   */
  durability?: "full" | "relaxed";
  /**
   * Whose clock leases and due times are compared with. `database` (the default): the server's, so a worker with a wrong
   * clock is safe. `caller`: what the engine says, for tests on a virtual clock.
   */
  clock?: "database" | "caller";
  /**
   * The database on the same server whose tables `ctx.transaction` means where a statement names none; the store's own by
   * default.
   */
  application?: string;
  /** How often everybody is asked to look for what other processes wrote, in milliseconds; 250 by default. */
  pollEvery?: number;
  /** How long one statement, or opening a connection, may take before it fails, in milliseconds; 30,000 by default. */
  timeout?: number;
}
