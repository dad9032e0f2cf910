import { InvalidStateError, type StoreTransactions } from "@holdpoint/core";
import { type ServerHooks, type StoreOnChannel, serverTransactions } from "../database/server-transactions.ts";
import { written } from "../operations/advance.ts";
import type { Context } from "../operations/program.ts";
import { contextMade, contextOf } from "../store/namespace.ts";
import { MysqlChannel } from "./application-channel.ts";
import { type ApplicationConnections, isRefusal } from "./application-connections.ts";
import { oneByOne } from "./commit.ts";
import { applicationNames } from "./connection-options.ts";
import { errorNumber } from "./errors.ts";
import { MysqlProgramRunner } from "./transaction.ts";

/** What the store lends to its transactions. */
export interface TransactionHooks {
  /** The database the store's tables are in. */
  database: string;
  /** Connections that see the application's tables. */
  connections: ApplicationConnections;
  isOpen(): boolean;
  /** Key of a namespace, when it is known. */
  known(namespace: string): number | undefined;
  announce(context: Context): void;
}

const quoted = (name: string): string => `\`${name.replaceAll("`", "``")}\``;

/** The store's statements on the connection of a transaction: one transaction holds for all databases of a server. */
async function onStore<T>(
  channel: MysqlChannel,
  hooks: TransactionHooks,
  namespace: string,
  work: (store: StoreOnChannel) => Promise<T>,
): Promise<T> {
  const connected = channel.connected();
  const { collation } = await hooks.connections.server();
  // With the next statement that is waited for. The collation is that of the store's texts, or they could not be compared.
  const runner = new MysqlProgramRunner(connected, "writing");
  await runner.send(`set names utf8mb4 collate ${collation}`);
  await runner.send(`use ${quoted(hooks.database)}`);
  const pk = hooks.known(namespace);
  const context = pk === undefined ? await runner.run(contextMade(namespace)) : contextOf(namespace, pk);
  const result = await work({
    context,
    apply: (operations) => oneByOne(runner, context, operations),
    written: (operation) => runner.run(written(context, operation)),
  });
  await runner.send(applicationNames);
  await runner.send(`use ${quoted(channel.settings.database)}`);
  await runner.settle();
  return result;
}

/** No such database, no such table, no right to look at them. */
const notThere = new Set([1044, 1049, 1142, 1146]);

/** Where a connection leads to: the server, and when the store in it was made, because two servers may call themselves alike. */
async function placeOf(channel: MysqlChannel, database: string): Promise<string> {
  try {
    const [row = {}] = await channel
      .connected()
      .rows(
        `select concat_ws(' ', @@hostname, @@port, @@datadir, (select sum(applied_at) from ${quoted(database)}.migration)) as place`,
      );
    return String(row["place"]);
  } catch (error) {
    if (!notThere.has(errorNumber(error) ?? 0)) throw error;
    const message = `the transaction's server has no store in the database ${database}, or its user may not use it`;
    throw new InvalidStateError(message);
  }
}

/** Transactions on the server of a MySQL or MariaDB store, in which statements of the application and the store's own are one. */
export function mysqlTransactions(hooks: TransactionHooks): StoreTransactions {
  const server: ServerHooks<MysqlChannel> = {
    placeholders: "values",
    async lend() {
      if (!hooks.isOpen()) throw new InvalidStateError("the store is not open; await store.open() first");
      return hooks.connections.acquire();
    },
    isOurs: (channel) => channel instanceof MysqlChannel,
    passes: (error) => !isRefusal(error),
    placeOf: (channel) => placeOf(channel, hooks.database),
    onStore: (channel, namespace, work) => onStore(channel, hooks, namespace, work),
    announce: hooks.announce,
  };
  return serverTransactions(server);
}
