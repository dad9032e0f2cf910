import { type SqlParameter, StoreError, ValidationError } from "@holdpoint/core";
import type { QueryOptions, TypeCastField, TypeCastNext } from "mysql2";
import type { PoolConnection } from "mysql2/promise";
import type { Channel, Fault, Rows } from "../database/channel.ts";
import type { Statement } from "../database/statement.ts";
import { plainRows } from "./answer.ts";
import { MysqlConnected } from "./connections.ts";
import { errorNumber, isLost, isSilent, isTransient, storeError } from "./errors.ts";
import { orDestroy } from "./or-destroy.ts";
import { written } from "./parameter.ts";

/** What a connection is to the server it leads to. */
export interface ApplicationSettings {
  /** For messages. */
  readonly name: string;
  /** The database that a table without another is in. */
  readonly database: string;
  readonly timeout: number;
  /** How many bytes one packet may have. */
  readonly room: number;
}

/** Statements that neither commit by themselves nor leave the connection changed for whoever gets it next. */
const transactional = new Set(
  "select insert update delete replace with values table do show describe desc explain (".split(" "),
);
/** What would stay with the connection when it is given back. */
const lasting = new Set(["use", "set", "lock", "unlock", "prepare", "execute", "deallocate", "handler"]);

function checkVerb(verb: string, inTransaction: boolean): void {
  if (inTransaction ? transactional.has(verb) : !lasting.has(verb)) return;
  const why = inTransaction
    ? "is not for a transaction on MySQL and MariaDB, where it can commit what came before it: execute it outside"
    : "would change the connection for whoever gets it next";
  throw new ValidationError("sql", [{ path: "", message: `"${verb}" ${why}` }]);
}

function wholeNumber(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

/** Whole numbers as numbers where they are exact, sums of them too; anything else as the driver reads it. */
function typeCast(field: TypeCastField, next: TypeCastNext): unknown {
  if (field.type !== "LONGLONG" && field.type !== "NEWDECIMAL") return next();
  const text = field.string();
  return text === null || text.includes(".") ? text : wholeNumber(text);
}

const noSuchSavepoint = 1305;

/** A connection to a MySQL or MariaDB server, for an application's statements. */
export class MysqlChannel implements Channel {
  readonly placeholders = "values";
  readonly settings: ApplicationSettings;
  readonly #connection: PoolConnection;
  #inTransaction = false;

  constructor(connection: PoolConnection, settings: ApplicationSettings) {
    this.#connection = connection;
    this.settings = settings;
  }

  /** For statements of ours; `timeout` 0 waits for ever. */
  connected(timeout = this.settings.timeout): MysqlConnected {
    return new MysqlConnected(this.#connection, timeout, this.settings.room);
  }

  async begin(): Promise<void> {
    this.#inTransaction = true;
    // The savepoint tells whether the transaction is still there: a statement may have committed it.
    await this.script("start transaction; savepoint holdpoint_alive");
  }

  async run({ pieces, order, verb, changesRows }: Statement, parameters: readonly SqlParameter[]): Promise<Rows> {
    checkVerb(verb, this.#inTransaction);
    const values = order.map((place) => ` ${written(parameters[place] ?? null)} `);
    const sql = pieces.map((piece, i) => piece + (values[i] ?? "")).join("");
    const options: QueryOptions = { sql, timeout: this.settings.timeout, typeCast };
    const [result, fields] = await orDestroy(this.#connection, this.#connection.query(options));
    if (!Array.isArray(result)) return { rows: [], changes: result.affectedRows };
    const rows = plainRows(result as Record<string, unknown>[], fields);
    return { rows, changes: changesRows ? rows.length : 0 };
  }

  async script(text: string): Promise<void> {
    const answer = this.#connection.query({ sql: text, timeout: this.settings.timeout });
    await orDestroy(this.#connection, answer);
  }

  async commit(): Promise<void> {
    try {
      await this.script("release savepoint holdpoint_alive; commit");
    } catch (error) {
      if (errorNumber(error) !== noSuchSavepoint) throw error;
      const message = `${this.settings.name}: a statement has ended the transaction by itself, and what came before it is committed`;
      throw new StoreError(message, {}, { cause: error });
    }
  }

  async rollback(): Promise<void> {
    this.#inTransaction = false;
    // A connection that is lost has undone it.
    await this.script("rollback").catch(() => undefined);
  }

  release(broken: boolean): void {
    if (broken) this.#connection.destroy();
    else this.#connection.release();
  }

  explain(error: unknown): Fault {
    return {
      error: storeError(this.settings.name, error),
      again: isTransient(error) || isLost(error) || isSilent(error),
    };
  }
}
