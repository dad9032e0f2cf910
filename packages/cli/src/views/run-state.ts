import type { Run } from "@holdpoint/core";
import type { Terminal } from "../terminal/terminal.ts";
import { shownWhen } from "../terminal/time.ts";

type Style = Parameters<Terminal["paint"]>[0];

const styles: Record<Run["status"], Style> = {
  ready: "cyan",
  running: "cyan",
  parked: "yellow",
  paused: "yellow",
  completed: "green",
  failed: "red",
  cancelled: "dim",
  diverged: "magenta",
};

export const stateStyle = (run: Run): Style => styles[run.status];

const waits: Record<NonNullable<Run["waiting"]>, string> = {
  hold: "a person",
  operator: "an operator",
  signal: "a signal",
  child: "another run",
  time: "its time",
  retry: "the next attempt",
  worker: "a worker with its version",
};

/** What a run waits for, or how it ended, in a few words; empty when neither. */
export function waitText(run: Run, now: number): string {
  if (run.waiting !== null && (run.status === "parked" || run.status === "ready")) {
    const when = run.wakeAt && (run.waiting === "time" || run.waiting === "retry") ? shownWhen(run.wakeAt, now) : null;
    return when ? `${waits[run.waiting]}, ${when}` : waits[run.waiting];
  }
  if (run.status === "completed") return run.outcome ?? "";
  if (run.phase === "compensating") return "undoing its steps";
  return run.note ?? "";
}

/** Status and what goes with it, as one phrase: `parked, waits for a person`. */
export function statePhrase(run: Run, now: number): string {
  const more = waitText(run, now);
  if (more === "") return run.status;
  return run.waiting !== null && run.status === "parked" ? `parked, waits for ${more}` : `${run.status}: ${more}`;
}
