import { realpathSync } from "node:fs";
import {
  type AdvanceOperation,
  type AdvanceResult,
  InvalidStateError,
  type OperationResult,
  type Refused,
  type StoreTransaction,
  type StoreTransactions,
  type Undone,
} from "@holdpoint/core";
import { OpenTransaction } from "../database/open-transaction.ts";
import { written } from "../operations/advance.ts";
import type { apply } from "../operations/apply.ts";
import type { Context } from "../operations/program.ts";
import { Refusal } from "../operations/program.ts";
import { applyWhole } from "../operations/starts-lines.ts";
import { isOwnFault } from "./errors.ts";
import type { Lane } from "./lane.ts";
import type { Session } from "./session.ts";
import { SqliteChannel } from "./sqlite-channel.ts";

/** What the store lends to its transactions. */
export interface TransactionHooks {
  path: string;
  lane: Lane;
  contextOf(session: Session, namespace: string): Context;
  announce(context: Context): void;
}

function sessionOf(channel: unknown): Session {
  if (channel instanceof SqliteChannel) return channel.session;
  throw new InvalidStateError("it is not a transaction of this store's database");
}

class SqliteTransaction extends OpenTransaction implements StoreTransaction {
  readonly #namespace: string;
  readonly #hooks: TransactionHooks;

  constructor(namespace: string, hooks: TransactionHooks, alone: () => Promise<void>) {
    super({
      placeholders: "question marks",
      async acquire(isOver) {
        const channel = await hooks.lane.acquire(isOver);
        await alone();
        return channel;
      },
    });
    this.#namespace = namespace;
    this.#hooks = hooks;
  }

  commit(operation: AdvanceOperation): Promise<AdvanceResult | Refused | Undone> {
    const { contextOf, announce } = this.#hooks;
    return this.end<AdvanceResult | Refused>(
      async (channel) => {
        const session = sessionOf(channel);
        const context = contextOf(session, this.#namespace);
        const result = applyOne(session, context, operation);
        this.afterCommit(() => announce(context));
        return { commit: result.type === "advanced" && !result.repeated, result: result as AdvanceResult | Refused };
      },
      async () => {
        const channel = await this.#hooks.lane.acquire(() => false);
        try {
          const { session } = channel;
          return session.run(written(contextOf(session, this.#namespace), operation));
        } finally {
          channel.release();
        }
      },
    );
  }
}

function applyOne(session: Session, context: Context, operation: Parameters<typeof apply>[1]): OperationResult {
  const result = session.attempt(
    () => session.run(applyWhole(context, operation)),
    (error) => isOwnFault(session.driver, error),
  );
  return result instanceof Refusal ? { type: "refused", reason: result.message } : result;
}

/** Transactions on the file of a SQLite store, in which statements of the application and the store's own are one. */
export function sqliteTransactions(hooks: TransactionHooks): StoreTransactions {
  return {
    begin: (namespace, alone) => new SqliteTransaction(namespace, hooks, alone),
    async within(namespace, transaction, operations) {
      if (!(transaction instanceof OpenTransaction)) {
        throw new InvalidStateError(
          "it is not a transaction of this store's database: take one of database(path) or ctx.transaction",
        );
      }
      return transaction.inside(async (channel) => {
        const session = sessionOf(channel);
        const { path } = channel as SqliteChannel;
        if (realpathSync(path) !== realpathSync(hooks.path)) {
          throw new InvalidStateError(`the transaction is of the database ${path}, and the store is in ${hooks.path}`);
        }
        const context = hooks.contextOf(session, namespace);
        transaction.afterCommit(() => hooks.announce(context));
        return operations.map((operation) => applyOne(session, context, operation));
      });
    },
  };
}
