import { dotText } from "../draw/dot-text.ts";
import type { DagStep } from "./step.ts";

/** Graphviz source: steps as boxes, an edge from each to those that depend on it. */
export function dotOf(name: string, steps: readonly DagStep[]): string {
  const nodes = steps.map((step) => `  ${dotText(step.name)} [shape=box, style=filled, fillcolor="#e8eef7"];`);
  const edges = steps.flatMap((step) =>
    (step.options.after ?? []).map((dep) => `  ${dotText(dep)} -> ${dotText(step.name)};`),
  );
  return [`digraph ${dotText(name)} {`, "  rankdir=LR;", ...nodes, ...edges, "}", ""].join("\n");
}
