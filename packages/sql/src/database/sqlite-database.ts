import { setTimeout as delay } from "node:timers/promises";
import type { SqlParameter } from "@holdpoint/core";
import type { SqliteDriver } from "../driver/driver.ts";
import { openNodeSqlite } from "../driver/node-sqlite.ts";
import { isBusy, storeError } from "../sqlite/errors.ts";
import { isInMemory, prepareFile } from "../sqlite/files.ts";
import { Lane } from "../sqlite/lane.ts";
import { Session } from "../sqlite/session.ts";
import { SqliteChannel } from "../sqlite/sqlite-channel.ts";
import type { Channel, Rows } from "./channel.ts";
import type { Database, DatabaseOptions } from "./database.ts";
import { type ConnectionSource, PooledDatabase } from "./pooled-database.ts";
import type { Statement } from "./statement.ts";

/** One statement by itself: no transaction is open around it. */
class SingleStatement extends SqliteChannel {
  readonly #timeout: number;

  constructor(session: Session, path: string, timeout: number) {
    super(session, path, timeout, () => undefined);
    this.#timeout = timeout;
  }

  override async run(statement: Statement, parameters: readonly SqlParameter[]): Promise<Rows> {
    const { driver } = this.session;
    const started = performance.now();
    for (let attempt = 0; ; attempt++) {
      try {
        return this.execute(statement, parameters);
      } catch (error) {
        if (!isBusy(driver, error) || performance.now() - started > this.#timeout) throw error;
      }
      await delay(1 + Math.random() * Math.min(2 ** attempt, 20));
    }
  }
}

/** A SQLite file as an application's database: one connection for statements, one for transactions, which take turns. */
class SqliteFile implements ConnectionSource {
  readonly name: string;
  readonly placeholders = "question marks";
  readonly #path: string;
  readonly #timeout: number;
  readonly #lane: Lane;
  #driver: SqliteDriver | null = null;
  #session: Session | null = null;

  constructor(path: string, { timeout = 10_000 }: DatabaseOptions) {
    this.name = `sqlite ${path}`;
    this.#path = path;
    this.#timeout = timeout;
    // In memory there is one connection, or there are two databases.
    this.#lane = new Lane(path, timeout, () => (isInMemory(path) ? this.#opened() : this.#open()));
  }

  #open(): SqliteDriver {
    try {
      prepareFile(this.#path);
      const driver = openNodeSqlite(this.#path);
      driver.exec(
        "pragma busy_timeout = 0; pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on",
      );
      return driver;
    } catch (error) {
      throw storeError(null, this.#path, error);
    }
  }

  #opened(): SqliteDriver {
    this.#driver ??= this.#open();
    return this.#driver;
  }

  async single<T>(work: (channel: Channel) => Promise<T>): Promise<T> {
    // In memory a statement would land in the transaction that is open: it waits for its end.
    const turn = isInMemory(this.#path) ? await this.#lane.acquire(() => false) : null;
    this.#session ??= new Session(this.#opened());
    const channel = new SingleStatement(this.#session, this.#path, this.#timeout);
    try {
      return await work(channel);
    } catch (error) {
      throw channel.explain(error).error;
    } finally {
      turn?.release();
    }
  }

  acquire(isOver: () => boolean): Promise<Channel> {
    return this.#lane.acquire(isOver);
  }

  async close(): Promise<void> {
    this.#lane.close();
    if (!isInMemory(this.#path)) this.#driver?.close();
    this.#driver = null;
    this.#session = null;
  }
}

/** Connections to a SQLite database of the application's. */
export function openSource(path: string, options: DatabaseOptions): ConnectionSource {
  return new SqliteFile(path, options);
}

/** A SQLite database of the application's. */
export function openDatabase(path: string, options: DatabaseOptions): Database {
  return new PooledDatabase(openSource(path, options));
}
