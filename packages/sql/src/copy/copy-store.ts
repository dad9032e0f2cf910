import { type Store, StoreError } from "@holdpoint/core";
import { countOf, fingerprintOf, moved, type Pair, planCopy } from "./plan-copy.ts";
import { pagesOf } from "./read-rows.ts";
import { type TableAccess, type Tables, tablesOf } from "./tables.ts";
import { begin, finish, namespacesOf, noteOn, requireFree, workersOn } from "./target.ts";
import { verifyChains, verifyContents } from "./verify-copy.ts";

/** How a store is copied. */
export interface CopyOptions {
  /** Copy although workers are alive on the source: what they do from now on is not in the copy. */
  live?: boolean;
  /** Throw away what an earlier copy, stopped half-way, has left on the target. */
  restart?: boolean;
  /** The engine's `chainKey`, if it has one. */
  chainKey?: Uint8Array | undefined;
  /** Hears what is being done, and how far it is; a promise is waited for. */
  progress?: (progress: CopyProgress) => void | Promise<void>;
}

/** How far a copy is. */
export interface CopyProgress {
  phase: "copying" | "comparing" | "verifying";
  /** The table it is at, while it copies. */
  table: string | null;
  /** Rows, or while verifying runs, so far. */
  done: number;
  /** Rows, or runs, in all; null when nobody has counted. */
  total: number | null;
}

/** What a copy did. */
export interface CopyReport {
  /** `already`: this very state of the source had been copied before. */
  outcome: "copied" | "already";
  /** Goes on with a copy that was stopped half-way. */
  resumed: boolean;
  /** Rows on the target, by table. */
  rows: Record<string, number>;
  /** Runs whose hash chain was recomputed on the target. */
  chains: number;
  /** Runs whose chain was broken on the source, too. */
  broken: string[];
  /** The source has gone on since: that is not in the copy. */
  sourceMoved: boolean;
}

async function accessTo(store: Store, which: string): Promise<TableAccess> {
  const access = await tablesOf(store);
  if (access !== null) return access;
  throw new StoreError(`the ${which} (${store.name}) is not a store of tables: only SQL stores can be copied`);
}

/**
 * Copies all of an installation (every namespace, run, hold and tombstone) into another, empty database of any kind.
 *
 * It reads one moment of the source. Killed at any point it goes on where it was, if the source is what it was, and else
 * begins anew. Nothing is to be seen on the target before every table was compared with the source and every run's hash
 * chain recomputed there. Running runs are taken over by the target's first worker.
 *
 * @example
 * const report = await copyStore(sqlite(".holdpoint/holdpoint.db"), postgres("postgres://app@db.internal/app"));
 *
 * @throws StoreError workers are alive on the source (without `live`) or the target; the target holds other data
 */
export async function copyStore(from: Store, to: Store, options: CopyOptions = {}): Promise<CopyReport> {
  if (from.name === to.name && from.shared) throw new StoreError(`source and target are the same (${from.name})`);
  const [source, target] = [await accessTo(from, "source"), await accessTo(to, "target")];
  await from.open();
  await to.open();
  const workers = await workersOn(from, await namespacesOf(source.tables));
  if (workers.length > 0 && options.live !== true) {
    throw new StoreError(
      `workers are alive on the source (${workers.join(", ")}): stop them first; what they do during the copy would not be in it (--live copies all the same)`,
    );
  }
  const copied = await source.snapshot((tables) => copy(from, to, tables, target, options));
  if (copied.outcome === "already") return copied;
  const now = await source.snapshot(async (tables) => fingerprintOf(tables, await planCopy(tables, target.tables)));
  const sourceMoved = now !== copied.fingerprint;
  if (sourceMoved && options.live !== true) {
    throw new StoreError("the source was written to during the copy: stop whoever writes to it, then copy again");
  }
  await target.countOn();
  await finish(target.tables, copied.namespaces, Date.now());
  return { ...copied.report, sourceMoved };
}

async function copy(from: Store, to: Store, source: Tables, target: TableAccess, options: CopyOptions) {
  const { tables } = target;
  const pairs = await planCopy(source, tables);
  const fingerprint = await fingerprintOf(source, pairs);
  const namespaces = await namespacesOf(source);
  const note = await noteOn(tables);
  if (note?.finished && note.fingerprint === fingerprint) return already;
  await requireFree(to, tables, pairs, note);
  const resumed = note !== null && !note.finished && note.fingerprint === fingerprint && options.restart !== true;
  if (!resumed) await begin(tables, pairs, namespaces, fingerprint, Date.now());

  const total = await rowsOf(source, pairs);
  const counted = (phase: CopyProgress["phase"]) => {
    let done = 0;
    return async (rows: number, table: string | null = null): Promise<void> => {
      done += rows;
      await options.progress?.({ phase, table, done, total });
    };
  };
  await copyRows(source, tables, pairs, counted("copying"));
  const rows = await verifyContents(source, tables, pairs, counted("comparing"));
  const { chains, broken } = await verifyChains(from, to, tables, namespaces, {
    chainKey: options.chainKey,
    seen: async (done) => options.progress?.({ phase: "verifying", table: null, done, total: rows.run ?? null }),
  });
  const report: CopyReport = { outcome: "copied", resumed, rows, chains, broken, sourceMoved: false };
  return { outcome: "copied" as const, report, namespaces, fingerprint };
}

const already: CopyReport & { outcome: "already" } = {
  outcome: "already",
  resumed: false,
  rows: {},
  chains: 0,
  broken: [],
  sourceMoved: false,
};

async function rowsOf(source: Tables, pairs: readonly Pair[]): Promise<number> {
  let rows = 0;
  for (const { source: table } of pairs) rows += await countOf(source, table);
  return rows;
}

/**
 * Page by page in the order of each table's key, a page in a transaction: the last key on the target says how far an
 * earlier try came, so nothing needs to be noted on the way.
 */
async function copyRows(
  source: Tables,
  target: Tables,
  pairs: readonly Pair[],
  seen: (rows: number, table: string) => Promise<void>,
): Promise<void> {
  for (const pair of pairs) {
    const { name } = pair.source;
    if (name === "namespace") continue;
    const after = await target.lastKey(pair.target);
    if (after !== null) await seen(await countOf(target, pair.target), name);
    for await (const rows of pagesOf(source, pair.source, after)) {
      await target.change([{ into: pair.target, rows: rows.map((row) => moved(pair, row)) }]);
      await seen(rows.length, name);
    }
  }
}
