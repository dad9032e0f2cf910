import { setTimeout as delay } from "node:timers/promises";
import { InvalidStateError } from "@holdpoint/core";
import type { Client, Pool, PoolClient, PoolConfig } from "pg";
import { whenNotFull } from "../database/full-server.ts";
import type { SqlRow, SqlValue } from "../driver/driver.ts";
import { columnTypes, loadPg, type PgLibrary } from "../driver/postgres.ts";
import { isFull, isTransient, storeError } from "./errors.ts";
import type { PostgresOptions } from "./options.ts";
import { applicationTypes, PostgresChannel } from "./postgres-channel.ts";

/** A text that is prepared once per connection under its name; without a name it is planned each time. */
export interface Query {
  name?: string;
  text: string;
  /** Lists come as one parameter each, an array of the database. */
  values: readonly (SqlValue | readonly SqlValue[])[];
}

/** A statement that is ready to be sent, and what its answer means. */
export interface Prepared<T> {
  query: Query;
  read(rows: SqlRow[]): T;
}

/** How often a transaction that lost a deadlock or a race is tried again. */
const tries = 6;

/**
 * A connection that nobody uses for a while stays: the next one would have to prepare every statement anew, and make its plans.
 * It keeps no process alive meanwhile.
 */
const kept = { idleTimeoutMillis: 600_000, allowExitOnIdle: true };

/** One connection on which queries are sent without waiting for the answers of those before. */
export class Connected {
  readonly #client: PoolClient;
  /** Settings that a transaction has to bring with it, because the connection does not keep them; null when it does. */
  readonly #settings: string | null;
  #inTransaction = false;

  /** `inTransaction`: somebody else has begun one on it, and ends it. */
  constructor(client: PoolClient, settings: string | null, inTransaction = false) {
    this.#client = client;
    this.#settings = settings;
    this.#inTransaction = inTransaction;
  }

  /** Behind a pooler a statement of its own is a transaction with the settings; it is still one round trip. */
  async query(query: Query): Promise<{ rows: SqlRow[]; changes: number }> {
    if (this.#settings === null || this.#inTransaction) return this.#send(query);
    const begun = this.#client.query(`begin; ${this.#settings}`);
    const answer = this.#send(query);
    // After a statement that failed it rolls back.
    const ended = this.#client.query("commit");
    for (const sent of [begun, answer, ended]) sent.catch(() => undefined);
    await begun;
    const result = await answer;
    await ended;
    return result;
  }

  /** A statement without parameters: begin, commit, the texts of a migration. */
  async exec(text: string): Promise<void> {
    const begins = text === "begin";
    if (begins) this.#inTransaction = true;
    else if (text === "commit" || text === "rollback") this.#inTransaction = false;
    await this.#client.query(begins && this.#settings !== null ? `begin; ${this.#settings}` : text);
  }

  async #send({ name, text, values }: Query): Promise<{ rows: SqlRow[]; changes: number }> {
    const result = await this.#client.query<SqlRow>({
      // The next transaction may be on another of the pooler's connections, where nothing is prepared.
      ...(name === undefined || this.#settings !== null ? {} : { name }),
      text,
      values: values as SqlValue[],
      types: columnTypes,
    });
    return { rows: result.rows, changes: result.rowCount ?? 0 };
  }
}

/** The connections of one store: opened when they are needed, replaced when they are lost. */
export class Connections {
  readonly #url: string;
  readonly #options: PostgresOptions;
  readonly name: string;
  #library: PgLibrary | null = null;
  #pool: Pool | null = null;
  /** For transactions that take their time: they must not keep the store from its own connections. */
  #lent: Pool | null = null;

  constructor(url: string, options: PostgresOptions, name: string) {
    this.#url = url;
    this.#options = options;
    this.name = name;
  }

  get schema(): string {
    return this.#options.schema ?? "holdpoint";
  }

  async open(): Promise<void> {
    if (this.#pool !== null) return;
    const { connections = 5, pooled = false } = this.#options;
    this.#library = await loadPg();
    const pool = new this.#library.Pool({ ...this.#config(this.#url), max: connections, ...{ pipeline: true } });
    // Without a listener a lost connection that nobody is using ends the process.
    pool.on("error", () => undefined);
    pool.on("connect", (client) => {
      client.on("error", () => undefined);
      // It fails only with its connection, and then so does the query behind it.
      if (!pooled) client.query(this.#settings("")).catch(() => undefined);
    });
    this.#pool = pool;
  }

  async close(): Promise<void> {
    const pools = [this.#pool, this.#lent];
    this.#pool = null;
    this.#lent = null;
    for (const pool of pools) await pool?.end();
  }

  /** A connection for a transaction that is not the store's alone; it has the search path of its user. */
  async lend(): Promise<PostgresChannel> {
    if (this.#library === null || this.#pool === null) throw this.#notOpen();
    const { connections = 5, durability = "full" } = this.#options;
    if (this.#lent === null) {
      const pool = new this.#library.Pool({
        ...this.#config(this.#url),
        application_name: "holdpoint transactions",
        max: connections,
        ...{ pipeline: true },
      });
      pool.on("error", () => undefined);
      pool.on("connect", (client) => void client.on("error", () => undefined));
      this.#lent = pool;
    }
    const commit = `set local synchronous_commit to ${durability === "full" ? "on" : "off"}`;
    return new PostgresChannel(await this.#lent.connect(), this.name, applicationTypes(this.#library.types), commit);
  }

  /** A connection of its own, outside of the pool, to listen on. */
  dedicated(): Client {
    if (this.#library === null) throw this.#notOpen();
    return new this.#library.Client(this.#config(this.#options.listenUrl ?? this.#url));
  }

  /** Whatever the server's default is: what is waited for must be seen as it is afterwards. */
  #settings(how: "" | "local "): string {
    const commit = (this.#options.durability ?? "full") === "full" ? "on" : "off";
    const isolation = how === "" ? "session characteristics as transaction" : "transaction";
    const settings = [`set ${isolation} isolation level read committed`, `set ${how}search_path to "${this.schema}"`];
    // Compiling a statement would take longer than any of these runs.
    return [...settings, `set ${how}synchronous_commit to ${commit}`, `set ${how}jit to off`].join("; ");
  }

  #config(connectionString: string): PoolConfig {
    const { timeout = 30_000 } = this.#options;
    return {
      connectionString,
      application_name: "holdpoint",
      connectionTimeoutMillis: timeout,
      // When the network swallows everything only this ends a query.
      query_timeout: timeout,
      keepAlive: true,
      ...kept,
    };
  }

  #notOpen(): InvalidStateError {
    return new InvalidStateError(`the store ${this.name} is not open; await store.open() first`);
  }

  /** Runs `work` on a connection; every error of the database becomes one of ours. A lost race is run again. */
  async run<T>(work: (connected: Connected) => Promise<T>): Promise<T> {
    const pool = this.#pool;
    if (pool === null) throw this.#notOpen();
    const settings = this.#options.pooled === true ? this.#settings("local ") : null;
    for (let attempt = 1; ; attempt++) {
      let client: PoolClient | null = null;
      let broken = true;
      try {
        client = await whenNotFull(() => pool.connect(), isFull);
        const result = await work(new Connected(client, settings));
        broken = false;
        return result;
      } catch (error) {
        // Ours say nothing about the connection; after any other it may be inside a transaction.
        if (!isTransient(error) || attempt === tries) throw storeError(this.name, error);
      } finally {
        client?.release(broken);
      }
      await delay(Math.random() * 2 ** attempt);
    }
  }
}
