import type { EngineLog, EngineProbe } from "@holdpoint/core";
import { withLogFields } from "./log-fields.ts";

/**
 * Writes down what happens to runs: holds that open and close, attempts of steps that fail, runs that end. Each line has the ids: `run`,
 * `workflow`, and `step` or `hold`. Steps that succeed are lines of level `debug`. What is logged inside of a step has its ids, too.
 *
 * @example
 * import { createEngine, memoryStore } from "@holdpoint/core";
 * import { jsonLog, logProbe } from "@holdpoint/telemetry";
 * const log = jsonLog();
 * const engine = createEngine({ store: memoryStore(), workflows: [], log, probes: [logProbe(log)] });
 */
export function logProbe(log: EngineLog): EngineProbe {
  return {
    aroundStep: ({ turn, key, attempt }, call) =>
      withLogFields({ run: turn.id, workflow: turn.workflow, step: key, attempt }, call),
    stepRecorded: ({ turn, key, attempt, outcome, startedAt, endedAt }) => {
      const fields = { run: turn.id, workflow: turn.workflow, step: key, attempt, ms: endedAt - startedAt };
      if (outcome === "ok") log.debug(fields, "a step is done");
      else if (outcome === "retried") log.info(fields, "a step failed and is tried again");
      else log.warn(fields, "a step failed");
    },
    holdOpened: ({ turn, id, name, severity }) =>
      log.info({ run: turn.id, workflow: turn.workflow, hold: id, name, severity }, "a hold is open"),
    holdClosed: ({ runId, workflow, id, name, status, by, openedAt, closedAt }) =>
      log.info({ run: runId, workflow, hold: id, name, by, ms: closedAt - openedAt }, `a hold is ${status}`),
    runFinished: ({ run, status, outcome, endedAt }) => {
      const fields = { run: run.id, workflow: run.workflow, outcome, ms: endedAt - run.createdAt };
      log[status === "failed" ? "warn" : "info"](fields, `a run has ${words[status]}`);
    },
  };
}

const words = { completed: "completed", failed: "failed", cancelled: "been cancelled" } as const;
