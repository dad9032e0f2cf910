import type { Operation, OperationResult, Store } from "@holdpoint/core";

/** A store's `commit`, from what applies a batch in one transaction. A batch of nothing asks the database nothing. */
export function committing(
  applyAll: (namespace: string, operations: readonly Operation[]) => Promise<OperationResult[]>,
): Store["commit"] {
  // The results stand in the operations' order, which the compiler cannot see.
  return ((namespace: string, operations: readonly Operation[]) =>
    operations.length === 0 ? Promise.resolve([]) : applyAll(namespace, operations)) as Store["commit"];
}
