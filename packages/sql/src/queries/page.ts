import type { PageOf } from "@holdpoint/core";
import { ValidationError } from "@holdpoint/core";
import type { CompiledQuery } from "kysely";
import { integer } from "../columns/read.ts";
import type { SqlRow, SqlValue } from "../driver/driver.ts";
import type { Program } from "../operations/program.ts";
import { all } from "../operations/program.ts";

/** The number behind which a page begins; a cursor is the last number of the page before. */
export function cursorOf(cursor: string): number {
  const pk = Number(cursor);
  if (!Number.isSafeInteger(pk)) throw new ValidationError("cursor", [{ path: "", message: "is not one of ours" }]);
  return pk;
}

/** The keys of a run's generations: looked up first, because a subquery would keep SQLite from using the index on them. */
export function* generationsOf(namespace: number, id: string): Program<number[]> {
  return (yield* all("treeGenerations", namespace, id)).map((row) => integer(row, "pk"));
}

function parameter(value: unknown): SqlValue {
  if (value === null || typeof value === "number" || typeof value === "string") return value;
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`a query parameter of type ${typeof value} cannot be bound`);
}

const pkCursorOf = (row: SqlRow): string => String(integer(row, "pk"));

/** Runs a query that asks for one row more than a page has, to know whether there is another page. */
export function* pageOf<T>(
  query: CompiledQuery,
  limit: number,
  read: (row: SqlRow) => T,
  cursorAt: (row: SqlRow) => string = pkCursorOf,
): Program<PageOf<T>> {
  // An empty list finds nothing; only SQLite knows how to say so.
  const sql = query.sql.replaceAll(" in ()", " in (null)");
  const rows = yield* all({ sql }, ...query.parameters.map(parameter));
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(read),
    cursor: rows.length > limit && last !== undefined ? cursorAt(last) : null,
  };
}
