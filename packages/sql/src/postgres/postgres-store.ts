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
import { claim } from "./claim.ts";
import { databaseTime } from "./clock.ts";
import { commit } from "./commit.ts";
import { type Connected, Connections } from "./connections.ts";
import { migrate } from "./migrate.ts";
import { Notices } from "./notices.ts";
import type { PostgresOptions } from "./options.ts";
import { history, tableBytes, unread } from "./read.ts";
import { inTransaction, ProgramRunner } from "./transaction.ts";
import { postgresTransactions } from "./transactions.ts";

/** A namespace nobody has written to yet: every read finds nothing there. */
const unknownNamespace = -1;

/** The address without its password, for messages. */
function shown(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return `postgres ${host}${pathname}`;
  } catch {
    throw new ValidationError("url", [
      { path: "", message: "is no address; write postgres://user@host:5432/database" },
    ]);
  }
}

/**
 * A store in a PostgreSQL database (14 or newer), for any number of worker processes on any number of machines. Needs the
 * package `pg` in the application: `npm install pg`.
 *
 * @example
 * const engine = createEngine({ store: postgres("postgres://app@db.internal/app"), workflows: [refund] });
 *
 * @throws StoreError when `pg` is not installed, the server cannot be reached or is older than 14
 */
export function postgres(url: string, options: PostgresOptions = {}): Store {
  const name = shown(url);
  const { schema = "holdpoint", clock: whose = "database", listen = true } = options;
  if (!/^[a-z_][a-z0-9_]{0,40}$/.test(schema)) {
    throw new ValidationError("schema", [
      { path: "", message: "must be a lower-case name of up to 41 letters, digits and _" },
    ]);
  }
  const connections = new Connections(url, options, name);
  const clock = new DatabaseClock(whose);
  const channel = `holdpoint_${schema}`;
  const watchers = new Notices({
    channel,
    listen,
    // Behind a pooler a connection that listens is soon another one.
    hear: listen && (options.pooled !== true || options.listenUrl !== undefined),
    connect: () => connections.dedicated(),
    notify: (payload) =>
      connections.run((connected) =>
        connected.query({ name: "notify", text: "select pg_notify($1, $2)", values: [channel, payload] }),
      ),
  });
  const namespaces = new Map<string, number>();

  const contextOf = async (connected: Connected, namespace: string): Promise<Context> => {
    let pk = namespaces.get(namespace);
    if (pk === undefined) {
      const row = await new ProgramRunner(connected, "reading").run(one("namespace", namespace));
      if (row !== null) namespaces.set(namespace, (pk = integer(row, "pk")));
    }
    return {
      name: namespace,
      namespace: pk ?? unknownNamespace,
      news: { ready: false, hold: false, deadline: false, mail: null },
    };
  };

  /** One read. Where it takes several statements they may see different moments; none of them depends on the others. */
  const looking = <T>(namespace: string, work: (context: Context, connected: Connected) => Promise<T>): Promise<T> =>
    connections.run(async (connected) => work(await contextOf(connected, namespace), connected));
  const reading = <T>(namespace: string, program: (context: Context) => Program<T>): Promise<T> =>
    looking(namespace, (context, connected) => new ProgramRunner(connected, "reading").run(program(context)));

  /** What was written; whoever watches hears of it once it is durable. */
  const writing = async <T>(
    namespace: string,
    work: (context: Context, connected: Connected) => Promise<T>,
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
    const { rows } = await connections.run((connected) =>
      connected.query({ name: "time", text: `select ${databaseTime} as now`, values: [] }),
    );
    clock.learn(integer(rows[0] ?? {}, "now"), caller);
    return clock.toDatabase(caller);
  };

  const store: Store = {
    name,
    shared: true,
    transactions: postgresTransactions({
      connections,
      known: (namespace) => namespaces.get(namespace),
      announce: (context) => watchers.announce(context.name, context.news),
    }),
    async open() {
      await connections.open();
      try {
        await connections.run((connected) => migrate(connected, schema));
      } catch (error) {
        await connections.close();
        throw error;
      }
    },
    async close() {
      await watchers.close();
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
      looking(namespace, (context, connected) => claim(connected, context, request, clock)),
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
      const { postgresQueries } = await import("../queries/postgres-dialect.ts");
      return reading(namespace, (context) => runs(postgresQueries, context, filter, page));
    },
    children: (namespace, pk) => reading(namespace, (context) => read.children(context, pk)),
    stream: (namespace, pk, after, limit) => reading(namespace, (context) => read.stream(context, pk, after, limit)),
    labels: (namespace, pk) => reading(namespace, (context) => read.labels(context, pk)),

    hold: (namespace, id) => reading(namespace, (context) => read.hold(context, id)),
    holdByKey: (namespace, pk, key) => reading(namespace, (context) => read.holdByKey(context, pk, key)),
    async holds(namespace, filter, page) {
      const { postgresQueries } = await import("../queries/postgres-dialect.ts");
      return reading(namespace, (context) => holds(postgresQueries, context, filter, page));
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
      return { ...counts, bytes: await connections.run((connected) => tableBytes(connected, schema)) };
    },
    watch: (namespace, listener) => watchers.add(namespace, listener),
  };
  return offerTables(store, async () => (await import("../copy/postgres-tables.ts")).postgresTables(connections));
}
