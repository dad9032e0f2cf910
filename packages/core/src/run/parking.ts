import type { AdvanceOperation, Waiting } from "../store/store.ts";
import type { Execution } from "./execution.ts";

/** How a run that has nothing to do is put away: until when, and what it waits for. */
export function parkOperation(
  execution: Execution,
  status: "parked" | "paused" | "diverged",
): AdvanceOperation["then"] {
  return {
    type: "park",
    status,
    wakeAt: status === "parked" ? execution.timers.next() : null,
    waiting: status === "parked" ? waitingFor(execution) : null,
    note: execution.divergence?.message ?? null,
  };
}

/** The most human thing it waits for. */
function waitingFor(execution: Execution): Waiting {
  const { waits } = execution;
  if (execution.operatorHolds > 0) return "operator";
  if (waits.hold) return "hold";
  if (waits.signal) return "signal";
  if (waits.child) return "child";
  if (waits.step) return "retry";
  return "time";
}
