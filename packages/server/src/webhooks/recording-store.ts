import { randomUUID } from "node:crypto";
import type { Operation, OperationResult, PutRecordOperation, Store } from "@holdpoint/core";
import { tracesOf } from "./trace.ts";

/** The kind of the records that say what has to be looked at. */
export const traceKind = "webhookTrace";

/** Nobody tells of what is older. */
const keptMs = 14 * 86_400_000;

/**
 * A store that writes down, in the transaction of whatever happens to runs and holds, that it happened: one small record for each
 * transaction that somebody may want to hear of. What goes through it is otherwise as it was.
 *
 * @param mark begins the ids of these records: whoever wrote them knows its own
 * @param written is called once one is in the store
 */
export function recordingStore(store: Store, mark: string, written: (namespace: string) => void): Store {
  const commit = async (namespace: string, operations: readonly Operation[]): Promise<OperationResult[]> => {
    const record = traceRecord(mark, operations);
    if (record === null) return [...(await store.commit(namespace, operations))];
    const results = await store.commit(namespace, [...operations, record] as readonly Operation[]);
    written(namespace);
    return results.slice(0, -1);
  };
  const { transactions } = store;
  const recording = transactions && {
    // What ends with a step's record starts nothing and ends nothing.
    begin: transactions.begin.bind(transactions),
    within: async (...[namespace, transaction, operations]: Parameters<typeof transactions.within>) => {
      const record = traceRecord(mark, operations);
      if (record === null) return transactions.within(namespace, transaction, operations);
      return (await transactions.within(namespace, transaction, [...operations, record])).slice(0, -1);
    },
  };
  return new Proxy(store, {
    get(target, property) {
      if (property === "commit") return commit;
      if (property === "transactions") return recording;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function traceRecord(mark: string, operations: readonly Operation[]): PutRecordOperation | null {
  const traces = tracesOf(operations);
  if (traces.length === 0) return null;
  const at = Date.now();
  const id = `${mark}.${randomUUID()}`;
  const body = JSON.stringify(traces);
  return { type: "putRecord", kind: traceKind, id, body, expiresAt: at + keptMs, expected: "any", at };
}
