import type { StoreTransactions } from "@holdpoint/core";
import { type ServerHooks, type StoreOnChannel, serverTransactions } from "../database/server-transactions.ts";
import { written } from "../operations/advance.ts";
import type { Context } from "../operations/program.ts";
import { contextMade, contextOf } from "../store/namespace.ts";
import { oneByOne } from "./commit.ts";
import { Connected, type Connections } from "./connections.ts";
import { PostgresChannel } from "./postgres-channel.ts";
import { ProgramRunner } from "./transaction.ts";

/** What the store lends to its transactions. */
export interface TransactionHooks {
  connections: Connections;
  /** Key of a namespace, when it is known. */
  known(namespace: string): number | undefined;
  announce(context: Context): void;
}

/** The store's statements on the connection of a transaction, which keeps its own search path. */
async function onSchema<T>(
  { client }: PostgresChannel,
  { connections, known }: TransactionHooks,
  namespace: string,
  work: (store: StoreOnChannel) => Promise<T>,
): Promise<T> {
  const before = await client.query<{ path: string }>("select current_setting('search_path') as path");
  await client.query("select set_config('search_path', $1, true)", [`"${connections.schema}"`]);
  // Nothing is prepared: nobody knows whether the next transaction is on the same connection.
  const connected = new Connected(client, "", true);
  const pk = known(namespace);
  const context =
    pk === undefined
      ? await new ProgramRunner(connected, "writing").run(contextMade(namespace))
      : contextOf(namespace, pk);
  const result = await work({
    context,
    apply: (operations) => oneByOne(connected, context, operations),
    written: (operation) => new ProgramRunner(connected, "writing").run(written(context, operation)),
  });
  await client.query("select set_config('search_path', $1, true)", [before.rows[0]?.path]);
  return result;
}

/** Which server and which database a connection leads to: a server starts once at a time. */
const identity = "select current_database() || ' since ' || pg_postmaster_start_time() as place";

/** Transactions on the database of a PostgreSQL store, in which statements of the application and the store's own are one. */
export function postgresTransactions(hooks: TransactionHooks): StoreTransactions {
  const server: ServerHooks<PostgresChannel> = {
    placeholders: "numbered",
    lend: () => hooks.connections.lend(),
    isOurs: (channel) => channel instanceof PostgresChannel,
    passes: () => true,
    placeOf: async ({ client }) => (await client.query<{ place: string }>(identity)).rows[0]?.place ?? "",
    onStore: (channel, namespace, work) => onSchema(channel, hooks, namespace, work),
    announce: hooks.announce,
  };
  return serverTransactions(server);
}
