import type { OpenHold } from "../run/hold-call.ts";
import type { HoldRow } from "../store/store.ts";
import { dryRun } from "./dry-run.ts";
import type { EngineParts } from "./parts.ts";
import { assemble, whyUnreadable } from "./payloads.ts";

/** A hold as its run's code asks it, found by a dry replay; null where this process has not the code, or the code asks something else now. */
export async function replayedHold(parts: EngineParts, row: HoldRow): Promise<OpenHold | null> {
  try {
    return await replayed(parts, row);
  } catch (error) {
    const why = await whyUnreadable(parts, { pk: row.runPk, id: row.runId }, error);
    if (why === error) throw error;
    // The run ended and was erased or removed since the hold was read: the hold itself says what it is by now.
    return null;
  }
}

async function replayed(parts: EngineParts, row: HoldRow): Promise<OpenHold | null> {
  const { store, namespace, registry, services, codec } = parts;
  const run = await store.runByPk(namespace, row.runPk);
  const workflow = run && registry.exact(run.workflow, run.version);
  if (!run || !workflow) return null;
  const [history] = await store.history(namespace, [{ pk: row.runPk, after: 0 }]);
  if (!history) return null;
  const whole = await assemble(store, namespace, row.runPk, history);
  const { divergence, execution } = await dryRun({ namespace, registry, services, codec }, run, whole, workflow);
  return divergence ? null : (execution.openHolds.get(holdCallOf(row.key)) ?? null);
}

/** A hold's key without the round it was opened in. */
export const holdCallOf = (key: string): string => key.replace(/~\d+$/, "");
