/** How a PostgreSQL database is used. */
export interface PostgresOptions {
  /** The schema that holds Holdpoint's tables, `holdpoint` by default; made when it is missing. */
  schema?: string;
  /** How many connections this process opens at most, besides one that listens; 5 by default. */
  connections?: number;
  /**
   * `full` (the default): a result is on disk before anybody sees it. `relaxed`: `synchronous_commit = off`, after a crash
   * of the database server the last moments may be missing (never a part of a transaction).
   */
  durability?: "full" | "relaxed";
  /**
   * Whose clock leases and due times are compared with. `database` (the default): the server's, so a worker with a wrong
   * clock is safe. `caller`: what the engine says, for tests on a virtual clock.
   */
  clock?: "database" | "caller";
  /** Wake other processes with NOTIFY and be woken by it; true by default. Without it everybody asks every 250 ms. */
  listen?: boolean;
  /**
   * The address leads through a pooler that gives each transaction another connection, such as PgBouncer in transaction mode.
   * Then nothing is prepared, every transaction brings its settings with it, and without a `listenUrl` nobody listens.
   */
  pooled?: boolean;
  /** Where to listen when `url` leads through a pooler that cannot, such as PgBouncer in transaction mode. */
  listenUrl?: string;
  /** How long one statement, or opening a connection, may take before it fails, in milliseconds; 30,000 by default. */
  timeout?: number;
}
