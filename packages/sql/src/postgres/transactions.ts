import { setTimeout as delay } from "node:timers/promises";
import {
  type AdvanceOperation,
  type AdvanceResult,
  InvalidStateError,
  type Operation,
  type OperationResult,
  type Refused,
  type StoreTransaction,
  type StoreTransactions,
  type Undone,
} from "@holdpoint/core";
import { integer } from "../columns/read.ts";
import type { Channel } from "../database/channel.ts";
import { OpenTransaction } from "../database/open-transaction.ts";
import { written } from "../operations/advance.ts";
import type { Context } from "../operations/program.ts";
import { one, run } from "../operations/program.ts";
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

/** While the server is away, a transaction waits for it; its step's timeout ends that. */
async function acquire(connections: Connections, isOver: () => boolean): Promise<PostgresChannel> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await connections.lend();
    } catch (error) {
      if (isOver() || error instanceof InvalidStateError) throw error;
    }
    await delay(Math.min(1_000, 20 * 2 ** attempt) * (0.5 + Math.random() / 2));
  }
}

/** The store's statements on the connection of a transaction, which keeps its own search path. */
async function onSchema<T>(
  channel: Channel,
  hooks: TransactionHooks,
  namespace: string,
  work: (connected: Connected, context: Context) => Promise<T>,
): Promise<T> {
  if (!(channel instanceof PostgresChannel)) throw notOurs();
  const { client } = channel;
  const before = await client.query<{ path: string }>("select current_setting('search_path') as path");
  await client.query("select set_config('search_path', $1, true)", [`"${hooks.connections.schema}"`]);
  // Nothing is prepared: nobody knows whether the next transaction is on the same connection.
  const connected = new Connected(client, "", true);
  let pk = hooks.known(namespace);
  if (pk === undefined) {
    // Not remembered: the transaction may be undone, and the namespace with it.
    const runner = new ProgramRunner(connected, "writing");
    await runner.run(run("insertNamespace", namespace));
    pk = integer((await runner.run(one("namespace", namespace))) ?? {}, "pk");
  }
  const news = { ready: false, hold: false, deadline: false, mail: null };
  const result = await work(connected, { name: namespace, namespace: pk, news });
  await client.query("select set_config('search_path', $1, true)", [before.rows[0]?.path]);
  return result;
}

class PostgresTransaction extends OpenTransaction implements StoreTransaction {
  readonly #namespace: string;
  readonly #hooks: TransactionHooks;

  constructor(namespace: string, hooks: TransactionHooks) {
    super({ placeholders: "numbered", acquire: (isOver) => acquire(hooks.connections, isOver) });
    this.#namespace = namespace;
    this.#hooks = hooks;
  }

  commit(operation: AdvanceOperation): Promise<AdvanceResult | Refused | Undone> {
    return this.end<AdvanceResult | Refused>(
      (channel) =>
        onSchema(channel, this.#hooks, this.#namespace, async (connected, context) => {
          const [result] = await oneByOne(connected, context, [operation]);
          this.afterCommit(() => this.#hooks.announce(context));
          const commit = result?.type === "advanced" && !result.repeated;
          return { commit, result: result as AdvanceResult | Refused };
        }),
      () => this.#find(operation),
    );
  }

  /**
   * Whether the transaction whose commit was not answered is there. Asking for the run's row waits for a server process
   * that is still at it: that one holds the row's lock until it knows.
   */
  async #find(operation: AdvanceOperation): Promise<AdvanceResult | null> {
    const channel = await acquire(this.#hooks.connections, () => false);
    let broken = true;
    try {
      await channel.begin();
      const found = await onSchema(channel, this.#hooks, this.#namespace, (connected, context) =>
        new ProgramRunner(connected, "writing").run(written(context, operation)),
      );
      await channel.rollback();
      broken = false;
      return found;
    } catch (error) {
      if (!channel.explain(error).again) throw error;
    } finally {
      channel.release(broken);
    }
    return this.#find(operation);
  }
}

function notOurs(): InvalidStateError {
  return new InvalidStateError(
    "it is not a transaction of this store's database: take one of database(url) or ctx.transaction",
  );
}

/** Which server and which database a connection leads to, whatever the address: a server starts once at a time. */
const identity = "select current_database() || ' since ' || pg_postmaster_start_time() as place";

/** Transactions on the database of a PostgreSQL store, in which statements of the application and the store's own are one. */
export function postgresTransactions(hooks: TransactionHooks): StoreTransactions {
  const placeOf = async (channel: PostgresChannel): Promise<string | undefined> =>
    (await channel.client.query<{ place: string }>(identity)).rows[0]?.place;
  const ownPlace = async (): Promise<string | undefined> => {
    const channel = await hooks.connections.lend();
    try {
      return await placeOf(channel);
    } finally {
      channel.release(false);
    }
  };
  return {
    begin: (namespace) => new PostgresTransaction(namespace, hooks),
    async within(namespace, transaction, operations: readonly Operation[]): Promise<OperationResult[]> {
      if (!(transaction instanceof OpenTransaction)) throw notOurs();
      const own = transaction instanceof PostgresTransaction ? null : await ownPlace();
      return transaction.inside(async (channel) => {
        if (!(channel instanceof PostgresChannel)) throw notOurs();
        const place = own === null ? null : await placeOf(channel);
        if (place !== own) {
          throw new InvalidStateError(`the transaction is of another database (${place}) than the store (${own})`);
        }
        return onSchema(channel, hooks, namespace, async (connected, context) => {
          transaction.afterCommit(() => hooks.announce(context));
          return oneByOne(connected, context, operations);
        });
      });
    },
  };
}
