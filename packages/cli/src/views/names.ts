import {
  type AnyWorkflow,
  closest,
  type Engine,
  type Hold,
  NotFoundError,
  type RunHandle,
  type Schedule,
} from "@holdpoint/core";
import { UsageError } from "../command/usage-error.ts";

/** The newest version of a workflow of the project; says what was probably meant when there is none. */
export function requireWorkflow(engine: Engine, name: string): AnyWorkflow {
  const all = engine.workflows();
  const found = all.filter((one) => one.name === name).sort((a, b) => b.version - a.version)[0];
  if (found) return found;
  const names = [...new Set(all.map((one) => one.name))];
  const close = closest(name, names);
  if (close) throw new UsageError(`unknown workflow '${name}', did you mean '${close}'?`);
  throw new UsageError(
    names.length > 0
      ? `unknown workflow '${name}'; the project has ${names.join(", ")}`
      : `unknown workflow '${name}'; the project has none: add it to \`workflows\` in holdpoint.config.ts`,
  );
}

/** A run by its id; says which one was probably meant when there is none. */
export async function requireRun(engine: Engine, id: string): Promise<RunHandle> {
  try {
    return await engine.get(id);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    const hint = await meantRun(engine, id);
    throw new NotFoundError("run", id, hint ? `did you mean "${hint}"?` : "list them with `holdpoint runs`");
  }
}

async function meantRun(engine: Engine, id: string): Promise<string | null> {
  const starting = await engine.runs({ idPrefix: id }, { limit: 2 });
  if (starting.items.length === 1) return starting.items[0]?.id ?? null;
  const latest = await engine.runs({}, { limit: 200 });
  return closest(
    id,
    latest.items.map((run) => run.id),
  );
}

/** A hold by its id. The id of a run with one open hold is answered with that hold's. */
export async function requireHold(engine: Engine, id: string): Promise<Hold> {
  try {
    return await engine.hold(id);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    const ofRun = await engine.holds({ status: ["open"], runId: id }, { limit: 20 });
    if (ofRun.items.length > 0) {
      const ids = ofRun.items.map((hold) => hold.id).join(", ");
      throw new NotFoundError("hold", id, `that is a run, and it waits for ${ids}`);
    }
    const open = await engine.holds({ status: ["open"] }, { limit: 200 });
    const close = closest(
      id,
      open.items.map((hold) => hold.id),
    );
    throw new NotFoundError(
      "hold",
      id,
      close ? `did you mean "${close}"?` : "list the open ones with `holdpoint holds`",
    );
  }
}

/** A schedule by its id; says which one was probably meant when there is none. */
export async function requireSchedule(engine: Engine, id: string): Promise<Schedule> {
  try {
    return await engine.schedules.get(id);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    const { items } = await engine.schedules.list({}, { limit: 200 });
    const close = closest(
      id,
      items.map((schedule) => schedule.id),
    );
    const hint = close ? `did you mean "${close}"?` : "list them with `holdpoint schedule`";
    throw new NotFoundError("schedule", id, hint);
  }
}
