import type { AdvanceOperation, Operation, OperationResult } from "../store/operations.ts";
import type { StoreTransaction, StoreTransactions } from "../store/transactions.ts";
import type { DataKeys } from "./data-keys.ts";
import type { OperationSealer } from "./seal-operations.ts";

type Write = (
  namespace: string,
  operations: readonly Operation[],
  commit: (operations: readonly Operation[]) => Promise<readonly OperationResult[]>,
  keysRide: boolean,
  inTransaction: boolean,
) => Promise<OperationResult[]>;

/**
 * Transactions of an encrypted store. The transaction stays the store's own object, which is how the store knows it; only what
 * ends it encrypts first. Keys of new runs are written in it, so that they are there if, and only if, the runs are.
 */
export function sealedTransactions(
  transactions: StoreTransactions,
  keys: DataKeys,
  sealer: OperationSealer,
  write: Write,
  keysRide: boolean,
): StoreTransactions {
  return {
    begin(namespace, alone): StoreTransaction {
      const transaction = transactions.begin(namespace, alone);
      const commit = transaction.commit.bind(transaction);
      transaction.commit = async (operation) => {
        const { sealed, born } = await sealer.seal(namespace, [operation]);
        const made = born.map(({ run, key }) => ({ run, key }));
        const records = made.length > 0 ? await keys.records(namespace, made) : [];
        if (!keysRide) await keys.put(namespace, records);
        else if (records.length > 0) await transactions.within(namespace, transaction, records);
        const result = await commit(sealed[0] as AdvanceOperation);
        if (result.type === "advanced") for (const { run, key } of made) keys.learn(namespace, run, key);
        return result;
      };
      return transaction;
    },
    within: (namespace, transaction, operations) =>
      write(namespace, operations, (sealed) => transactions.within(namespace, transaction, sealed), keysRide, true),
  };
}
