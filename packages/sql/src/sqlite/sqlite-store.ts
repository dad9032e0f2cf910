import type { Operation, OperationResult, RunPk, Store } from "@holdpoint/core";
import { hasLines } from "@holdpoint/core";
import { DatabaseClock } from "../clock/database-clock.ts";
import { integer } from "../columns/read.ts";
import { offerTables } from "../copy/tables.ts";
import { openNodeSqlite } from "../driver/node-sqlite.ts";
import { apply } from "../operations/apply.ts";
import { claim, idleClaim } from "../operations/claim.ts";
import type { Context, Program } from "../operations/program.ts";
import { one, Refusal, run, unknownNamespace } from "../operations/program.ts";
import * as read from "../operations/read.ts";
import { appendStartsLines, applyWhole } from "../operations/starts-lines.ts";
import { changes } from "../store/changes.ts";
import { committing } from "../store/commit.ts";
import { due } from "../store/due.ts";
import { lookups } from "../store/lookups.ts";
import { contextMade, contextOf as spaceOf } from "../store/namespace.ts";
import { Connection } from "./connection.ts";
import { isOwnFault } from "./errors.ts";
import { isInMemory } from "./files.ts";
import { Lane } from "./lane.ts";
import type { SqliteOptions } from "./options.ts";
import type { Session } from "./session.ts";
import { sqliteTransactions } from "./transactions.ts";
import { Watchers } from "./watch.ts";

/**
 * A store in one SQLite file, on Node's own SQLite. Several processes may open the same file; they wake each other.
 *
 * @example
 * const engine = createEngine({ store: sqlite(".holdpoint/holdpoint.db"), workflows: [refund] });
 *
 * @throws StoreError when the file cannot be opened, is read-only, is damaged or the disk is full
 */
export function sqlite(path: string, options: SqliteOptions = {}): Store {
  const { durability = "full", busyTimeout = 10_000, driver = openNodeSqlite } = options;
  const connection = new Connection({ path, durability, busyTimeout, openDriver: driver });
  const watchers = new Watchers(() => (connection.isOpen ? connection.session.dataVersion() : null));
  const namespaces = new Map<string, number>();
  /** Namespaces where this process made a run ready and nothing has been claimed since: looking first is no use there. */
  const awake = new Set<string>();
  /** What the last claim gave: its history is asked for next. No run ever changes its namespace or its key. */
  const claimed = new Map<string, ReadonlySet<RunPk>>();

  const lane = new Lane(path, busyTimeout, () => connection.another());

  const contextOf = (session: Session, name: string): Context => {
    let namespace = namespaces.get(name);
    if (namespace === undefined) {
      const row = session.run(one("namespace", name));
      if (row !== null) namespaces.set(name, (namespace = integer(row, "pk")));
    }
    return spaceOf(name, namespace ?? unknownNamespace);
  };

  /** In a transaction that may be undone: what it inserts is not remembered. */
  const contextIn = (session: Session, name: string): Context => {
    const namespace = namespaces.get(name);
    return namespace === undefined ? session.run(contextMade(name)) : spaceOf(name, namespace);
  };
  const announce = ({ name, news }: Context): void => {
    if (news.ready) awake.add(name);
    watchers.announce(name, news);
  };

  /** One read; several statements of it see the same moment. */
  const reading = <T>(name: string, program: (context: Context) => Program<T>): Promise<T> =>
    connection.run((session) => session.snapshot(() => session.run(program(contextOf(session, name)))));

  /** One read of a single statement, which sees one moment by itself. */
  const looking = <T>(name: string, program: (context: Context) => Program<T>): Promise<T> =>
    connection.run((session) => session.run(program(contextOf(session, name))));

  /** One transaction; whoever watches hears of it once it is durable. */
  const writing = <T>(name: string, work: (session: Session, context: Context) => T): Promise<T> =>
    connection.run((session) => {
      if (!namespaces.has(name)) session.transaction(() => session.run(run("insertNamespace", name)));
      const context = contextOf(session, name);
      const result = work(session, context);
      announce(context);
      return result;
    });
  const changing = <T>(name: string, program: (context: Context) => Program<T>): Promise<T> =>
    writing(name, (session, context) => session.transaction(() => session.run(program(context))));

  const applyAll = (session: Session, context: Context, operations: readonly Operation[]): OperationResult[] => {
    const own = (error: unknown): boolean => isOwnFault(session.driver, error);
    try {
      return session.transaction(() => {
        const results = operations.map((operation) => session.run(apply(context, operation)));
        if (hasLines(operations)) session.run(appendStartsLines(context, operations, results));
        return results;
      });
    } catch (error) {
      if (!own(error)) throw error;
    }
    // One of them cannot be written. Savepoints cost a third of the rate, so they are paid for only now.
    return session.transaction(() =>
      operations.map((operation) => {
        const result = session.attempt(() => session.run(applyWhole(context, operation)), own);
        return result instanceof Refusal ? { type: "refused", reason: result.message } : result;
      }),
    );
  };

  const plain = changes(changing);
  const store: Store = {
    name: `sqlite ${path}`,
    shared: !isInMemory(path),
    // A database in memory is its connection's alone.
    ...(isInMemory(path) ? {} : { transactions: sqliteTransactions({ path, lane, contextOf: contextIn, announce }) }),
    async open() {
      await connection.open();
      lane.reopen();
    },
    async close() {
      watchers.close();
      lane.close();
      connection.close();
      namespaces.clear();
      awake.clear();
      claimed.clear();
    },

    commit: committing((namespace, operations) =>
      writing(namespace, (session, context) => applyAll(session, context, operations)),
    ),
    async claim(namespace, request) {
      if (!awake.delete(namespace)) {
        const idle = await reading(namespace, (context) => idleClaim(context, request));
        if (idle !== null) return idle;
      }
      // With the power every worker of this file is gone, and with it what it claimed: a claim need not wait for the disk.
      const given = await writing(namespace, (session, context) =>
        session.passing(() => session.run(claim(context, request))),
      );
      claimed.set(namespace, new Set(given.runs.map(({ pk }) => pk)));
      return given;
    },
    history: (namespace, wanted, options) =>
      reading(namespace, (context) => read.history(context, wanted, options?.hashes ?? true, claimed.get(namespace))),
    unread: (namespace, owned) => reading(namespace, (context) => read.unread(context, owned)),
    ...lookups({ reading, looking, dialect: async () => (await import("../queries/dialect.ts")).sqliteQueries }),
    ...due({ reading, looking, changing, clock: new DatabaseClock("caller"), askTime: async () => Date.now() }),
    ...plain,
    async erase(namespace, pk, erasure) {
      const done = await plain.erase(namespace, pk, erasure);
      await connection.emptyWal();
      return done;
    },
    async sizes(namespace) {
      const counts = await reading(namespace, read.counts);
      return { ...counts, bytes: await connection.run((session) => session.fileBytes()) };
    },
    watch: (namespace, listener) => watchers.add(namespace, listener),
  };
  return offerTables(store, async () => {
    const { sqliteTables } = await import("../copy/sqlite-tables.ts");
    return sqliteTables(connection, isInMemory(path) ? null : () => driver(path));
  });
}
