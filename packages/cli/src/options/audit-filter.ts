import type { AuditFilter, AuditOutcome } from "@holdpoint/server";
import type { Command } from "commander";
import { listOf, timeOf } from "./run-filter.ts";

/** Which lines of the audit log, as typed. */
export interface AuditFilterOptions {
  by?: string;
  action?: string;
  target?: string;
  outcome?: string;
  since?: string;
  until?: string;
}

const outcomes: readonly AuditOutcome[] = ["asked", "done", "refused", "failed"];

/** The options by which lines are chosen. */
export function addAuditFilter(command: Command): Command {
  return command
    .option("--by <name>", "of this person or key")
    .option("--action <name>", "of this kind: runs.cancel, or runs.* for all that begin so")
    .option("--target <id>", "about this run, hold, schedule, key or account")
    .option("--outcome <list>", `with one of: ${outcomes.join(", ")}`)
    .option("--since <time>", 'since: "2h", "3d" or a date')
    .option("--until <time>", "before");
}

export function readAuditFilter(options: AuditFilterOptions, now = Date.now()): AuditFilter {
  const { by, action, target, outcome, since, until } = options;
  return {
    ...(by === undefined ? {} : { by }),
    ...(action === undefined ? {} : { action }),
    ...(target === undefined ? {} : { target }),
    ...(outcome === undefined ? {} : { outcome: listOf("outcome", outcome, outcomes) }),
    ...(since === undefined ? {} : { from: timeOf("--since", since, now) }),
    ...(until === undefined ? {} : { until: timeOf("--until", until, now) }),
  };
}
