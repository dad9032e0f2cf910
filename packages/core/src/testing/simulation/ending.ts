import { verifyRun } from "../../journal/verify.ts";
import type { RunRow } from "../../store/store.ts";
import { isFinished } from "../../store/transitions.ts";
import type { People } from "./people.ts";
import { namespace, type World } from "./world.ts";

/** What must hold when a world has come to rest. */
export async function checkEnding(world: World, _people: People): Promise<void> {
  for (const run of await allRuns(world)) {
    const name = `${run.id}.${run.generation}`;
    if (!isFinished(run.status)) {
      world.violation(`${name} never ended: ${run.status}${run.waiting ? `, waits for ${run.waiting}` : ""} ${run.note ?? ""}`);
    }
  }
  await checkChains(world);
}

export async function allRuns(world: World): Promise<RunRow[]> {
  const runs: RunRow[] = [];
  let cursor: string | null = null;
  do {
    const page = await world.store.runs(namespace, {}, { limit: 1000, cursor });
    for (const row of page.items)
      runs.push(...(row.generation > 1 ? await world.store.generations(namespace, row.id) : [row]));
    ({ cursor } = page);
  } while (cursor !== null);
  return runs;
}

async function checkChains(world: World): Promise<void> {
  let previous: { id: string; head: Uint8Array } | null = null;
  for (const run of await allRuns(world)) {
    const [history] = await world.store.history(namespace, [{ pk: run.pk, after: 0 }]);
    if (!history) continue;
    const previousHead = previous?.id === run.id ? previous.head : null;
    const { problems } = verifyRun({ run, ...history, previousHead, chainKey: undefined, others: [] });
    for (const problem of problems) world.violation(`chain of ${run.id}.${run.generation}: ${JSON.stringify(problem)}`);
    previous = run;
  }
}
