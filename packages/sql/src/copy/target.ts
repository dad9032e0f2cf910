import { createEngine, type Store, StoreError } from "@holdpoint/core";
import { integer, text } from "../columns/read.ts";
import { countOf, noteTable, type Pair } from "./plan-copy.ts";
import type { Change, Tables } from "./tables.ts";

/**
 * Until all of it is there and verified, the target's namespaces have another name: an engine that is started on the
 * target meanwhile finds nothing, and executes nothing.
 */
export const stagedName = (namespace: string): string => `being copied: ${namespace}`;

export interface Namespace {
  pk: number;
  name: string;
}

export async function namespacesOf(tables: Tables): Promise<Namespace[]> {
  const rows = await tables.query("select pk, name from namespace order by pk");
  return rows.map((row) => ({ pk: integer(row, "pk"), name: text(row, "name") }));
}

/** Who works on a store, as `name (process N)`. */
export async function workersOn(store: Store, namespaces: readonly Namespace[]): Promise<string[]> {
  const found: string[] = [];
  for (const { name } of namespaces) {
    const workers = await createEngine({ store, namespace: name, workflows: [] }).workers();
    found.push(...workers.map(({ host, pid }) => `process ${pid} on ${host}`));
  }
  return found;
}

/** What an earlier copy has left on the target. */
export interface Note {
  fingerprint: string;
  finished: boolean;
}

export async function noteOn(target: Tables): Promise<Note | null> {
  const tables = await target.tables();
  if (!tables.some(({ name }) => name === noteTable)) return null;
  const [row] = await target.query(`select fingerprint, finished_at from ${noteTable}`);
  return row === undefined ? null : { fingerprint: text(row, "fingerprint"), finished: row.finished_at !== null };
}

/**
 * Refuses a target that is in use, or that holds anything but the beginning of a copy.
 *
 * @throws StoreError saying what is there
 */
export async function requireFree(
  store: Store,
  tables: Tables,
  pairs: readonly Pair[],
  note: Note | null,
): Promise<void> {
  const namespaces = await namespacesOf(tables);
  const workers = await workersOn(store, namespaces);
  if (workers.length > 0) {
    throw new StoreError(`a worker is alive on the target (${workers.join(", ")}): stop it, then copy again`);
  }
  if (note !== null && !note.finished) return;
  for (const { target } of pairs) {
    if (target.name === "namespace") continue;
    const rows = await countOf(tables, target);
    if (rows === 0) continue;
    throw new StoreError(
      `the target holds other data (${rows} rows in ${target.name}): copy into an empty database, or another schema`,
    );
  }
}

/** Notes what is being copied and makes the namespaces under their other names; whatever was there goes. */
export async function begin(
  tables: Tables,
  pairs: readonly Pair[],
  namespaces: readonly Namespace[],
  fingerprint: string,
  now: number,
): Promise<void> {
  // By itself: on MySQL it would end the transaction it is in. Of its one row the key is there for servers that want one of every table.
  const columns = "fingerprint text not null, started_at bigint not null primary key, finished_at bigint";
  const create = `create table if not exists ${noteTable} (${columns})`;
  await tables.change([{ sql: create, values: [] }]);
  const changes: Change[] = pairs.map(({ target }) => ({ sql: `delete from "${target.name}"`, values: [] }));
  changes.push(
    { sql: "delete from worker", values: [] },
    { sql: `delete from ${noteTable}`, values: [] },
    { sql: `insert into ${noteTable} (fingerprint, started_at) values (?, ?)`, values: [fingerprint, now] },
  );
  for (const { pk, name } of namespaces) {
    changes.push({ sql: "insert into namespace (pk, name) values (?, ?)", values: [pk, stagedName(name)] });
  }
  await tables.change(changes);
}

/**
 * Gives the namespaces their names, all at once: from now on engines find what was copied.
 *
 * @throws StoreError an engine has been started on the target meanwhile
 */
export async function finish(tables: Tables, namespaces: readonly Namespace[], now: number): Promise<void> {
  const names = new Set(namespaces.map(({ name }) => name));
  const found = (await namespacesOf(tables)).find(({ name }) => names.has(name));
  if (found !== undefined) {
    throw new StoreError(
      `an engine was started on the target during the copy (namespace ${found.name}): stop it, then copy again`,
    );
  }
  await tables.change([
    ...namespaces.map(({ pk, name }) => ({ sql: "update namespace set name = ? where pk = ?", values: [name, pk] })),
    { sql: `update ${noteTable} set finished_at = ?`, values: [now] },
  ]);
}
