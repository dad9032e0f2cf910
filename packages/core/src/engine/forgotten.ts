import type { RunPk, RunRow } from "../store/store.ts";
import type { WorkerSettings } from "./worker.ts";

/** The runs that the store says are this incarnation's but that are not being executed here. */
export async function forgottenRuns(
  { store, namespace }: WorkerSettings,
  incarnation: string,
  running: ReadonlyMap<RunPk, unknown>,
): Promise<RunRow[]> {
  // What is here now may rest before the answer comes: it is not forgotten.
  const here = new Set(running.keys());
  const forgotten: RunRow[] = [];
  let cursor: string | null = null;
  do {
    const page = await store.runs(namespace, { status: ["running"] }, { limit: 1000, cursor });
    forgotten.push(...page.items.filter((row) => row.owner === incarnation && !here.has(row.pk)));
    cursor = page.cursor;
  } while (cursor !== null);
  return forgotten;
}
