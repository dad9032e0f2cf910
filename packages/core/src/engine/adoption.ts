import type { Host } from "../run/host.ts";
import type { History, RunRow } from "../store/store.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { dryRun } from "./dry-run.ts";
import type { Registry } from "./registry.ts";

/**
 * Which code takes a run: its own version where this worker has it. Otherwise no live worker has it (the claim saw to
 * that), and the newest version takes over whose dry replay reaches the frontier.
 */
export async function adopt(
  settings: { namespace: string; registry: Registry },
  host: Host,
  row: RunRow,
  history: History,
): Promise<{ workflow: AnyWorkflow } | { diverged: string } | { pinned: true }> {
  const exact = settings.registry.exact(row.workflow, row.version);
  if (exact) return { workflow: exact };
  if (isPinned(history)) return { pinned: true };
  let first: string | null = null;
  for (const candidate of settings.registry.newerThan(row.workflow, row.version)) {
    const { divergence } = await dryRun(
      { ...settings, services: host.services, codec: host.codec },
      row,
      history,
      candidate,
    );
    if (!divergence) return { workflow: candidate };
    first ??= `version ${row.version} is gone and version ${candidate.version} cannot take over: ${divergence.message}`;
  }
  return { diverged: first ?? `no registered version of "${row.workflow}" can take version ${row.version}` };
}

/** Whether somebody wanted the run to wait for its own version, and nobody wanted something else since. */
export function isPinned({ mail }: History): boolean {
  const last = mail.findLast(({ kind }) => kind === "pin" || kind === "retry" || kind === "migrate");
  return last?.kind === "pin";
}
