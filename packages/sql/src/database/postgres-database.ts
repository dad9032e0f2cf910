import type { Pool } from "pg";
import { loadPg } from "../driver/postgres.ts";
import { storeError } from "../postgres/errors.ts";
import { applicationTypes, PostgresChannel } from "../postgres/postgres-channel.ts";
import type { Channel } from "./channel.ts";
import type { Database, DatabaseOptions } from "./database.ts";
import { type ConnectionSource, PooledDatabase } from "./pooled-database.ts";

/** A PostgreSQL database as an application's own: a pool of connections with the search path of their user. */
class PostgresPool implements ConnectionSource {
  readonly name: string;
  readonly placeholders = "numbered";
  readonly #url: string;
  readonly #options: DatabaseOptions;
  #pool: Promise<{ pool: Pool; types: ReturnType<typeof applicationTypes> }> | null = null;

  constructor(url: string, options: DatabaseOptions) {
    const { host, pathname } = new URL(url);
    this.name = `postgres ${host}${pathname}`;
    this.#url = url;
    this.#options = options;
  }

  async #open() {
    const { pool: max = 5, timeout = 30_000 } = this.#options;
    const library = await loadPg();
    const pool = new library.Pool({
      connectionString: this.#url,
      application_name: "holdpoint application",
      connectionTimeoutMillis: timeout,
      query_timeout: timeout,
      keepAlive: true,
      max,
    });
    // Without a listener a lost connection that nobody is using ends the process.
    pool.on("error", () => undefined);
    pool.on("connect", (client) => void client.on("error", () => undefined));
    return { pool, types: applicationTypes(library.types) };
  }

  async acquire(): Promise<PostgresChannel> {
    this.#pool ??= this.#open();
    const { pool, types } = await this.#pool;
    try {
      return new PostgresChannel(await pool.connect(), this.name, types, "");
    } catch (error) {
      throw storeError(this.name, error);
    }
  }

  async single<T>(work: (channel: Channel) => Promise<T>): Promise<T> {
    const channel = await this.acquire();
    let broken = true;
    try {
      const result = await work(channel);
      broken = false;
      return result;
    } catch (error) {
      throw channel.explain(error).error;
    } finally {
      channel.release(broken);
    }
  }

  async close(): Promise<void> {
    const opened = await this.#pool;
    this.#pool = null;
    await opened?.pool.end();
  }
}

/** Connections to a PostgreSQL database of the application's. */
export function openSource(url: string, options: DatabaseOptions): ConnectionSource {
  return new PostgresPool(url, options);
}

/** A PostgreSQL database of the application's. */
export function openDatabase(url: string, options: DatabaseOptions): Database {
  return new PooledDatabase(openSource(url, options));
}
