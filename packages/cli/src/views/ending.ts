import { type Engine, type Run, RunFailedError } from "@holdpoint/core";

/** How a run ended: its output, or the error it ended with. */
export type Ending = { output: unknown } | { error: unknown } | null;

const over: readonly Run["status"][] = ["completed", "failed", "cancelled", "diverged"];

/** Null while the run lives. */
export async function endingOf(engine: Engine, run: Run): Promise<Ending> {
  if (!over.includes(run.status)) return null;
  try {
    return { output: await (await engine.get(run.id)).result({ timeout: 1000 }) };
  } catch (error) {
    if (!(error instanceof RunFailedError)) throw error;
    return { error: error.cause ?? new Error(run.note ?? error.message) };
  }
}
