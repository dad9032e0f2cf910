import type { SqlParameter } from "@holdpoint/core";
import type { PoolClient, QueryConfig } from "pg";
import type { Channel, Fault, Rows } from "../database/channel.ts";
import type { Statement } from "../database/statement.ts";
import { isLost, isTransient, storeError } from "./errors.ts";

/** What pg's types do not know yet: one statement in a text, also where it has no parameters. */
type ExtendedQuery = QueryConfig<SqlParameter[]> & { queryMode: "extended" };

/** As pg reads a column by itself, but for whole numbers, which pg gives as text. */
export type TypeParsers = { getTypeParser(oid: number, format?: "text" | "binary"): (value: never) => unknown };

const int8 = 20;

function wholeNumber(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

/** Columns as an application expects them: `bigint` as a number where it is exact, dates as dates. */
export function applicationTypes(own: TypeParsers): TypeParsers {
  return {
    getTypeParser: (oid, format) =>
      oid === int8 ? (wholeNumber as (value: never) => unknown) : own.getTypeParser(oid, format),
  };
}

/** A connection of its own to a PostgreSQL server, for one transaction. */
export class PostgresChannel implements Channel {
  readonly placeholders = "numbered";
  readonly client: PoolClient;
  readonly #name: string;
  readonly #types: TypeParsers;
  readonly #settings: string;

  /** `settings` go with each transaction: behind a pooler the next one may be on another connection. */
  constructor(client: PoolClient, name: string, types: TypeParsers, settings: string) {
    this.client = client;
    this.#name = name;
    this.#types = types;
    this.#settings = settings;
  }

  async begin(): Promise<void> {
    await this.client.query(`begin; ${this.#settings}`);
  }

  async run({ text }: Statement, parameters: readonly SqlParameter[]): Promise<Rows> {
    const query: ExtendedQuery = {
      text,
      values: [...parameters],
      types: this.#types as NonNullable<QueryConfig["types"]>,
      queryMode: "extended",
    };
    const { rows, rowCount } = await this.client.query<Record<string, unknown>>(query);
    return { rows, changes: rowCount ?? 0 };
  }

  async script(text: string): Promise<void> {
    await this.client.query(text);
  }

  async commit(): Promise<void> {
    const { command } = await this.client.query("commit");
    // A transaction that had failed before is rolled back by `commit`, without an error.
    if (command !== "COMMIT") throw new TypeError(`the transaction was rolled back (${command})`);
  }

  async rollback(): Promise<void> {
    // A connection that is lost has undone it.
    await this.client.query("rollback").catch(() => undefined);
  }

  release(broken: boolean): void {
    this.client.release(broken);
  }

  explain(error: unknown): Fault {
    return { error: storeError(this.#name, error), again: isTransient(error) || isLost(error) };
  }
}
