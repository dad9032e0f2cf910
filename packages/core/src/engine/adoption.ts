import type { Host } from "../run/host.ts";
import type { Adoption } from "../run/taking-over.ts";
import type { History, RunRow, Store } from "../store/store.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { decisionsToRepeat } from "./ask-again.ts";
import { type DryRun, dryRun } from "./dry-run.ts";
import type { Registry } from "./registry.ts";

interface Settings {
  store: Store;
  namespace: string;
  registry: Registry;
}

/** A newer version that could take a run over, and what it does with the record. */
export interface Taker {
  workflow: AnyWorkflow;
  adoption: Adoption;
  replay: DryRun;
}

/**
 * Which code takes a run: its own version where this worker has it. Otherwise no live worker has it (the claim saw to
 * that), and the newest version takes over whose dry replay reaches the frontier.
 */
export async function adopt(
  settings: Settings,
  host: Pick<Host, "services" | "codec" | "clock">,
  row: RunRow,
  history: History,
): Promise<{ workflow: AnyWorkflow; adoption: Adoption | null } | { diverged: string } | { pinned: true }> {
  const exact = settings.registry.exact(row.workflow, row.version);
  if (exact) return { workflow: exact, adoption: null };
  if (isPinned(history)) return { pinned: true };
  let first: string | null = null;
  for await (const { workflow, adoption, replay } of takersOf(settings, host, row, history)) {
    if (!replay.divergence) return { workflow, adoption };
    first ??= `version ${row.version} is gone and version ${workflow.version} cannot take over: ${replay.divergence.message}`;
  }
  return { diverged: first ?? `no registered version of "${row.workflow}" can take version ${row.version}` };
}

/** Newer versions, the newest first, each tried on the record. */
export async function* takersOf(
  settings: Settings,
  host: Pick<Host, "services" | "codec" | "clock">,
  row: RunRow,
  history: History,
): AsyncGenerator<Taker> {
  const candidates = settings.registry.newerThan(row.workflow, row.version);
  if (candidates.length === 0) return;
  const { store, namespace } = settings;
  const { codec, services, clock } = host;
  const asks = await decisionsToRepeat({ store, namespace, codec, now: clock.now() }, row, history);
  for (const workflow of candidates) {
    const adoption: Adoption = { from: row.version, to: workflow.version, asks };
    yield {
      workflow,
      adoption,
      replay: await dryRun({ ...settings, services, codec }, row, history, workflow, adoption),
    };
  }
}

/** Whether somebody wanted the run to wait for its own version, and nobody wanted something else since. */
export function isPinned({ mail }: History): boolean {
  const last = mail.findLast(({ kind }) => kind === "pin" || kind === "retry" || kind === "migrate");
  return last?.kind === "pin";
}
