import type { Store } from "@holdpoint/core";
import { ValidationError } from "@holdpoint/core";
import { DatabaseClock } from "../clock/database-clock.ts";
import { integer } from "../columns/read.ts";
import { offerTables } from "../copy/tables.ts";
import * as read from "../operations/read.ts";
import { changes } from "../store/changes.ts";
import { committing } from "../store/commit.ts";
import { due } from "../store/due.ts";
import { Gathered } from "../store/gathered.ts";
import { lookups } from "../store/lookups.ts";
import { ServerAccess } from "../store/server-access.ts";
import { claim } from "./claim.ts";
import { databaseTime } from "./clock.ts";
import { commit } from "./commit.ts";
import { type Connected, Connections } from "./connections.ts";
import { migrate } from "./migrate.ts";
import { Notices } from "./notices.ts";
import type { PostgresOptions } from "./options.ts";
import { history, holdsById, runsById, tableSizes, unread } from "./read.ts";
import { inTransaction, ProgramRunner } from "./transaction.ts";
import { postgresTransactions } from "./transactions.ts";

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

  const access = new ServerAccess<Connected>({
    run: (work) => connections.run(work),
    read: (connected, program) => new ProgramRunner(connected, "reading").run(program),
    change: (connected, program) => inTransaction(connected, (runner) => runner.run(program)),
    announce: (namespace, news) => watchers.announce(namespace, news),
  });
  const { reading, changing } = access;
  const askTime = async (): Promise<number> => {
    const { rows } = await connections.run((connected) =>
      connected.query({ name: "time", text: `select ${databaseTime} as now`, values: [] }),
    );
    return integer(rows[0] ?? {}, "now");
  };

  const runsAsked = new Gathered((namespace, ids) =>
    access.look(namespace, (context, connected) => runsById(connected, context, ids)),
  );
  const holdsAsked = new Gathered((namespace, ids) =>
    access.look(namespace, (context, connected) => holdsById(connected, context, ids)),
  );

  const store: Store = {
    name,
    shared: true,
    transactions: postgresTransactions({
      connections,
      known: (namespace) => access.known(namespace),
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
      access.forget();
    },

    commit: committing((namespace, operations) =>
      access.write(namespace, (context, connected) => commit(connected, context, operations)),
    ),
    claim: (namespace, request) =>
      access.work(namespace, (context, connected) => claim(connected, context, request, clock)),
    history: (namespace, wanted, options) =>
      access.look(namespace, (context, connected) => history(connected, context, wanted, options?.hashes ?? true)),
    unread: (namespace, owned) => access.look(namespace, (context, connected) => unread(connected, context, owned)),
    ...lookups({
      reading,
      looking: reading,
      dialect: async () => (await import("../queries/postgres-dialect.ts")).postgresQueries,
    }),
    // Those who wait for many of them look in one statement.
    run: (namespace, id) => runsAsked.get(namespace, id),
    hold: (namespace, id) => holdsAsked.get(namespace, id),
    ...due({ reading, looking: reading, changing, clock, askTime }),
    ...changes(changing),
    async sizes(namespace) {
      const counts = await reading(namespace, read.counts);
      return { ...counts, ...(await connections.run((connected) => tableSizes(connected, schema))) };
    },
    watch: (namespace, listener) => watchers.add(namespace, listener),
  };
  return offerTables(store, async () => (await import("../copy/postgres-tables.ts")).postgresTables(connections));
}
