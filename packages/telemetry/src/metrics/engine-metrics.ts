import type { EngineProbe } from "@holdpoint/core";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { batchSizes, callSeconds, waitSeconds, workSeconds } from "./buckets.ts";
import { CappedNames, other } from "./capped-names.ts";

/** How many names stand in labels before the rest is "other". */
export interface NameLimits {
  /** Default 100. */
  workflows?: number;
  /** Pairs of a workflow and a step. Default 200. */
  steps?: number;
}

/** What runs, steps and holds do, and what it takes to write it down: a probe that counts. */
export function engineMetrics(registry: Registry, { workflows = 100, steps = 200 }: NameLimits): EngineProbe {
  const registers = [registry];
  const names = new CappedNames(workflows);
  const pairs = new CappedNames(steps);

  const turns = new Counter({
    name: "holdpoint_turns_total",
    help: "Turns of runs that ended in this process: a turn is from a claim until the run waits, ends or is lost",
    labelNames: ["workflow", "end"],
    registers,
  });
  const running = new Gauge({
    name: "holdpoint_turns_running",
    help: "Runs that this process executes now",
    registers,
  });
  const replays = new Counter({
    name: "holdpoint_replays_total",
    help: "Turns that began with a replay, because the coroutine was not in memory; a run's first turn is none",
    labelNames: ["workflow"],
    registers,
  });
  const begun = new Histogram({
    name: "holdpoint_run_queue_duration_seconds",
    help: "How long runs waited to be taken up for the first time",
    labelNames: ["workflow"],
    buckets: workSeconds,
    registers,
  });
  const finished = new Histogram({
    name: "holdpoint_run_duration_seconds",
    help: "From the creation of a run to its end, waits included, by how it ended",
    labelNames: ["workflow", "status"],
    buckets: waitSeconds,
    registers,
  });
  const step = new Histogram({
    name: "holdpoint_step_duration_seconds",
    help: "How long attempts of steps took, by outcome: ok, error, or retried (it failed, and another attempt follows)",
    labelNames: ["workflow", "step", "outcome"],
    buckets: workSeconds,
    registers,
  });
  const opened = new Counter({
    name: "holdpoint_holds_opened_total",
    help: "Holds that runs of this process opened",
    labelNames: ["workflow", "severity"],
    registers,
  });
  const closed = new Histogram({
    name: "holdpoint_hold_decision_duration_seconds",
    help: "From the opening of a hold to its answer or the end of its time, through this process",
    labelNames: ["workflow", "severity", "status"],
    buckets: waitSeconds,
    registers,
  });
  const batch = new Histogram({
    name: "holdpoint_commit_operations",
    help: "How many operations shared a transaction (group commit)",
    buckets: batchSizes,
    registers,
  });
  const commit = new Histogram({
    name: "holdpoint_commit_duration_seconds",
    help: "How long transactions of the group commit took; a failed one is made again",
    labelNames: ["outcome"],
    buckets: callSeconds,
    registers,
  });
  const call = new Histogram({
    name: "holdpoint_store_call_duration_seconds",
    help: "How long calls of the store took",
    labelNames: ["method", "outcome"],
    buckets: callSeconds,
    registers,
  });
  const lost = new Counter({
    name: "holdpoint_lease_losses_total",
    help: "Leases of workers of this process that passed before they were renewed",
    registers,
  });

  return {
    turnBegan: ({ workflow, first, resumed, readyAt, beganAt }) => {
      const name = names.of(workflow);
      running.inc();
      if (first) begun.observe({ workflow: name }, seconds(beganAt - readyAt));
      else if (!resumed) replays.inc({ workflow: name });
    },
    turnEnded: ({ turn, end }) => {
      running.dec();
      turns.inc({ workflow: names.of(turn.workflow), end });
    },
    stepRecorded: ({ turn, name, outcome, startedAt, endedAt }) => {
      const workflow = names.of(turn.workflow);
      const known = pairs.of(`${turn.workflow}\0${name}`) !== other;
      step.observe({ workflow, step: known ? name : other, outcome }, seconds(endedAt - startedAt));
    },
    runFinished: ({ run, status, endedAt }) =>
      finished.observe({ workflow: names.of(run.workflow), status }, seconds(endedAt - run.createdAt)),
    holdOpened: ({ turn, severity }) => opened.inc({ workflow: names.of(turn.workflow), severity }),
    holdClosed: ({ workflow, severity, status, openedAt, closedAt }) =>
      closed.observe({ workflow: names.of(workflow), severity, status }, seconds(closedAt - openedAt)),
    committed: ({ operations, ms, failed }) => {
      batch.observe(operations);
      commit.observe({ outcome: outcomeOf(failed) }, seconds(ms));
    },
    storeCalled: ({ method, ms, failed }) => call.observe({ method, outcome: outcomeOf(failed) }, seconds(ms)),
    leaseLost: () => lost.inc(),
  };
}

const outcomeOf = (failed: boolean): "ok" | "error" => (failed ? "error" : "ok");

/** A clock that was set back makes nothing negative. */
const seconds = (ms: number): number => Math.max(0, ms) / 1000;
