import { StoreError } from "@holdpoint/core";
import type { SqlRow } from "../../driver/driver.ts";
import { OpenTransaction } from "../open-transaction.ts";
import type { ConnectionSource } from "../pooled-database.ts";
import type { MigrationFile } from "./folder.ts";
import { type Applied, appliedOf, type History, historyTable, type MigrationTarget, reasonOf } from "./history.ts";
import type { TranslatedStatement } from "./own-statements.ts";

const createHistory = `create table if not exists ${historyTable} (
  version bigint primary key, name text not null, checksum text not null, applied_at bigint not null)`;

class TransactionHistory implements History {
  readonly #tx: OpenTransaction;
  readonly #dialect: "sqlite" | "postgres";

  constructor(tx: OpenTransaction, dialect: "sqlite" | "postgres") {
    this.#tx = tx;
    this.#dialect = dialect;
  }

  async exists(): Promise<boolean> {
    const sql =
      this.#dialect === "postgres"
        ? "select 1 as found where to_regclass(?) is not null"
        : "select 1 as found from sqlite_schema where type = 'table' and name = ?";
    return (await this.#tx.fetchOne(sql, [historyTable])) !== null;
  }

  async create(): Promise<void> {
    await this.#tx.execute(createHistory);
  }

  async read(): Promise<Applied[]> {
    const sql = `select version, name, checksum, applied_at from ${historyTable} order by version`;
    return (await this.#tx.fetchAll<SqlRow>(sql)).map(appliedOf);
  }

  async apply({ version, name, checksum, path }: MigrationFile, statements: readonly TranslatedStatement[]) {
    for (const { text, line } of statements) {
      try {
        await this.#tx.inside((channel) => channel.script(text));
      } catch (error) {
        const message = `${path}:${line}: ${reasonOf(error)}; nothing of this file was applied`;
        throw new StoreError(message, { version }, { cause: error });
      }
    }
    const values = [version, name, checksum, Date.now()];
    await this.#tx.execute(
      `insert into ${historyTable} (version, name, checksum, applied_at) values (?, ?, ?, ?)`,
      values,
    );
  }
}

/** SQLite and PostgreSQL: whatever is done under the lock is one transaction, undone when it throws. */
export class TransactionalTarget implements MigrationTarget {
  readonly #source: ConnectionSource;
  readonly #dialect: "sqlite" | "postgres";

  constructor(source: ConnectionSource, dialect: "sqlite" | "postgres") {
    this.#source = source;
    this.#dialect = dialect;
  }

  get name(): string {
    return this.#source.name;
  }

  async locked<T>(work: (history: History) => Promise<T>): Promise<T> {
    const tx = new OpenTransaction(this.#source);
    try {
      // SQLite's transactions keep each other out by themselves.
      if (this.#dialect === "postgres") {
        await tx.fetchOne("select pg_advisory_xact_lock(hashtext('holdpoint migrations'))");
      }
      const result = await work(new TransactionHistory(tx, this.#dialect));
      const undone = await tx.end(
        async () => ({ commit: true, result: null }),
        async () => null,
      );
      if (undone !== null) throw undone.error;
      return result;
    } catch (error) {
      await tx.rollback();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}
