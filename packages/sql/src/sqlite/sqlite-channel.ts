import { setTimeout as delay } from "node:timers/promises";
import type { SqlParameter } from "@holdpoint/core";
import type { Channel, Fault, Rows } from "../database/channel.ts";
import type { Statement } from "../database/statement.ts";
import type { SqlValue } from "../driver/driver.ts";
import { isBusy, storeError } from "./errors.ts";
import type { Session } from "./session.ts";

/** Without types of their own in SQLite: 0 or 1, and a text that sorts by time. */
function stored(value: SqlParameter): SqlValue | bigint {
  if (typeof value === "boolean") return value ? 1 : 0;
  return value instanceof Date ? value.toISOString() : value;
}

/** A connection of its own to a SQLite file, for one transaction after the other. */
export class SqliteChannel implements Channel {
  readonly placeholders = "question marks";
  readonly session: Session;
  readonly path: string;
  readonly #busyTimeout: number;
  readonly #release: () => void;

  constructor(session: Session, path: string, busyTimeout: number, release: () => void) {
    this.session = session;
    this.path = path;
    this.#busyTimeout = busyTimeout;
    this.#release = release;
  }

  async begin(): Promise<void> {
    const { driver } = this.session;
    const started = performance.now();
    for (let attempt = 0; ; attempt++) {
      try {
        // The savepoint tells whether the transaction is still there: a conflict clause, or a full disk, can end it.
        return driver.exec("begin immediate; savepoint alive");
      } catch (error) {
        if (!isBusy(driver, error) || performance.now() - started > this.#busyTimeout) throw error;
      }
      await delay(1 + Math.random() * Math.min(2 ** attempt, 20));
    }
  }

  async run(statement: Statement, parameters: readonly SqlParameter[]): Promise<Rows> {
    this.session.driver.exec("release alive; savepoint alive");
    return this.execute(statement, parameters);
  }

  protected execute({ text, order }: Statement, parameters: readonly SqlParameter[]): Rows {
    const { driver } = this.session;
    const values = order.map((place) => stored(parameters[place] ?? null));
    const { rows, changes } = driver.prepare(text).query(...values);
    return { rows, changes };
  }

  async script(text: string): Promise<void> {
    const { driver } = this.session;
    driver.exec("release alive; savepoint alive");
    driver.exec(text);
  }

  async commit(): Promise<void> {
    this.session.driver.exec("release alive; commit");
  }

  async rollback(): Promise<void> {
    try {
      this.session.driver.exec("rollback");
    } catch {
      // SQLite has ended it by itself, or the store was closed.
    }
  }

  release(): void {
    this.#release();
  }

  explain(error: unknown): Fault {
    const { driver } = this.session;
    return { error: storeError(driver, this.path, error), again: isBusy(driver, error) };
  }
}
