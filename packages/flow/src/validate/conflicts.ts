import type { FlowDefinition, Join } from "../definition/definition.ts";
import { type Outline, ways } from "./outline.ts";
import type { Report } from "./problem.ts";
import { Together } from "./together.ts";

/** Keys without a merge rule that branches at work at the same time declare in their `outputs`. */
export function checkConflicts(definition: FlowDefinition, outline: Outline, found: Uint8Array, report: Report): void {
  const { data } = definition;
  if (data?.kind !== "state" || data.anyKey !== undefined) return;
  const writers = new Map<string, number[]>();
  for (const [i, { outputs = [] }] of outline.nodes.entries()) {
    if (!found[i]) continue;
    for (const key of outputs) {
      if (key === "output" || Object.hasOwn(data.rules ?? {}, key)) continue;
      const nodes = writers.get(key);
      if (nodes) nodes.push(i);
      else writers.set(key, [i]);
    }
  }
  const enough = runsOftener(outline) ? 1 : 2;
  const contested = [...writers].filter(([, nodes]) => nodes.length >= enough);
  if (contested.length === 0) return;
  const together = new Together(outline, found, new Set(contested.flatMap(([, nodes]) => nodes)));
  const loose = [...outline.nodes.keys()].filter((i) => leavesSomeOut(outline.nodes[i]?.join));
  for (const [key, nodes] of contested) {
    const clash = firstClash(nodes, together, loose);
    if (!clash) continue;
    const [one, other] = clash.pair.map((i) => `"${outline.nodes[i]?.id}"`);
    const whom =
      one === other
        ? `several branches run ${one}, which writes`
        : `${one} and ${other} may run side by side, and both write`;
    const message = `${whom} "${key}"; give "${key}" a merge rule (data.rules), or let one of them write another key`;
    report("state-conflict", `nodes.${clash.pair[1]}.outputs`, message, clash.sure ? "error" : "warning");
  }
}

/** Whether one node may run in several branches at once. */
const runsOftener = ({ live, nodes }: Outline): boolean =>
  live.some((leaving) => [...ways(leaving)].some(({ edge }) => (edge.threads ?? 1) > 1)) ||
  nodes.some(({ join }) => join === "any" || (typeof join === "object" && "threads" in join));

/** Whether what some branches wrote is left out where they meet: then writing the same key need not be a conflict. */
const leavesSomeOut = (join: Join | undefined): boolean =>
  join === "first" || (typeof join === "object" && "count" in join);

function firstClash(
  nodes: readonly number[],
  together: Together,
  loose: readonly number[],
): { pair: [number, number]; sure: boolean } | null {
  let unsure: [number, number] | null = null;
  for (const [i, one] of nodes.entries()) {
    for (let k = i; k < nodes.length; k++) {
      const other = nodes[k] as number;
      const how = together.of(one, other);
      if (how === null) continue;
      if (how === "sure" && !together.meetAt(one, other, loose)) return { pair: [one, other], sure: true };
      unsure ??= [one, other];
    }
  }
  return unsure && { pair: unsure, sure: false };
}
