import type { Join } from "../definition/definition.ts";
import { type Leaving, type Outline, type Way, ways } from "./outline.ts";
import { postOrder } from "./post-order.ts";
import type { Report } from "./problem.ts";

/** Joins that wait for more branches than can ever arrive. */
export function checkJoins(outline: Outline, report: Report): void {
  for (const [i, { id, join }] of outline.nodes.entries()) {
    const need = needOf(join);
    if (need < 2) continue;
    const where = `nodes.${i}.join`;
    const incoming = outline.incoming[i] ?? 0;
    const byEdges = typeof join === "object" && "count" in join;
    if (byEdges && need > incoming) {
      report("impossible-join", where, `"${id}" waits for ${need} branches, but ${edges(incoming)} to it`);
      continue;
    }
    const most = mostArrivals(outline, i);
    if (most >= need) continue;
    const message = `"${id}" waits for ${need} branches, but at most ${most} can arrive in one run; lower its join, or let more branches come to it`;
    report("impossible-join", where, message);
  }
  for (const [i, node] of outline.nodes.entries()) {
    if (node.kind !== "parallel" || node.need === undefined) continue;
    const size = Object.keys(node.branches).length;
    if (node.need <= size) continue;
    report("impossible-join", `nodes.${i}.need`, `"${node.id}" needs ${node.need} results, and has ${size} branches`);
  }
}

function needOf(join: Join | undefined): number {
  if (typeof join !== "object") return 1;
  return "count" in join ? join.count : join.threads;
}

const edges = (count: number): string => (count === 1 ? "1 edge leads" : `${count} edges lead`);

/**
 * How many branches can arrive at a node at most. Counted backwards: how many of them one branch can become. Where there is a loop,
 * any number.
 */
function mostArrivals({ live, entry }: Outline, target: number): number {
  const next = (node: number): number[] => [...ways(live[node] as Leaving)].map(({ to }) => to);
  const { order, loops } = postOrder(entry, (node) => (node === target ? [] : next(node)));
  if (loops || postOrder(next(target), next).order.includes(target)) return Number.POSITIVE_INFINITY;
  const most = new Map<number, number>();
  for (const node of order) most.set(node, node === target ? 1 : becomes(live[node] as Leaving, most));
  return entry.reduce((sum, node) => sum + (most.get(node) ?? 0), 0);
}

function becomes({ always, sometimes, otherwise, first }: Leaving, most: ReadonlyMap<number, number>): number {
  const by = ({ to, edge }: Way): number => (most.get(to) ?? 0) * (edge.threads ?? 1);
  const all = [...always, ...sometimes].map(by);
  const taken = first ? Math.max(0, ...all) : all.reduce((sum, one) => sum + one, 0);
  return Math.max(taken, otherwise ? by(otherwise) : 0);
}
