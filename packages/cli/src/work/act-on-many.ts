import type { BulkResult, Engine, RunFilter } from "@holdpoint/core";
import type { Session } from "../command/session.ts";
import { UsageError } from "../command/usage-error.ts";
import { confirmOrRefuse } from "../terminal/confirm.ts";
import { oneLine } from "../terminal/plain-text.ts";
import { type Worked, workStore } from "./work-store.ts";

/** Does something to every run that a filter finds, once it was confirmed. Gives the exit code. */
export async function actOnMany(
  session: Session,
  options: { filter: RunFilter; defaults: RunFilter; yes: boolean; doing: string; done: string },
  act: (engine: Engine) => Promise<BulkResult>,
): Promise<number> {
  const { filter, defaults, doing, done } = options;
  if (Object.keys(filter).length === 0) {
    throw new UsageError(`${doing} which run? give an id, or choose runs with --workflow, --status, --attribute, …`);
  }
  return session.withEngine(async (engine, project) => {
    const count = await countRuns(engine, { ...defaults, ...filter });
    if (count > 0) await confirmOrRefuse(session, `${doing} ${count} ${count === 1 ? "run" : "runs"}?`, options.yes);
    const result =
      count > 0 ? await session.progress(`${doing} ${count} runs`, act(engine)) : { done: [], refused: [] };
    const worked: Worked = result.done.length > 0 ? await workStore(session, engine, project) : "nobody";
    session.result({ ...result, worked }, () => [
      `${result.done.length} ${done}${result.refused.length > 0 ? `, ${result.refused.length} refused` : ""}`,
      ...result.refused.map(({ id, reason }) => `  ${id}: ${oneLine(reason)}`),
    ]);
    return result.refused.length > 0 ? 1 : 0;
  });
}

async function countRuns(engine: Engine, filter: RunFilter): Promise<number> {
  let count = 0;
  let cursor: string | null = null;
  do {
    const page = await engine.runs(filter, { limit: 1000, cursor });
    count += page.items.length;
    cursor = page.cursor;
  } while (cursor !== null);
  return count;
}
