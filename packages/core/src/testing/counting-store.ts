import type { AdvanceOperation, ClaimResult, Operation, Store } from "../store/store.ts";
import type { StoreMethod } from "./store-calls.ts";
import { isWriting, storeMethods, wrapStore } from "./store-calls.ts";

/** What went through a store since the last `reset`. */
export interface StoreCounts {
  /** Transactions that wrote, or could have: every commit, every claim that took a run, every other writing call. */
  writes: number;
  /** Calls that only read, and claims that found nothing. */
  reads: number;
  /** Calls of `commit`. */
  commits: number;
  /** Claims that took at least one run. */
  claims: number;
  methods: Record<StoreMethod, number>;
  operations: Record<Operation["type"], number>;
  /** How advances ended, by `then.type`. */
  endings: Record<AdvanceOperation["then"]["type"], number>;
  /** Journal entries written by advances, and those that came with a start. */
  entries: number;
}

export interface CountingStore extends Store {
  readonly counts: StoreCounts;
  reset(): void;
}

function zero(): StoreCounts {
  const methods = Object.fromEntries(storeMethods.map((method) => [method, 0])) as Record<StoreMethod, number>;
  return {
    writes: 0,
    reads: 0,
    commits: 0,
    claims: 0,
    methods,
    operations: {
      start: 0,
      advance: 0,
      deliver: 0,
      hold: 0,
      seal: 0,
      label: 0,
      schedule: 0,
      putRecord: 0,
      dropRecord: 0,
      log: 0,
    },
    endings: { continue: 0, park: 0, finish: 0, continueAsNew: 0 },
    entries: 0,
  };
}

function tookRuns(result: unknown): boolean {
  const { runs, poisoned } = result as ClaimResult;
  return runs.length + poisoned.length > 0;
}

/**
 * A store that counts what passes through it: how tests check the write budget.
 *
 * @example
 * const store = countingStore(memoryStore());
 * await engine.run(refund, input);
 * expect(store.counts.commits).toBe(1);
 */
export function countingStore(store: Store): CountingStore {
  let counts = zero();
  const wrapped = wrapStore(store, async (call, proceed) => {
    const now = counts;
    now.methods[call.method] += 1;
    for (const operation of call.operations) {
      now.operations[operation.type] += 1;
      if (operation.type === "start") now.entries += operation.run.entries.length;
      if (operation.type !== "advance") continue;
      now.endings[operation.then.type] += 1;
      now.entries += operation.entries.length;
    }
    const result = await proceed();
    const claimed = call.method === "claim" && tookRuns(result);
    if (call.method === "commit") now.commits += 1;
    if (claimed) now.claims += 1;
    if (call.method === "claim" ? claimed : isWriting(call.method)) now.writes += 1;
    else now.reads += 1;
    return result;
  });
  return {
    ...wrapped,
    get counts() {
      return counts;
    },
    reset() {
      counts = zero();
    },
  };
}
