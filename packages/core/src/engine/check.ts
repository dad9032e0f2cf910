import type { RunFilter, RunRow } from "../store/store.ts";
import { dryRun } from "./dry-run.ts";
import type { EngineParts } from "./parts.ts";
import { assemble } from "./payloads.ts";

/** What the registered code would do with one live run. */
export interface CheckedRun {
  id: string;
  workflow: string;
  version: number;
  /** The version whose code it would go on with; null when none is registered. */
  runsOn: number | null;
  verdict: "goes on" | "diverges" | "no code";
  /** Why, when it does not go on. */
  reason: string | null;
  /** Where it stands: keys it waits for or would start next. */
  at: string[];
}

export interface CheckReport {
  checked: number;
  ok: number;
  /** Runs that would not go on. */
  problems: CheckedRun[];
  runs: CheckedRun[];
}

/** Replays every live run the filter finds against the registered code, up to its frontier. Writes nothing. */
export async function check(parts: EngineParts, filter: RunFilter): Promise<CheckReport> {
  const { store, namespace } = parts;
  const status = filter.status ?? (["ready", "running", "parked", "paused", "diverged"] as const);
  const report: CheckReport = { checked: 0, ok: 0, problems: [], runs: [] };
  let cursor: string | null = null;
  do {
    const page = await store.runs(namespace, { ...filter, status }, { limit: 200, cursor });
    for (const row of page.items) {
      const checked = await checkRun(parts, row);
      report.checked++;
      report.runs.push(checked);
      if (checked.verdict === "goes on") report.ok++;
      else report.problems.push(checked);
    }
    cursor = page.cursor;
  } while (cursor !== null);
  return report;
}

async function checkRun(parts: EngineParts, row: RunRow): Promise<CheckedRun> {
  const { store, namespace, registry, services, codec } = parts;
  const [read] = await store.history(namespace, [{ pk: row.pk, after: 0 }]);
  const history = await assemble(store, namespace, row.pk, read ?? { entries: [], mail: [] });
  const exact = registry.exact(row.workflow, row.version);
  const candidates = exact ? [exact] : registry.newerThan(row.workflow, row.version);
  const facts = { id: row.id, workflow: row.workflow, version: row.version };
  let reason = `no version of "${row.workflow}" from ${row.version} up is registered`;
  let at: string[] = [];
  for (const workflow of candidates) {
    const { divergence, frontier } = await dryRun({ namespace, registry, services, codec }, row, history, workflow);
    if (!divergence) return { ...facts, runsOn: workflow.version, verdict: "goes on", reason: null, at: frontier };
    reason = divergence.message;
    at = frontier;
  }
  return {
    ...facts,
    runsOn: candidates[0]?.version ?? null,
    verdict: candidates.length > 0 ? "diverges" : "no code",
    reason,
    at,
  };
}
