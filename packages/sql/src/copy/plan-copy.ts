import { StoreError } from "@holdpoint/core";
import type { SqlValue } from "../driver/driver.ts";
import { sqlite } from "../sqlite/sqlite-store.ts";
import { pagesOf } from "./read-rows.ts";
import { RowDigest } from "./row-digest.ts";
import { type Table, type Tables, tablesOf } from "./tables.ts";

/** Where a copy notes on the target what it is a copy of. */
export const noteTable = "store_copy";

/** Each database has its own of these. `namespace` is written apart: it is what makes the rest visible. */
const notCopied = new Set(["migration", "worker", "feed", noteTable]);

/** A table to be copied, with its columns in the same order on both sides. */
export interface Pair {
  source: Table;
  target: Table;
  /** Where in a row the number of the worker stands that owns a run: it means nothing on another database. */
  owner: number;
}

/** The names of a store's tables: an application may have its own beside them. */
async function ownTables(): Promise<ReadonlySet<string>> {
  const empty = sqlite(":memory:");
  await empty.open();
  try {
    return new Set(((await (await tablesOf(empty))?.tables.tables()) ?? []).map(({ name }) => name));
  } finally {
    await empty.close();
  }
}

/**
 * Which tables are copied.
 *
 * @throws StoreError one side has a table or a column that the other has not: they are of different releases
 */
export async function planCopy(source: Tables, target: Tables): Promise<Pair[]> {
  const there = new Map((await target.tables()).map((table) => [table.name, table]));
  const own = await ownTables();
  const pairs: Pair[] = [];
  for (const from of await source.tables()) {
    if (notCopied.has(from.name) || !own.has(from.name)) continue;
    const into = there.get(from.name);
    if (into === undefined) throw apart(`the target has no table ${from.name}`);
    if (from.key.length === 0) throw apart(`the table ${from.name} of the source has no unique index`);
    const columns = from.columns.map(({ name }) => {
      const column = into.columns.find((one) => one.name === name);
      if (column === undefined) throw apart(`the target's table ${from.name} has no column ${name}`);
      return column;
    });
    const owner = from.name === "run" ? columns.findIndex(({ name }) => name === "owner") : -1;
    pairs.push({ source: from, target: { ...from, columns }, owner });
  }
  return pairs;
}

function apart(reason: string): StoreError {
  return new StoreError(`${reason}: nothing was copied`);
}

/** A row as it is on the target. */
export function moved({ owner }: Pair, row: SqlValue[]): SqlValue[] {
  if (owner >= 0) row[owner] = null;
  return row;
}

export async function countOf(tables: Tables, table: Table): Promise<number> {
  const [row] = await tables.query(`select count(*) as n from "${table.name}"`);
  return Number(row?.n);
}

/** How many rows, and a digest of them all. */
export async function contentOf(
  tables: Tables,
  table: Table,
  pair: Pair,
  seen: (rows: number) => Promise<void>,
): Promise<{ rows: number; digest: string }> {
  const digest = new RowDigest();
  let rows = 0;
  for await (const page of pagesOf(tables, table)) {
    for (const row of page) digest.add(moved(pair, row));
    rows += page.length;
    await seen(page.length);
  }
  return { rows, digest: digest.text() };
}

/** By which of their columns it shows that rows have changed. */
const moving: Record<string, string> = {
  run: "pk seq epoch status head updated_at",
  hold: "pk revision status",
  record: "pk revision",
};

/** What changes with every write to a store: where each run and each hold stands, and how much there is of everything. */
export async function fingerprintOf(source: Tables, pairs: readonly Pair[]): Promise<string> {
  const digest = new RowDigest();
  for (const { source: table } of pairs) {
    digest.add([table.name, await countOf(source, table)]);
    const columns = moving[table.name]?.split(" ");
    if (columns === undefined) continue;
    const narrow = { ...table, columns: table.columns.filter(({ name }) => columns.includes(name)) };
    for await (const page of pagesOf(source, narrow)) for (const row of page) digest.add(row);
  }
  return digest.text();
}
