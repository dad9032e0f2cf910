import type { Engine, LiveWorker } from "@holdpoint/core";
import type { Session } from "../command/session.ts";
import type { Project } from "../config/project.ts";

/** Who goes on with what a command has just delivered. */
export type Worked = "here" | "worker" | "nobody";

/**
 * Sees to it that something happens. On an embedded store with no worker alive this command works the store until
 * nothing is ready; where a worker is alive it is left to it.
 */
export async function workStore(
  session: Session,
  engine: Engine,
  project: Project,
  workflow?: string,
): Promise<Worked> {
  const workers = await engine.workers();
  if (workers.length > 0) {
    session.note(session.terminal.paintErr("dim", takenBy(workers, workflow)));
    return "worker";
  }
  if (!project.embedded) {
    session.note("no worker is alive on this store: nothing goes on until one is (`holdpoint dev`)");
    return "nobody";
  }
  session.note(session.terminal.paintErr("dim", "no worker is alive: working the store here until nothing is ready"));
  const interrupted = (): void => {
    session.terminal.err("\nstopped; nothing is lost: what was running goes on with the next worker");
    process.exit(130);
  };
  process.once("SIGINT", interrupted);
  let writes = 0;
  const stop = engine.observe(() => writes++);
  try {
    await session.progress("working", engine.runUntilIdle(), () => `${writes} written`);
  } finally {
    stop();
    process.removeListener("SIGINT", interrupted);
  }
  return "here";
}

function takenBy(workers: readonly LiveWorker[], workflow: string | undefined): string {
  const able = workers.filter((worker) => !workflow || worker.capabilities.some((one) => one.workflow === workflow));
  const [first] = able;
  if (!first) return `a worker is alive, but none has code for "${workflow}": it waits until one does`;
  const where = first.here ? `process ${first.pid}` : `process ${first.pid} on ${first.host}`;
  return able.length === 1
    ? `a worker (${where}) goes on with it`
    : `${able.length} workers are alive and go on with it`;
}
