import { type Duration, durationMs } from "@holdpoint/core";
import type { FlowDefinition, FlowLimits, NodeDefinition } from "../definition/definition.ts";
import type { Report } from "./problem.ts";

/** Whether numbers and lengths of time make sense. */
export function checkValues(definition: FlowDefinition, report: Report): void {
  const count = (where: string, value: unknown): void => {
    if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= 1)) return;
    report("bad-value", where, `${String(value)} must be a whole number from 1`);
  };
  const time = (where: string, value: Duration | undefined): void => {
    if (value === undefined) return;
    try {
      durationMs(value, where);
    } catch (error) {
      report("bad-value", where, (error as Error).message.replace(`${where}: `, ""));
    }
  };
  count("version", definition.version);
  const limits: FlowLimits = definition.limits ?? {};
  for (const key of ["maxIterations", "maxNodeIterations", "maxParallel"] as const) count(`limits.${key}`, limits[key]);
  for (const key of ["nodeTimeout", "totalTimeout", "iterationDelay", "loopTime"] as const) {
    time(`limits.${key}`, limits[key]);
  }
  for (const [i, { threads }] of definition.edges.entries()) count(`edges.${i}.threads`, threads);
  for (const [i, node] of definition.nodes.entries()) checkNode(node, `nodes.${i}`, count, time);
}

function checkNode(
  node: NodeDefinition,
  where: string,
  count: (where: string, value: unknown) => void,
  time: (where: string, value: Duration | undefined) => void,
): void {
  if (typeof node.join === "object") {
    if ("count" in node.join) count(`${where}.join.count`, node.join.count);
    else count(`${where}.join.threads`, node.join.threads);
  }
  switch (node.kind) {
    case "step":
      time(`${where}.timeout`, node.timeout);
      time(`${where}.heartbeat`, node.heartbeat);
      time(`${where}.retry.initial`, node.retry?.initial);
      time(`${where}.retry.max`, node.retry?.max);
      break;
    case "sleep":
      if ("for" in node.time) time(`${where}.time.for`, node.time.for);
      break;
    case "signal":
      time(`${where}.timeout`, node.timeout);
      break;
    case "parallel":
    case "foreach":
      count(`${where}.concurrency`, node.concurrency);
      count(`${where}.need`, node.need);
      break;
    case "repeat":
      count(`${where}.maxIterations`, node.maxIterations);
      time(`${where}.delay`, node.delay);
      break;
  }
}
