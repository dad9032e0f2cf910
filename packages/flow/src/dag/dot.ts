import type { DagStep } from "./step.ts";

const quote = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;

/** Graphviz source: steps as boxes, an edge from each to those that depend on it. */
export function dotOf(name: string, steps: readonly DagStep[]): string {
  const nodes = steps.map((step) => `  ${quote(step.name)} [shape=box, style=filled, fillcolor="#e8eef7"];`);
  const edges = steps.flatMap((step) =>
    (step.options.after ?? []).map((dep) => `  ${quote(dep)} -> ${quote(step.name)};`),
  );
  return [`digraph ${quote(name)} {`, "  rankdir=LR;", ...nodes, ...edges, "}", ""].join("\n");
}
