import { bornRow } from "../store/born-row.ts";
import type { LineOfLog } from "../store/log-rows.ts";
import type { NewRun } from "../store/store.ts";
import type { EngineParts } from "./parts.ts";
import { type Run, viewRun } from "./run-view.ts";

/** What to write down of a run that is about to be made: the name of the log, and JSON text. */
export type LineOfRun = (run: Run) => { log: string; body: string };

/** The line a start brings with it; null where it brings none. */
export function lineOf(
  { namespace, clock }: EngineParts,
  run: NewRun,
  { line }: { line?: LineOfRun },
): LineOfLog | null {
  if (line === undefined) return null;
  const count = run.entries.length;
  const { log, body } = line(viewRun({ ...bornRow(namespace, 0, 1, run), seq: count, entryCount: count }));
  return { log, line: { at: clock.now(), body, key: null } };
}
