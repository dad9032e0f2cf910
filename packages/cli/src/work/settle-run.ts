import type { Engine } from "@holdpoint/core";
import type { Session } from "../command/session.ts";
import type { Project } from "../config/project.ts";
import { type Aftermath, aftermathJson, aftermathLines, aftermathOf } from "../views/aftermath.ts";
import { type Worked, workStore } from "./work-store.ts";

/** Lets a run go on after something was done to it, and says what became of it; `facts` stand beside that for machines. */
export async function settleRun(
  session: Session,
  engine: Engine,
  project: Project,
  id: string,
  facts: object = {},
): Promise<Aftermath> {
  const { workflow } = await (await engine.get(id)).describe();
  const worked = await workStore(session, engine, project, workflow);
  const after = await aftermathOf(engine, id);
  session.result({ ...facts, ...aftermathJson(after), worked }, () => aftermathLines(session, after));
  if (goesOnByItself(after, worked))
    session.note("it goes on when its time comes and a worker is there: `holdpoint dev`");
  return after;
}

/** It waits for a clock, and the command that could have been its worker is over. */
const goesOnByItself = ({ run }: Aftermath, worked: Worked): boolean =>
  worked !== "worker" && run.status !== "paused" && (run.waiting === "time" || run.waiting === "retry");
