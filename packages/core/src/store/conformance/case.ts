import assert from "node:assert/strict";
import type { AdvanceOperation, AdvanceResult, NewEntry, NewRun, RunRow, Store } from "../store.ts";
import { advance, claimRequest, entry, namespace, start, worker } from "./builders.ts";

/** One rule of the store port, as a program that fails when the store breaks it. */
export interface StoreCase {
  name: string;
  run(store: Store): Promise<void>;
}

export function cases(area: string, rules: Record<string, (store: Store) => Promise<void>>): StoreCase[] {
  return Object.entries(rules).map(([rule, run]) => ({ name: `${area}: ${rule}`, run }));
}

export async function one<T>(list: Promise<readonly T[]>): Promise<T> {
  const [first, ...rest] = await list;
  assert.ok(first !== undefined && rest.length === 0, "exactly one was expected");
  return first;
}

export async function rowOf(store: Store, id: string): Promise<RunRow> {
  const row = await store.run(namespace, id);
  assert.ok(row, `run ${id} exists`);
  return row;
}

/** Starts a run that is not there yet. */
export async function started(store: Store, id: string, more: Partial<NewRun> = {}): Promise<RunRow> {
  const result = await one(store.commit(namespace, [start(id, more)]));
  assert.equal(result.type, "started");
  assert.ok(result.type === "started" && result.created && result.run);
  return result.run;
}

/** Starts a run and claims it. Other ready runs of the default queue are claimed with it. */
export async function running(store: Store, id: string, more: Partial<NewRun> = {}, owner = "w1"): Promise<RunRow> {
  await started(store, id, more);
  await store.register(namespace, worker(owner));
  const { runs } = await store.claim(namespace, claimRequest(owner));
  const row = runs.find((run) => run.id === id);
  assert.ok(row, `run ${id} was claimed`);
  return row;
}

/** Appends and expects it to be applied; gives the row as it is afterwards. */
export async function advanced(
  store: Store,
  run: RunRow,
  entries: NewEntry[] = [],
  more: Partial<AdvanceOperation> = {},
): Promise<RunRow> {
  const result: AdvanceResult | { type: "refused"; reason: string } = await one(
    store.commit(namespace, [advance(run, entries, more)]),
  );
  assert.equal(result.type, "advanced", JSON.stringify(result));
  const row = await store.runByPk(namespace, run.pk);
  assert.ok(row);
  return row;
}

/** A run that is parked with one more entry than it started with. */
export async function parkedRun(store: Store, id: string, more: Partial<NewRun> = {}): Promise<RunRow> {
  const run = await running(store, id, more);
  return advanced(store, run, [entry("step:first#1")], {
    then: { type: "park", status: "parked", wakeAt: null, waiting: "signal", note: null },
  });
}
