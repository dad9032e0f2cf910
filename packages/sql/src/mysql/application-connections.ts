import { StoreError } from "@holdpoint/core";
import type { Pool } from "mysql2/promise";
import { integer, text } from "../columns/read.ts";
import { loadMysql } from "../driver/mysql.ts";
import { MysqlChannel } from "./application-channel.ts";
import { applicationNames, driverOptions, lockTimeout } from "./connection-options.ts";
import { MysqlConnected } from "./connections.ts";
import { errorNumber, storeError } from "./errors.ts";
import type { MysqlOptions } from "./options.ts";
import { type Server, serverOf, sessionSettings } from "./server.ts";

/** How connections for an application's statements are opened. */
export interface ApplicationOptions {
  /** For messages. */
  name: string;
  connections: number;
  timeout: number;
}

/** Room in a packet for what is around the statements. */
const packetMargin = 1_024;

/** Connections for statements of an application: opened when they are needed, replaced when they are lost. */
export class ApplicationConnections {
  readonly #url: URL;
  readonly #options: ApplicationOptions;
  #opened: Promise<{ pool: Pool; server: Server; room: number }> | null = null;

  constructor(url: URL, options: ApplicationOptions) {
    this.#url = url;
    this.#options = options;
  }

  /** Connections of a store: to the server it is on, with the application's tables in sight. */
  static beside(store: URL, options: MysqlOptions, name: string): ApplicationConnections {
    const { application, connections = 5, timeout = 30_000 } = options;
    const url = new URL(store);
    if (application !== undefined) url.pathname = `/${encodeURIComponent(application)}`;
    return new ApplicationConnections(url, { name, connections, timeout });
  }

  get database(): string {
    return decodeURIComponent(this.#url.pathname.slice(1));
  }

  /** @throws StoreError it cannot be reached, or there is no such database */
  async acquire(): Promise<MysqlChannel> {
    const { name, timeout } = this.#options;
    const { pool, room } = await this.#opening();
    try {
      return new MysqlChannel(await pool.getConnection(), { name, timeout, room, database: this.database });
    } catch (error) {
      throw storeError(name, error);
    }
  }

  /** What the server is: looked at once, and without one of the connections, which may all be in use. */
  async server(): Promise<Server> {
    return (await this.#opening()).server;
  }

  /** One that could not be opened is opened anew next time. */
  async #opening() {
    this.#opened ??= this.#open();
    const opened = this.#opened;
    try {
      return await opened;
    } catch (error) {
      if (this.#opened === opened) this.#opened = null;
      throw storeError(this.#options.name, error);
    }
  }

  async #open() {
    const { connections, timeout } = this.#options;
    const library = await loadMysql();
    const config = driverOptions(this.#url, timeout);
    const first = await library.createConnection(config);
    let server: Server;
    let room: number;
    try {
      const connected = new MysqlConnected(first, timeout, 0);
      const [row = {}] = await connected.rows("select version() as version, @@max_allowed_packet as packet");
      server = serverOf(text(row, "version"));
      room = integer(row, "packet") - packetMargin;
    } finally {
      first.destroy();
    }
    const settings = `${sessionSettings(server, lockTimeout(timeout))}; ${applicationNames}`;
    const pool = library.createPool({ ...config, connectionLimit: connections, maxIdle: connections });
    pool.on("connection", (connection) => {
      // It fails only with its connection, and then so does the query behind it.
      (connection as unknown as { query(sql: string, done: () => void): void }).query(settings, () => undefined);
    });
    return { pool, server, room };
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => null);
    this.#opened = null;
    await opened?.pool.end();
  }
}

/** Whether a server said no and will again: wrong user, wrong database. */
export function isRefusal(error: unknown): boolean {
  const cause = error instanceof StoreError ? error.cause : error;
  return [1044, 1045, 1049, 1698].includes(errorNumber(cause) ?? 0);
}
