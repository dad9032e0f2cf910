import type { Execution } from "./execution.ts";
import { waitDraft } from "./sleep.ts";

/** A decision that does not count for the version that takes over: its hold is asked again. */
export interface AskAgain {
  /** Number of the decision. */
  mail: number;
  /** The hold's key as the store has it. */
  key: string;
  name: string;
  /** What is left of its deadline. */
  nextAt: number | null;
}

/** Another version of the code takes the run over. */
export interface Adoption {
  from: number;
  to: number;
  asks: readonly AskAgain[];
}

/** Notes which version goes on, and opens the holds again whose decisions do not count for it. */
export function recordAdoption(execution: Execution, { from, to, asks }: Adoption): void {
  execution.writer.ride.version = to;
  execution.write(waitDraft(execution, "run/version", "version", `settled:${to}`, { from, to }), true);
  for (const ask of asks) recordAskAgain(execution, ask, `version ${from} is gone, and version ${to} takes over`);
}

function recordAskAgain(execution: Execution, { mail, key, nextAt }: AskAgain, reason: string): void {
  const event = {
    actor: null,
    channel: "engine",
    action: "reopened",
    data: execution.plain({ reason }),
    evidenceHash: null,
    at: execution.host.clock.now(),
    idempotencyKey: `again:${mail}`,
  };
  execution.writer.ride.reopenHolds.push({ key, nextAt, event });
  const name = key.replace(/~\d+$/, "");
  execution.write(waitDraft(execution, name, "hold", `again:${mail}`, { mail, reason }, null), true);
}
