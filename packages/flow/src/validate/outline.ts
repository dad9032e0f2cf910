import type { EdgeDefinition, FlowDefinition, NodeDefinition } from "../definition/definition.ts";
import { constantOf } from "./constant.ts";

/** A flow reduced to who leads to whom: nodes are their positions. Edges that lead nowhere are left out. */
export interface Outline {
  readonly nodes: readonly NodeDefinition[];
  readonly at: ReadonlyMap<string, number>;
  readonly entry: readonly number[];
  readonly out: readonly (readonly Way[])[];
  readonly into: readonly (readonly Way[])[];
  /** The edges of each node that may be taken, and those of them that may be taken together with others. */
  readonly live: readonly Leaving[];
  /** How many edges lead to a node, the beginning of the flow counted as one. */
  readonly incoming: readonly number[];
}

/** An edge between positions. */
export interface Way {
  readonly from: number;
  readonly to: number;
  readonly index: number;
  readonly edge: EdgeDefinition;
  /** Which list of its node's `Leaving` it is in. */
  role: "always" | "sometimes" | "otherwise" | "dead";
}

/** What may be taken after a node. */
export interface Leaving {
  /** Taken each time; at most one where a node splits by the first. */
  readonly always: readonly Way[];
  readonly sometimes: readonly Way[];
  /** Taken when none of `sometimes` is; never beside an `always`. */
  readonly otherwise: Way | null;
  /** One of them at most. */
  readonly first: boolean;
  /** Edges that are never taken, and why. */
  readonly dead: readonly { readonly way: Way; readonly why: string }[];
  /** The flow may end here. */
  readonly mayEnd: boolean;
}

/** Reads a flow's shape. */
export function outlineOf(definition: FlowDefinition): Outline {
  const { nodes } = definition;
  const at = new Map<string, number>();
  for (const [i, { id }] of nodes.entries()) if (!at.has(id)) at.set(id, i);
  const out: Way[][] = nodes.map(() => []);
  const into: Way[][] = nodes.map(() => []);
  const incoming = nodes.map(() => 0);
  for (const [index, edge] of definition.edges.entries()) {
    const from = at.get(edge.from);
    const to = at.get(edge.to);
    if (from === undefined || to === undefined) continue;
    const way: Way = { from, to, index, edge, role: "dead" };
    (out[from] as Way[]).push(way);
    (into[to] as Way[]).push(way);
    incoming[to] = (incoming[to] ?? 0) + 1;
  }
  const entry = definition.entry.flatMap((id) => at.get(id) ?? []);
  for (const node of entry) incoming[node] = (incoming[node] ?? 0) + 1;
  return { nodes, at, entry, out, into, incoming, live: nodes.map((node, i) => leaving(node, out[i] as Way[])) };
}

/** Every edge that may be taken. */
export function* ways({ always, sometimes, otherwise }: Leaving): Iterable<Way> {
  yield* always;
  yield* sometimes;
  if (otherwise) yield otherwise;
}

function leaving(node: NodeDefinition, out: readonly Way[]): Leaving {
  const ends = node.kind === "end" || (node.terminal !== undefined && constant(node.terminal) === true);
  if (ends) {
    const dead = out.map((way) => ({ way, why: `"${node.id}" always ends the flow` }));
    return { always: [], sometimes: [], otherwise: null, first: false, dead, mayEnd: true };
  }
  const always: Way[] = [];
  const sometimes: Way[] = [];
  const dead: { way: Way; why: string }[] = [];
  const first = node.split === "first";
  let otherwise: Way | null = null;
  for (const way of out) {
    // The last one wins, as when it runs.
    if (way.edge.otherwise) {
      if (otherwise) dead.push(bury(otherwise, "a node has one edge that is taken otherwise, the last"));
      otherwise = way;
      way.role = "otherwise";
      continue;
    }
    const holds = constantOf(way.edge.when);
    if (holds === false) dead.push({ way, why: "its condition never holds" });
    else if (first && always.length > 0) dead.push({ way, why: `an edge before it is always taken first` });
    else {
      way.role = holds ? "always" : "sometimes";
      (holds ? always : sometimes).push(way);
    }
  }
  if (otherwise && always.length > 0) {
    dead.push(bury(otherwise, "another edge is always taken"));
    otherwise = null;
  }
  const mayEnd = node.terminal !== undefined && constant(node.terminal) !== false;
  return { always, sometimes, otherwise, first, dead, mayEnd };
}

function bury(way: Way, why: string): { way: Way; why: string } {
  way.role = "dead";
  return { way, why };
}

function constant(terminal: NonNullable<NodeDefinition["terminal"]>): boolean | null {
  return terminal === true ? true : constantOf(terminal);
}
