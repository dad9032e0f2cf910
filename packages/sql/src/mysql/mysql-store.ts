import type { Operation, OperationResult, ResultOf, Store } from "@holdpoint/core";
import { ValidationError } from "@holdpoint/core";
import { DatabaseClock } from "../clock/database-clock.ts";
import { payloadColumns } from "../columns/payload.ts";
import { integer } from "../columns/read.ts";
import { offerTables } from "../copy/tables.ts";
import { debounced } from "../operations/debounce.ts";
import { changedHolds } from "../operations/hold-feed.ts";
import { logLines } from "../operations/log.ts";
import type { Context, Program } from "../operations/program.ts";
import { one, run } from "../operations/program.ts";
import * as read from "../operations/read.ts";
import { record, records, sweep } from "../operations/record.ts";
import { erase, retain } from "../operations/retention.ts";
import { dueSchedules, firings, schedules } from "../operations/schedule.ts";
import { hasOrphans, register, renew, retire, takeOver } from "../operations/workers.ts";
import { holds } from "../queries/holds.ts";
import { runs } from "../queries/runs.ts";
import { Polling } from "../watch/polling.ts";
import { ApplicationConnections } from "./application-connections.ts";
import { claim } from "./claim.ts";
import { databaseTime } from "./clock.ts";
import { commit } from "./commit.ts";
import { type MysqlConnected, MysqlConnections } from "./connections.ts";
import { migrate } from "./migrate.ts";
import type { MysqlOptions } from "./options.ts";
import { history, tableBytes, unread } from "./read.ts";
import { inTransaction, MysqlProgramRunner } from "./transaction.ts";
import { mysqlTransactions } from "./transactions.ts";

/** A namespace nobody has written to yet: every read finds nothing there. */
const unknownNamespace = -1;

const bad = (message: string): ValidationError => new ValidationError("url", [{ path: "", message }]);

/** The address with what it leaves out: the database is `holdpoint` then. */
function addressOf(text: string): URL {
  if (!URL.canParse(text)) throw bad("is no address; write mysql://user@host:3306/database");
  const url = new URL(text);
  if (url.protocol !== "mysql:" && url.protocol !== "mariadb:") throw bad("must begin with mysql:// or mariadb://");
  if (url.pathname.length < 2) url.pathname = "/holdpoint";
  return url;
}

/**
 * A store in a database of its own on MySQL (8.0.17 or newer) or MariaDB (10.6 or newer), for any number of worker processes
 * on any number of machines. The database is made when it is missing. Needs the package `mysql2` in the application:
 * `npm install mysql2`.
 *
 * @example
 * const engine = createEngine({ store: mysql("mysql://app@db.internal/holdpoint"), workflows: [refund] });
 *
 * @throws StoreError when `mysql2` is not installed, the server cannot be reached, is too old or acknowledges what it has
 * not written
 */
