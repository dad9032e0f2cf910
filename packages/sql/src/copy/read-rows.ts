import { setImmediate as breath } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { SqlValue } from "../driver/driver.ts";
import type { Table, Tables } from "./tables.ts";

const mostRows = 4_000;
/** A page is made smaller when it was larger than this, so that memory stays bounded whatever the rows hold. */
const mostBytes = 4 * 1024 * 1024;

function bytesOf(rows: readonly (readonly SqlValue[])[]): number {
  let bytes = 0;
  for (const row of rows) {
    for (const value of row) bytes += value === null || typeof value === "number" ? 8 : value.length;
  }
  return bytes;
}

/** All rows of a table in the order of its key, page by page; those behind `after` when it is given. */
export async function* pagesOf(
  tables: Tables,
  table: Table,
  after: readonly SqlValue[] | null = null,
): AsyncGenerator<SqlValue[][]> {
  const places = table.key.map((name) => table.columns.findIndex((column) => column.name === name));
  const keyOf = (row: readonly SqlValue[]): SqlValue[] => places.map((place) => row[place] ?? null);
  let from = after;
  let limit = 500;
  for (;;) {
    const page = await tables.page(table, from, limit + 1);
    const [first] = page;
    const rows =
      from !== null && first !== undefined && isDeepStrictEqual(keyOf(first), [...from]) ? page.slice(1) : page;
    if (rows.length > 0) yield rows;
    // Between two SQLite databases nothing else would ever have its turn.
    await breath();
    const last = rows.at(-1);
    if (page.length <= limit || last === undefined) return;
    from = keyOf(last);
    const bytes = bytesOf(rows);
    if (bytes > mostBytes) limit = Math.max(1, Math.floor(limit / 2));
    else if (bytes < mostBytes / 4) limit = Math.min(mostRows, limit * 2);
  }
}
