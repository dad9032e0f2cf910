import { ConditionError } from "../definition/errors.ts";
import type { FlowState } from "../definition/registry.ts";
import type { Frame, ProgramEdge, ProgramNode, Test, Token } from "./program.ts";

/** The one edge that is always taken: most nodes have it. */
export function onlyEdge(node: ProgramNode): ProgramEdge | null {
  const edge = node.edges[0];
  return edge !== undefined &&
    node.edges.length === 1 &&
    edge.when === null &&
    edge.threads === 1 &&
    node.otherwise === null
    ? edge
    : null;
}

/** The edges that are taken after a node, in declared order. */
export function edgesFrom(frame: Frame, node: ProgramNode, token: Token): readonly ProgramEdge[] {
  const { edges } = node;
  if (edges.length === 0) return node.otherwise ? [node.otherwise] : edges;
  const taken: ProgramEdge[] = [];
  const data = frame.program.state.passes ? withValue(token) : token.state;
  for (const edge of edges) {
    if (edge.when !== null && !asked(edge, data, frame)) continue;
    taken.push(edge);
    if (node.first) break;
  }
  if (taken.length === 0 && node.otherwise) taken.push(node.otherwise);
  return taken;
}

/** What conditions see where values are passed: the results by node, and under `value` what goes on. */
export function withValue(token: Token): FlowState {
  token.state.value = token.value;
  return token.state;
}

function asked(edge: ProgramEdge, data: FlowState, frame: Frame): boolean {
  try {
    return (edge.when as Test)(data, frame.facts);
  } catch (error) {
    throw new ConditionError(`the edge "${edge.from.id}" → "${edge.to.id}"`, error);
  }
}

/** Whether the flow may end after a node, and does. */
export function ended(frame: Frame, node: ProgramNode, token: Token): boolean {
  if (node.terminal === null) return false;
  try {
    return node.terminal(frame.program.state.passes ? withValue(token) : token.state, frame.facts);
  } catch (error) {
    throw new ConditionError(`the end at "${node.id}"`, error);
  }
}

/** How many must arrive before a node runs, where its join says a number. */
export function needOf(node: ProgramNode): number {
  if (typeof node.join !== "object") return 1;
  return "count" in node.join ? node.join.count : node.join.threads;
}
