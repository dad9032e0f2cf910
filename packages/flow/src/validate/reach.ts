import { type Outline, ways } from "./outline.ts";
import type { Report } from "./problem.ts";

/** Which nodes may run. */
export function reachable({ entry, live, nodes }: Outline): Uint8Array {
  const found = new Uint8Array(nodes.length);
  const open = [...entry];
  for (const node of entry) found[node] = 1;
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const leaving = live[node];
    if (!leaving) continue;
    for (const { to } of ways(leaving)) {
      if (found[to]) continue;
      found[to] = 1;
      open.push(to);
    }
  }
  return found;
}

/** Nodes that never run and edges that are never taken. Warnings: a flow that is being drawn has some. */
export function checkReach(outline: Outline, found: Uint8Array, report: Report): void {
  for (const [i, { id }] of outline.nodes.entries()) {
    if (found[i] || outline.at.get(id) !== i) continue;
    report(
      "unreachable",
      `nodes.${i}`,
      `no way leads to "${id}": it never runs; lead an edge to it, or remove it`,
      "warning",
    );
  }
  for (const { dead } of outline.live) {
    for (const { way, why } of dead) {
      const { from, to } = way.edge;
      report("dead-edge", `edges.${way.index}`, `the edge "${from}" → "${to}" is never taken: ${why}`, "warning");
    }
  }
}
