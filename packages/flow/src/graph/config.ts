import { type Duration, durationMs, type Issue, ValidationError } from "@holdpoint/core";
import type { FlowLimits } from "../definition/definition.ts";

/** How far a graph may go. Each option is enforced; `checkGraphConfig` says what of it suits a place it is to run at. */
export interface GraphConfig {
  /** False: it takes no new runs. Those that are under way go on. Default true. */
  enabled?: boolean;
  /** How many nodes may run in all, repeats and parallel ones counted. Default 25. Going on is `IterationLimitError`. */
  maxIterations?: number;
  /** The longest one attempt of a node may take; people may take longer. Default "2m"; 0 is no limit. */
  nodeTimeout?: Duration;
  /** The longest the whole run may take, waits included. Default 0: no limit. */
  totalTimeout?: Duration;
  /** Keeps the state after each node, to be read with `checkpointsOf`. Default false: a run resumes without it. */
  checkpointEnabled?: boolean;
  /** Whether branches run side by side. Default true; an edge may say otherwise (`isParallel`). */
  parallelBranches?: boolean;
  /** How many nodes may be at work at once; others queue, none is dropped. Default 0: no limit. */
  maxParallelBranches?: number;
}

/** What holds where a graph does not say. */
export const graphDefaults: Readonly<Required<GraphConfig>> = {
  enabled: true,
  maxIterations: 25,
  nodeTimeout: "2m",
  totalTimeout: 0,
  checkpointEnabled: false,
  parallelBranches: true,
  maxParallelBranches: 0,
};

/** What is to be said about a configuration. */
export interface ConfigIssue extends Issue {
  severity: "error" | "warning";
}

/** Where a graph is to run. */
export type Environment = "development" | "test" | "production";

/**
 * Whether a configuration makes sense, and suits the place where it is to run: an empty list when it does. `build()` refuses what is
 * an error here; the warnings are for whoever deploys.
 *
 * @example
 * for (const { path, message } of checkGraphConfig({ nodeTimeout: 0 }, "production")) console.warn(path, message);
 */
export function checkGraphConfig(config: GraphConfig, environment: Environment = "development"): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const wrong = (path: string, message: string): void => {
    issues.push({ path, message, severity: "error" });
  };
  for (const key of Object.keys(config)) {
    if (!(key in graphDefaults)) wrong(key, `is no option; there are ${Object.keys(graphDefaults).join(", ")}`);
  }
  const {
    enabled,
    maxIterations,
    nodeTimeout,
    totalTimeout,
    checkpointEnabled,
    parallelBranches,
    maxParallelBranches,
  } = withDefaults(config);
  for (const [path, value] of Object.entries({ enabled, checkpointEnabled, parallelBranches })) {
    if (typeof value !== "boolean") wrong(path, `${String(value)} must be true or false`);
  }
  if (!isCount(maxIterations, 1)) wrong("maxIterations", `${maxIterations} must be a whole number from 1`);
  if (!isCount(maxParallelBranches, 0))
    wrong("maxParallelBranches", `${maxParallelBranches} must be a whole number; 0 is no limit`);
  const lengths: [string, Duration][] = [
    ["nodeTimeout", nodeTimeout],
    ["totalTimeout", totalTimeout],
  ];
  for (const [path, value] of lengths) {
    if (lengthOf(value) === null)
      wrong(path, `${String(value)} is not a length of time; write "10s", "3d" or 0 for none`);
  }
  return environment === "production" ? [...issues, ...forProduction(withDefaults(config))] : issues;
}

function forProduction(config: Required<GraphConfig>): ConfigIssue[] {
  const warning = (path: string, message: string): ConfigIssue => ({ path, message, severity: "warning" });
  const { enabled, maxIterations, nodeTimeout, totalTimeout } = config;
  return [
    ...(enabled === false ? [warning("enabled", "is false: no run is started")] : []),
    ...(lengthOf(nodeTimeout) === 0 ? [warning("nodeTimeout", "is 0: a node that hangs keeps its run for ever")] : []),
    ...(maxIterations > 1000
      ? [warning("maxIterations", `is ${maxIterations}: a loop that never ends is noticed late`)]
      : []),
    ...(lengthOf(totalTimeout) !== 0 && (lengthOf(totalTimeout) ?? 0) <= (lengthOf(nodeTimeout) ?? 0)
      ? [warning("totalTimeout", "is not longer than nodeTimeout: no node can ever use up its own")]
      : []),
  ];
}

/** The options with those that were left out. */
export function withDefaults(config: GraphConfig): Required<GraphConfig> {
  return { ...graphDefaults, ...config };
}

/** Throws `ValidationError` naming every option that makes no sense. */
export function refuseBadConfig(name: string, config: GraphConfig): void {
  const wrong = checkGraphConfig(config).filter(({ severity }) => severity === "error");
  if (wrong.length > 0) throw new ValidationError(`config of graph "${name}"`, wrong);
}

/** The options as a flow's limits. */
export function limitsOf(config: Required<GraphConfig>): FlowLimits {
  const { maxIterations, nodeTimeout, totalTimeout, parallelBranches, maxParallelBranches } = config;
  return {
    maxIterations,
    ...(lengthOf(nodeTimeout) !== 0 && { nodeTimeout }),
    ...(lengthOf(totalTimeout) !== 0 && { totalTimeout }),
    ...(maxParallelBranches > 0 && { maxParallel: maxParallelBranches }),
    ...(!parallelBranches && { sequential: true }),
  };
}

/**
 * Reads options from environment variables: `HOLDPOINT_GRAPH_MAX_ITERATIONS`, `HOLDPOINT_GRAPH_PARALLEL_BRANCHES` and so on.
 *
 * @example
 * const config = graphConfigFrom(process.env);
 *
 * @throws ValidationError a variable has a value that makes no sense
 */
export function graphConfigFrom(env: Readonly<Record<string, string | undefined>>): GraphConfig {
  const config: Record<string, unknown> = {};
  for (const [key, standard] of Object.entries(graphDefaults)) {
    const text = env[`HOLDPOINT_GRAPH_${key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`];
    if (text === undefined || text === "") continue;
    config[key] = readValue(text, typeof standard, key);
  }
  refuseBadConfig("environment", config as GraphConfig);
  return config as GraphConfig;
}

function readValue(text: string, type: string, key: string): unknown {
  if (type === "boolean")
    return /^(true|1|yes|on)$/i.test(text) ? true : /^(false|0|no|off)$/i.test(text) ? false : text;
  const isLength = key === "nodeTimeout" || key === "totalTimeout";
  return type === "number" && !isLength ? Number(text) : /^\d+$/.test(text) ? Number(text) : text;
}

function isCount(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

function lengthOf(value: Duration): number | null {
  try {
    return durationMs(value, "");
  } catch {
    return null;
  }
}
