import { setTimeout as delay } from "node:timers/promises";
import { type SqlParameter, StoreError, type Transaction } from "@holdpoint/core";
import type { Channel, Rows } from "./channel.ts";
import type { Database } from "./database.ts";
import { OpenTransaction } from "./open-transaction.ts";
import { bind, type Placeholders, readStatement } from "./statement.ts";

/** Where a database gets connections. */
export interface ConnectionSource {
  readonly name: string;
  readonly placeholders: Placeholders;
  /** For one statement, which is its own transaction. */
  single<T>(work: (channel: Channel) => Promise<T>): Promise<T>;
  /** For a transaction; released by whoever took it. */
  acquire(isOver: () => boolean): Promise<Channel>;
  close(): Promise<void>;
}

/** A transaction that lost a race is run again so many times. */
const tries = 6;

/** A database on connections of any kind. */
export class PooledDatabase implements Database {
  readonly #source: ConnectionSource;

  constructor(source: ConnectionSource) {
    this.#source = source;
  }

  get name(): string {
    return this.#source.name;
  }

  async connect(): Promise<void> {
    await this.fetchOne("select 1 as connected");
  }

  async execute(sql: string, parameters: readonly SqlParameter[] = []): Promise<{ changes: number }> {
    const { changes } = await this.#query(sql, parameters);
    return { changes };
  }

  async fetchOne<Row extends object>(sql: string, parameters: readonly SqlParameter[] = []): Promise<Row | null> {
    const { rows } = await this.#query(sql, parameters);
    return (rows[0] as Row | undefined) ?? null;
  }

  async fetchAll<Row extends object>(sql: string, parameters: readonly SqlParameter[] = []): Promise<Row[]> {
    const { rows } = await this.#query(sql, parameters);
    return rows as Row[];
  }

  async #query(sql: string, parameters: readonly SqlParameter[]): Promise<Rows> {
    const statement = readStatement(sql, this.#source.placeholders);
    bind(statement, parameters);
    const answer = await this.#source.single((channel) => channel.run(statement, parameters));
    return statement.changesRows ? answer : { ...answer, changes: 0 };
  }

  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const transaction = new OpenTransaction(this.#source);
      let result: T | undefined;
      let thrown: { error: unknown } | null = null;
      try {
        result = await work(transaction);
      } catch (error) {
        thrown = { error };
      }
      if (thrown !== null) await transaction.rollback();
      const undone = thrown === null ? await this.#commit(transaction) : transaction.undone;
      if (thrown === null && undone === null) return result as T;
      if (undone?.again !== true || attempt === tries) throw thrown === null ? undone?.error : thrown.error;
      await delay(Math.random() * 5 * 2 ** attempt);
    }
  }

  async #commit(transaction: OpenTransaction): Promise<OpenTransaction["undone"]> {
    const ended = await transaction.end(
      async () => ({ commit: true, result: null }),
      (error) => {
        const reason = error instanceof Error ? error.message : String(error);
        const message = `${this.name}: nobody knows whether the transaction was committed (${reason}): look before you do it again`;
        throw new StoreError(message, {}, { cause: error });
      },
    );
    return ended;
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}
