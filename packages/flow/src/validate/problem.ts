import type { Issue } from "@holdpoint/core";

/**
 * What can be wrong with a flow:
 * - `no-entry` it names no node to begin at; `no-end` no node at which it could end
 * - `unknown-kind` no node has this kind; `unknown-node` a name leads to no node
 * - `duplicate-id` two nodes have one id; `reserved-name` a name belongs to the engine
 * - `unreachable` a node never runs; `dead-edge` an edge is never taken
 * - `impossible-join` fewer branches can arrive than a join waits for
 * - `endless-loop` a loop has no way out
 * - `state-conflict` branches at work at the same time may write one key that has no merge rule
 * - `bad-value` a number or a length of time makes no sense
 * - `unknown-name` the registry does not have what the flow names, or a condition or template cannot be read
 */
export type ProblemCode =
  | "no-entry"
  | "no-end"
  | "unknown-kind"
  | "unknown-node"
  | "duplicate-id"
  | "reserved-name"
  | "unreachable"
  | "dead-edge"
  | "impossible-join"
  | "endless-loop"
  | "state-conflict"
  | "bad-value"
  | "unknown-name";

/** One thing that is wrong with a flow. An `error` keeps it from being built; a `warning` is what somebody should look at. */
export interface Problem extends Issue {
  /** Where in the definition: "nodes.3.flow.edges.0.to". */
  path: string;
  code: ProblemCode;
  /** One sentence: what is wrong, and what to do. */
  message: string;
  severity: "error" | "warning";
}

/** Takes in what is wrong, at a place under one path. */
export type Report = (code: ProblemCode, where: string, message: string, severity?: Problem["severity"]) => void;

/** Notes problems under a path. */
export function reportInto(problems: Problem[], path: string): Report {
  return (code, where, message, severity = "error") => {
    problems.push({ path: pathTo(path, where), code, message, severity });
  };
}

/** A path and what is below it. */
export function pathTo(path: string, where: string): string {
  if (path === "") return where;
  return where === "" ? path : `${path}.${where}`;
}
