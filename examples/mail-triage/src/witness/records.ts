import { createHash } from "node:crypto";
import type { Store } from "holdpoint";
import type { RunRecord } from "./account.ts";

const namespace = "default";

/** Reads from the store what it has recorded of every mail's run. Only reads: a worker may be at work, or dead. */
export async function readRecords(store: Store): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  for (let cursor: string | null = null, more = true; more; more = cursor !== null) {
    const page = await store.runs(namespace, { workflow: "triage" }, { limit: 200, cursor });
    cursor = page.cursor;
    const histories = await store.history(
      namespace,
      page.items.map(({ pk }) => ({ pk, after: 0 })),
    );
    page.items.forEach((row, at) => {
      const steps = new Map<string, string[]>();
      for (const { key, phase, kind, outcome, payload } of histories[at]?.entries ?? []) {
        if (kind !== "step" || !phase.startsWith("settled") || outcome !== "ok") continue;
        const digest = createHash("sha256")
          .update(payload?.bytes ?? "")
          .digest("hex")
          .slice(0, 16);
        const step = stepName(key);
        steps.set(step, [...(steps.get(step) ?? []), digest]);
      }
      records.push({ run: row.id, state: stateOf(row), steps });
    });
  }
  return records;
}

function stateOf({ status, waiting }: { status: string; waiting: string | null }): RunRecord["state"] {
  if (status === "completed") return "finished";
  return status === "parked" && waiting === "hold" ? "waiting" : "unfinished";
}

/** A key is `scope/kind:name#n`; no step of this workflow is called twice in a scope. */
function stepName(key: string): string {
  return key.replace(/^.*\/?step:/, "").replace(/#\d+$/, "");
}
