import type { RouteOutput } from "@holdpoint/client";
import { call } from "../../../data/api.ts";
import { copy } from "../copy.ts";

type Run = RouteOutput<"runs.show">;

/** Starts the workflow of a run again, on the newest version, with the run's input, queue, thread and priority. */
export async function rerun(run: Run): Promise<Run> {
  const { items } = await call("runs.journal", { run: run.id, limit: 1 });
  const [opened] = items;
  if (opened?.type !== "run.opened") throw new Error(copy.rerun.notHere);
  const { workflow, queue, priority, thread } = run;
  return call("runs.start", {
    ...{ workflow, queue, priority },
    ...(opened.value === undefined ? {} : { input: opened.value }),
    ...(thread === null ? {} : { thread }),
  });
}
