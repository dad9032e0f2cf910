import type { Engine, RunHandle } from "@holdpoint/core";
import type { Session } from "../command/session.ts";
import { aftermathJson, aftermathLines, aftermathOf } from "../views/aftermath.ts";
import { requireRun } from "../views/names.ts";
import { workStore } from "./work-store.ts";

/** Does one thing to a run, sees to it that something happens, and says what became of it. */
export async function actOnRun(
  session: Session,
  id: string,
  act: (run: RunHandle, engine: Engine) => Promise<void>,
): Promise<void> {
  await session.withEngine(async (engine, project) => {
    const run = await requireRun(engine, id);
    await act(run, engine);
    const { workflow } = await run.describe();
    const worked = await workStore(session, engine, project, workflow);
    const after = await aftermathOf(engine, run.id);
    session.result({ ...aftermathJson(after), worked }, () => aftermathLines(session, after));
  });
}
