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
import type { Context } from "../operations/program.ts";
import type { Channel } from "./channel.ts";
import { OpenTransaction } from "./open-transaction.ts";
import type { Placeholders } from "./statement.ts";

/** The store's own statements on the connection of a transaction. */
export interface StoreOnChannel {
  context: Context;
  /** One by one, so that what cannot be written is refused alone. */
  apply(operations: readonly Operation[]): Promise<OperationResult[]>;
  /** What became of an operation whose commit nobody saw; null when it is not there. */
  written(operation: AdvanceOperation): Promise<AdvanceResult | null>;
}

/** What a store on a server lends to its transactions. */
export interface ServerHooks<C extends Channel> {
  readonly placeholders: Placeholders;
  /** A connection outside of the store's own. */
  lend(): Promise<C>;
  /** Whether the channel is one to such a server. */
  isOurs(channel: Channel): channel is C;
  /** Whether waiting can help against an error of `lend`. */
  passes(error: unknown): boolean;
  /** Server and database the channel leads to, whatever its address. */
  placeOf(channel: C): Promise<string>;
  /** Does something with the store's tables; afterwards the connection sees the application's again. */
  onStore<T>(channel: C, namespace: string, work: (store: StoreOnChannel) => Promise<T>): Promise<T>;
  announce(context: Context): void;
}

/** While the server is away, a transaction waits for it; its step's timeout ends that. */
async function acquire<C extends Channel>(hooks: ServerHooks<C>, isOver: () => boolean): Promise<C> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await hooks.lend();
    } catch (error) {
      if (isOver() || error instanceof InvalidStateError || !hooks.passes(error)) throw error;
    }
    await delay(Math.min(1_000, 20 * 2 ** attempt) * (0.5 + Math.random() / 2));
  }
}

class ServerTransaction<C extends Channel> extends OpenTransaction implements StoreTransaction {
  readonly #namespace: string;
  readonly #hooks: ServerHooks<C>;

  constructor(namespace: string, hooks: ServerHooks<C>) {
    super({ placeholders: hooks.placeholders, acquire: (isOver) => acquire(hooks, isOver) });
    this.#namespace = namespace;
    this.#hooks = hooks;
  }

  commit(operation: AdvanceOperation): Promise<AdvanceResult | Refused | Undone> {
    return this.end<AdvanceResult | Refused>(
      (channel) =>
        this.#hooks.onStore(ours(this.#hooks, channel), this.#namespace, async ({ apply, context }) => {
          const [result] = await apply([operation]);
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
    for (;;) {
      const channel = await acquire(this.#hooks, () => false);
      let broken = true;
      try {
        await channel.begin();
        const found = await this.#hooks.onStore(channel, this.#namespace, ({ written }) => written(operation));
        await channel.rollback();
        broken = false;
        return found;
      } catch (error) {
        if (!channel.explain(error).again) throw error;
      } finally {
        channel.release(broken);
      }
    }
  }
}

function ours<C extends Channel>(hooks: ServerHooks<C>, channel: Channel): C {
  if (hooks.isOurs(channel)) return channel;
  throw notOurs();
}

function notOurs(): InvalidStateError {
  return new InvalidStateError(
    "it is not a transaction of this store's database: take one of database(url) or ctx.transaction",
  );
}

/** Transactions on the server of a store, in which statements of the application and the store's own are one. */
export function serverTransactions<C extends Channel>(hooks: ServerHooks<C>): StoreTransactions {
  const ownPlace = async (): Promise<string> => {
    const channel = await hooks.lend();
    try {
      return await hooks.placeOf(channel);
    } finally {
      channel.release(false);
    }
  };
  return {
    begin: (namespace) => new ServerTransaction(namespace, hooks),
    async within(namespace, transaction, operations: readonly Operation[]): Promise<OperationResult[]> {
      if (!(transaction instanceof OpenTransaction)) throw notOurs();
      const own = transaction instanceof ServerTransaction ? null : await ownPlace();
      return transaction.inside(async (given) => {
        const channel = ours(hooks, given);
        const place = own === null ? null : await hooks.placeOf(channel);
        if (place !== own) {
          throw new InvalidStateError(`the transaction is of another database (${place}) than the store (${own})`);
        }
        return hooks.onStore(channel, namespace, async ({ apply, context }) => {
          transaction.afterCommit(() => hooks.announce(context));
          return apply(operations);
        });
      });
    },
  };
}
