import type { Turn } from "../run/turn.ts";
import type { AdvanceOperation, NewEntry, Operation, OperationResult } from "../store/store.ts";
import type { RecordedStep } from "./probe.ts";
import type { Probes } from "./probes.ts";

/** Tells what one turn had written: its steps, its holds, its end. */
export function tellAdvance(
  probes: Probes,
  turn: Turn | null,
  operation: AdvanceOperation,
  result: OperationResult,
): void {
  if (turn === null || result.type !== "advanced") return;
  for (const entry of operation.entries) {
    const step = recordedStep(turn, entry);
    if (step !== null) probes.tell("stepRecorded", step);
  }
  for (const { id, key, name, severity, openedAt } of operation.holds)
    probes.tell("holdOpened", { turn, id, key, name, severity, openedAt });
  const { then, at } = operation;
  if (then.type === "finish")
    probes.tell("runFinished", { run: turn, status: then.status, outcome: then.outcome, endedAt: at });
}

/** Tells what somebody had written who executes nothing here: that a hold is not open any more. */
export function tellOperation(probes: Probes, namespace: string, operation: Operation, result: OperationResult): void {
  if (operation.type !== "hold" || result.type !== "moved" || result.repeated || operation.status === "open") return;
  const { id, runId, workflow, key, name, severity, openedAt } = result.hold;
  const { status, decidedBy: by, at: closedAt } = operation;
  const hold = { namespace, id, runId, workflow, key, name, severity };
  probes.tell("holdClosed", { ...hold, status, by, openedAt, closedAt });
}

/** An entry that says how an attempt of a step ended; null for any other. */
function recordedStep(turn: Turn, entry: NewEntry): RecordedStep | null {
  const { kind, outcome, phase, key, attempt, startedAt, endedAt } = entry;
  if (kind !== "step" || (outcome !== "ok" && outcome !== "error")) return null;
  // Names may have a slash in them, scopes have none that is followed by this.
  const name = /(?:^|\/)step:(.*)#\d+$/s.exec(key)?.[1] ?? key;
  const told = outcome === "error" && phase.startsWith("attempt:") ? "retried" : outcome;
  return { turn, key, name, attempt, outcome: told, startedAt, endedAt };
}
