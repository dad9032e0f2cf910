import type { RunFilter, RunRow } from "../store/store.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { takersOf } from "./adoption.ts";
import { type DryRun, dryRun } from "./dry-run.ts";
import type { EngineParts } from "./parts.ts";
import { assemble } from "./payloads.ts";

/** What the registered code would do with one live run. */
export interface CheckedRun {
  /** Its public id. */
  id: string;
  /** The workflow's name. */
  workflow: string;
  /** The version it is on. */
  version: number;
  /** The version whose code it would go on with; null when none is registered. */
  runsOn: number | null;
  /** What it would do. */
  verdict: "goes on" | "diverges" | "no code";
  /** Why, when it does not go on. */
  reason: string | null;
  /** Holds whose decision does not count for another version's code and is asked again. */
  asksAgain: string[];
  /** Where it stands: keys it waits for or would start next. */
  at: string[];
}

/** What the registered code would do with live runs. */
export interface CheckReport {
  /** How many runs were looked at. */
  checked: number;
  /** How many of them go on. */
  ok: number;
  /** Runs that would not go on. */
  problems: CheckedRun[];
  /** All of them. */
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

/** A replay looks at no hash. */
const replayed = { hashes: false };

async function checkRun(parts: EngineParts, row: RunRow): Promise<CheckedRun> {
  const { store, namespace, registry, services, codec } = parts;
  const [read] = await store.history(namespace, [{ pk: row.pk, after: 0 }], replayed);
  const history = await assemble(store, namespace, row.pk, read ?? { entries: [], mail: [] });
  const facts = { id: row.id, workflow: row.workflow, version: row.version, asksAgain: [] };
  const exact = registry.exact(row.workflow, row.version);
  if (exact)
    return verdictOf(facts, exact, await dryRun({ namespace, registry, services, codec }, row, history, exact));
  let newest: CheckedRun | null = null;
  for await (const { workflow, adoption, replay } of takersOf(parts, parts, row, history)) {
    const asksAgain = adoption.asks.map((ask) => ask.name);
    const checked = verdictOf({ ...facts, asksAgain }, workflow, replay);
    if (checked.verdict === "goes on") return checked;
    newest ??= checked;
  }
  const reason = `no version of "${row.workflow}" from ${row.version} up is registered`;
  return newest ?? { ...facts, runsOn: null, verdict: "no code", reason, at: [] };
}

function verdictOf(
  facts: Pick<CheckedRun, "id" | "workflow" | "version" | "asksAgain">,
  workflow: AnyWorkflow,
  { divergence, frontier }: DryRun,
): CheckedRun {
  return {
    ...facts,
    runsOn: workflow.version,
    verdict: divergence ? "diverges" : "goes on",
    reason: divergence?.message ?? null,
    at: frontier,
  };
}
