import type { Transaction } from "../workflow/transaction.ts";
import type { AdvanceOperation, AdvanceResult, Operation, OperationResult, Refused } from "./operations.ts";

/** The database undid all of a transaction. */
export interface Undone {
  type: "undone";
  error: unknown;
  /** It may go through when everything in it is done again: a lost race, a deadlock, a lost connection. */
  again: boolean;
}

/** A transaction that ends with an entry of a run: what was executed in it is there if, and only if, the entry is. */
export interface StoreTransaction extends Transaction {
  /** Set once the database has undone it: nothing more can be executed in it. */
  readonly undone: Undone | null;
  /**
   * Applies the operation behind what was executed and commits both. When the result is not `advanced` nothing of it is
   * there. Resolves when that is known for certain: an answer that was lost is looked for in the database.
   */
  commit(operation: AdvanceOperation): Promise<AdvanceResult | Refused | Undone>;
  /** Undoes all of it, at once for whoever holds it: a statement that is still executed in it is refused. */
  rollback(): Promise<void>;
}

/**
 * What a store can do beside the port whose rows stand in a database that an application has tables in, too: no other
 * store has it.
 */
export interface StoreTransactions {
  /**
   * Begins a transaction, with the first statement that is executed in it. A store with one writer first awaits `alone`:
   * from then on nothing of the run may be on its way to the store but the transaction's commit, because everything else
   * would wait for the transaction, and that for it.
   */
  begin(namespace: string, alone: () => Promise<void>): StoreTransaction;
  /**
   * Applies operations in a transaction that the caller has begun, and ends. Whoever watches hears of it after the commit.
   *
   * @throws InvalidStateError it is not a transaction of this store's database
   */
  within(namespace: string, transaction: Transaction, operations: readonly Operation[]): Promise<OperationResult[]>;
}