export function mysql(url: string, options: MysqlOptions = {}): Store {
  const address = addressOf(url);
  // Without the password: it stands in messages.
  const name = `mysql ${address.host}${address.pathname}`;
  const { clock: whose = "database", pollEvery = 250 } = options;
  if (!(pollEvery >= 1)) {
    throw new ValidationError("pollEvery", [{ path: "", message: "must be a number of milliseconds, 1 or more" }]);
  }
  const connections = new MysqlConnections(address, options, name);
  const clock = new DatabaseClock(whose);
  const watchers = new Polling(pollEvery);
  const namespaces = new Map<string, number>();
  const applications = ApplicationConnections.beside(address, options, name);

  const contextOf = async (connected: MysqlConnected, namespace: string): Promise<Context> => {
    let pk = namespaces.get(namespace);
    if (pk === undefined) {
      const row = await new MysqlProgramRunner(connected, "reading").run(one("namespace", namespace));
      if (row !== null) namespaces.set(namespace, (pk = integer(row, "pk")));
    }
    return {
      name: namespace,
      namespace: pk ?? unknownNamespace,
      news: { ready: false, hold: false, deadline: false, mail: null },
    };
  };

  /** One read. Where it takes several statements they may see different moments; none of them depends on the others. */
  const looking = <T>(
    namespace: string,
    work: (context: Context, connected: MysqlConnected) => Promise<T>,
  ): Promise<T> =>
    connections.run(async (connected) => work(await contextOf(connected, namespace), connected), "reading");
  const reading = <T>(namespace: string, program: (context: Context) => Program<T>): Promise<T> =>
    looking(namespace, (context, connected) => new MysqlProgramRunner(connected, "reading").run(program(context)));

  /** What was written; whoever watches hears of it once it is durable. */
  const writing = async <T>(
    namespace: string,
    work: (context: Context, connected: MysqlConnected) => Promise<T>,
  ): Promise<T> => {
    const [result, { news }] = await connections.run(async (connected) => {
      if (!namespaces.has(namespace)) {
        await inTransaction(connected, (runner) => runner.run(run("insertNamespace", namespace)));
      }
      const context = await contextOf(connected, namespace);
      return [await work(context, connected), context] as const;
    });
    watchers.announce(namespace, news);
    return result;
  };
  const changing = <T>(namespace: string, program: (context: Context) => Program<T>): Promise<T> =>
    writing(namespace, (context, connected) => inTransaction(connected, (runner) => runner.run(program(context))));

  /** The server's time where the engine says `caller`; asked, because a lease must not rest on what was learned long ago. */
  const serverNow = async (caller: number): Promise<number> => {
    if (clock.isCaller) return caller;
    const [row = {}] = await connections.run((connected) => connected.rows(`select ${databaseTime} as now`));
    clock.learn(integer(row, "now"), caller);
    return clock.toDatabase(caller);
  };

  const store: Store = {
    name,
    shared: true,
    transactions: mysqlTransactions({
      database: connections.database,
      connections: applications,
      isOpen: () => connections.isOpen,
      known: (namespace) => namespaces.get(namespace),
      announce: (context) => watchers.announce(context.name, context.news),
    }),
    open: () => connections.open((connected, server) => migrate(connected, connections.database, server)),
    async close() {
      watchers.close();
      await applications.close();
      await connections.close();
      namespaces.clear();
    },

    commit<const O extends readonly Operation[]>(namespace: string, operations: O) {
      const results: Promise<OperationResult[]> =
        operations.length === 0
          ? Promise.resolve([])
          : writing(namespace, (context, connected) => commit(connected, context, operations));
      return results as Promise<{ [I in keyof O]: ResultOf<O[I]> }>;
    },
    claim: (namespace, request) =>
      connections.run(async (connected) => claim(connected, await contextOf(connected, namespace), request, clock)),
    history: (namespace, wanted, options) =>
      looking(namespace, (context, connected) => history(connected, context, wanted, options?.hashes ?? true)),
    unread: (namespace, owned) => looking(namespace, (context, connected) => unread(connected, context, owned)),
    chunks: (namespace, pk, hashes) => reading(namespace, (context) => read.chunks(context, pk, hashes)),

    async register(namespace, worker) {
      const caller = Date.now();
      const now = await serverNow(caller);
      const leaseUntil = worker.leaseUntil + (now - caller);
      await changing(namespace, (context) => register(context, { ...worker, leaseUntil }));
    },
    async renew(namespace, incarnation, caller, leaseUntil) {
      const now = await serverNow(caller);
      return changing(namespace, (context) => renew(context, incarnation, now, leaseUntil + (now - caller)));
    },
    retire: (namespace, incarnation) => changing(namespace, (context) => retire(context, incarnation)),
    async takeOver(namespace, request) {
      const asked = { ...request, now: await serverNow(request.now) };
      const needed = await reading(namespace, (context) => hasOrphans(context, asked));
      return needed ? changing(namespace, (context) => takeOver(context, asked)) : 0;
    },
    async workers(namespace) {
      const rows = await reading(namespace, read.workers);
      return rows.map((row) => ({ ...row, leaseUntil: clock.toCaller(row.leaseUntil) }));
    },

    run: (namespace, id) => reading(namespace, (context) => read.runById(context, id)),
    runByPk: (namespace, pk) => reading(namespace, (context) => read.runByPk(context, pk)),
    generations: (namespace, id) => reading(namespace, (context) => read.generations(context, id)),
    tombstone: (namespace, id) => reading(namespace, (context) => read.tombstone(context, id)),
    async runs(namespace, filter, page) {
      const { mysqlQueries } = await import("../queries/mysql-dialect.ts");
      return reading(namespace, (context) => runs(mysqlQueries, context, filter, page));
    },
    children: (namespace, pk) => reading(namespace, (context) => read.children(context, pk)),
    stream: (namespace, pk, after, limit) => reading(namespace, (context) => read.stream(context, pk, after, limit)),
    labels: (namespace, pk) => reading(namespace, (context) => read.labels(context, pk)),

    hold: (namespace, id) => reading(namespace, (context) => read.hold(context, id)),
    holdByKey: (namespace, pk, key) => reading(namespace, (context) => read.holdByKey(context, pk, key)),
    async holds(namespace, filter, page) {
      const { mysqlQueries } = await import("../queries/mysql-dialect.ts");
      return reading(namespace, (context) => holds(mysqlQueries, context, filter, page));
    },
    changedHolds: (namespace, page) => reading(namespace, (context) => changedHolds(context, page)),
    holdEvents: (namespace, id) => reading(namespace, (context) => read.holdEvents(context, id)),
    dueHolds: (namespace, now, limit) =>
      reading(namespace, (context) => read.dueHolds(context, clock.toDatabase(now), limit)),
    async nextHoldAt(namespace) {
      const at = await reading(namespace, read.nextHoldAt);
      return at === null ? null : clock.toCaller(at);
    },

    debounced: (namespace, workflow, key) => reading(namespace, (context) => debounced(context, workflow, key)),
    schedules: (namespace, filter, page) => reading(namespace, (context) => schedules(context, filter, page)),
    async dueSchedules(namespace, caller, limit) {
      // Asked, not taken from what was learned: a clock that has just jumped must not start anything early.
      const now = await serverNow(caller);
      return reading(namespace, (context) => dueSchedules(context, now, limit));
    },
    firings: (namespace, id, page) => reading(namespace, (context) => firings(context, id, page)),

    record: (namespace, kind, id, now) => reading(namespace, (context) => record(context, kind, id, now)),
    records: (namespace, kind, page) => reading(namespace, (context) => records(context, kind, page)),
    sweep: (namespace, now) => changing(namespace, (context) => sweep(context, now)),
    logLines: (namespace, log, page) => reading(namespace, (context) => logLines(context, log, page)),

    cached: (namespace, key, now) => reading(namespace, (context) => read.cached(context, key, now)),
    async cache(namespace, key, value, expiresAt) {
      const columns = payloadColumns(value);
      await changing(namespace, (context) => run("cache", context.namespace, key, ...columns, expiresAt));
    },

    retain: (namespace, request) => changing(namespace, (context) => retain(context, request)),
    erase: (namespace, pk, erasure) => changing(namespace, (context) => erase(context, pk, erasure)),
    async sizes(namespace) {
      const counts = await reading(namespace, read.counts);
      return { ...counts, bytes: await connections.run((connected) => tableBytes(connected, connections.database)) };
    },
    watch: (namespace, listener) => watchers.add(namespace, listener),
  };
  return offerTables(store, async () => (await import("../copy/mysql-tables.ts")).mysqlTables(connections));
}
