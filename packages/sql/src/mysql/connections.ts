import { setTimeout as delay } from "node:timers/promises";
import { InvalidStateError, StoreError } from "@holdpoint/core";
import type { Connection, FieldPacket, Pool, PoolConnection, PoolOptions } from "mysql2/promise";
import { integer, text } from "../columns/read.ts";
import { whenNotFull } from "../database/full-server.ts";
import type { SqlRow } from "../driver/driver.ts";
import { loadMysql, type MysqlLibrary } from "../driver/mysql.ts";
import { type Answer, answerOf } from "./answer.ts";
import { driverOptions, lockTimeout } from "./connection-options.ts";
import { errorNumber, isClosed, isFull, isLost, isTransient, storeError } from "./errors.ts";
import type { MysqlOptions } from "./options.ts";
import { orDestroy } from "./or-destroy.ts";
import { type Server, serverOf, sessionSettings } from "./server.ts";

/** How often a transaction that lost a deadlock or a race is tried again. */
const tries = 6;
/** Room in a packet for what is around the statements. */
const packetMargin = 1_024;

/** One connection, to which statements are sent several at once. */
export class MysqlConnected {
  readonly #connection: Connection;
  readonly #timeout: number;
  /** How many bytes one packet may have. */
  readonly room: number;

  constructor(connection: Connection, timeout: number, room: number) {
    this.#connection = connection;
    this.#timeout = timeout;
    this.room = room;
  }

  /** Runs statements in their order, in one round trip; one that fails ends it, and those behind it are not run. */
  async script(statements: readonly string[]): Promise<Answer[]> {
    const [results, fields] = await orDestroy(
      this.#connection,
      this.#connection.query({ sql: statements.join(";\n"), timeout: this.#timeout }),
    );
    if (statements.length === 1) return [answerOf(results, fields as FieldPacket[] | undefined)];
    const several = results as unknown[];
    const described = fields as unknown as (FieldPacket[] | undefined)[];
    return several.map((result, i) => answerOf(result, described[i]));
  }

  /** The rows of one statement. */
  async rows(statement: string): Promise<SqlRow[]> {
    return (await this.script([statement]))[0]?.rows ?? [];
  }
}

/** The connections of one store: opened when they are needed, replaced when they are lost. */
export class MysqlConnections {
  readonly #url: URL;
  readonly #options: MysqlOptions;
  readonly name: string;
  #pool: Pool | null = null;
  #room = 0;

  constructor(url: URL, options: MysqlOptions, name: string) {
    this.#url = url;
    this.#options = options;
    this.name = name;
  }

  get isOpen(): boolean {
    return this.#pool !== null;
  }

  get database(): string {
    return decodeURIComponent(this.#url.pathname.slice(1));
  }

  /** Looks at the server, makes the database when it is missing, and runs `prepare` on a connection of its own. */
  async open(prepare: (connected: MysqlConnected, server: Server) => Promise<void>): Promise<void> {
    if (this.#pool !== null) return;
    const library = await loadMysql();
    const { connections = 5 } = this.#options;
    let settings: string;
    try {
      const first = await this.#first(library);
      try {
        const server = await this.#look(first);
        settings = sessionSettings(server, lockTimeout(this.#timeout));
        await first.query(settings);
        await prepare(new MysqlConnected(first, this.#timeout, this.#room), server);
      } finally {
        first.destroy();
      }
    } catch (error) {
      throw storeError(this.name, error);
    }
    const pool = library.createPool({ ...this.#config(this.#url), connectionLimit: connections, maxIdle: connections });
    pool.on("connection", (connection) => {
      // It fails only with its connection, and then so does the query behind it.
      (connection as unknown as { query(sql: string, done: () => void): void }).query(settings, () => undefined);
    });
    this.#pool = pool;
  }

  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = null;
    await pool?.end();
  }

  get #timeout(): number {
    return this.#options.timeout ?? 30_000;
  }

  #config(url: URL): PoolOptions {
    return driverOptions(url, this.#timeout);
  }

  async #first(library: MysqlLibrary): Promise<Connection> {
    try {
      return await library.createConnection(this.#config(this.#url));
    } catch (error) {
      if (errorNumber(error) !== 1049) throw error;
      const server = new URL(this.#url);
      server.pathname = "";
      const connection = await library.createConnection(this.#config(server));
      const quoted = `\`${this.database.replaceAll("`", "``")}\``;
      await connection.query(`create database if not exists ${quoted} character set utf8mb4; use ${quoted}`);
      return connection;
    }
  }

  async #look(connection: Connection): Promise<Server> {
    const [rows] = await connection.query(`
      select version() as version, @@max_allowed_packet as packet, @@innodb_flush_log_at_trx_commit as flushed,
        @@log_bin as logged, @@sync_binlog as synced`);
    const [row = {}] = rows as SqlRow[];
    this.#room = integer(row, "packet") - packetMargin;
    const server = serverOf(text(row, "version"));
    if (this.#options.durability !== "relaxed" && (row.flushed !== 1 || (row.logged === 1 && row.synced !== 1))) {
      throw new StoreError(
        "the server acknowledges what is not on disk yet; set innodb_flush_log_at_trx_commit = 1, and sync_binlog = 1 " +
          'where there is a binary log, or say durability: "relaxed"',
      );
    }
    return server;
  }

  /**
   * Runs `work` on a connection; every error of the database becomes one of ours. A lost race is run again. So is a read
   * whose connection was lost: nobody knows that one is, until it is used.
   */
  async run<T>(work: (connected: MysqlConnected) => Promise<T>, mode: "reading" | "writing" = "writing"): Promise<T> {
    const pool = this.#pool;
    if (pool === null) {
      throw new InvalidStateError(`the store ${this.name} is not open; await store.open() first`);
    }
    for (let attempt = 1; ; attempt++) {
      let connection: PoolConnection | null = null;
      let broken = true;
      try {
        connection = await whenNotFull(() => pool.getConnection(), isFull);
        const result = await work(new MysqlConnected(connection, this.#timeout, this.#room));
        broken = false;
        return result;
      } catch (error) {
        const again =
          isTransient(error) || isClosed(error) || (mode === "reading" && connection !== null && isLost(error));
        if (!again || attempt === tries) throw storeError(this.name, error);
      } finally {
        // After an error it may be inside a transaction: another one is opened in its place.
        if (broken) connection?.destroy();
        else connection?.release();
      }
      await delay(Math.random() * 2 ** attempt);
    }
  }
}
