import type { Engine, RunHandle } from "@holdpoint/core";
import type { Session } from "../command/session.ts";
import { requireRun } from "../views/names.ts";
import { settleRun } from "./settle-run.ts";

/** Does one thing to a run, sees to it that something happens, and says what became of it. */
export async function actOnRun(
  session: Session,
  id: string,
  act: (run: RunHandle, engine: Engine) => Promise<void>,
): Promise<void> {
  await session.withEngine(async (engine, project) => {
    const run = await requireRun(engine, id);
    await act(run, engine);
    await settleRun(session, engine, project, run.id);
  });
}
