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
import { Polling } from "../watch/polling.ts";
import { ApplicationConnections } from "./application-connections.ts";
import { claim } from "./claim.ts";
import { databaseTime } from "./clock.ts";
import { commit } from "./commit.ts";
import { type MysqlConnected, MysqlConnections } from "./connections.ts";
import { migrate } from "./migrate.ts";
import type { MysqlOptions } from "./options.ts";
import { history, holdsById, runsById, tableSizes, unread } from "./read.ts";
import { inTransaction, MysqlProgramRunner } from "./transaction.ts";
import { mysqlTransactions } from "./transactions.ts";

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
  const applications = ApplicationConnections.beside(address, options, name);

  const access = new ServerAccess<MysqlConnected>({
    run: (work, mode) => connections.run(work, mode),
    read: (connected, program) => new MysqlProgramRunner(connected, "reading").run(program),
    change: (connected, program) => inTransaction(connected, (runner) => runner.run(program)),
    announce: (namespace, news) => watchers.announce(namespace, news),
  });
  const { reading, changing } = access;
  const askTime = async (): Promise<number> => {
    const [row = {}] = await connections.run((connected) => connected.rows(`select ${databaseTime} as now`));
    return integer(row, "now");
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
    transactions: mysqlTransactions({
      database: connections.database,
      connections: applications,
      isOpen: () => connections.isOpen,
      known: (namespace) => access.known(namespace),
      announce: (context) => watchers.announce(context.name, context.news),
    }),
    open: () => connections.open((connected, server) => migrate(connected, connections.database, server)),
    async close() {
      watchers.close();
      await applications.close();
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
      dialect: async () => (await import("../queries/mysql-dialect.ts")).mysqlQueries,
    }),
    // Those who wait for many of them look in one statement.
    run: (namespace, id) => runsAsked.get(namespace, id),
    hold: (namespace, id) => holdsAsked.get(namespace, id),
    ...due({ reading, looking: reading, changing, clock, askTime }),
    ...changes(changing),
    async sizes(namespace) {
      const counts = await reading(namespace, read.counts);
      return { ...counts, ...(await connections.run((connected) => tableSizes(connected, connections.database))) };
    },
    watch: (namespace, listener) => watchers.add(namespace, listener),
  };
  return offerTables(store, async () => (await import("../copy/mysql-tables.ts")).mysqlTables(connections));
}
