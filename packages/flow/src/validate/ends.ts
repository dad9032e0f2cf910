import type { FlowDefinition, NodeDefinition, RepeatNode } from "../definition/definition.ts";
import { innerFlows } from "../definition/inner-flows.ts";
import { constantOf } from "./constant.ts";
import { type Leaving, type Outline, ways } from "./outline.ts";
import type { Report } from "./problem.ts";

/** Loops with no way out. `elsewhere`: somebody beside this flow may end the whole run, so nothing is certain. */
export function checkEnds(outline: Outline, found: Uint8Array, elsewhere: boolean, report: Report): void {
  const { nodes } = outline;
  const finishing = finishes(outline);
  const stuck = nodes.map((_, i) => found[i] === 1 && !finishing[i]);
  const stopped = elsewhere || nodes.some((node) => (node.cancels?.length ?? 0) > 0 || cancelsAtJoin(node));
  if (outline.entry.length > 0 && !stopped && nodes.every((_, i) => !found[i] || !finishing[i])) {
    const loop = loopsOf(outline, stuck)[0] ?? [];
    const message = `has no node at which it could end: ${wordsOf(loop, nodes)} has no way out; give an edge a condition, or mark a node as terminal`;
    report("no-end", "", message);
  } else {
    for (const loop of loopsOf(outline, stuck)) {
      const message = `the loop ${wordsOf(loop, nodes)} has no way out; give one of its edges a condition, or mark a node as terminal`;
      report("endless-loop", `nodes.${Math.min(...loop)}`, message, stopped ? "warning" : "error");
    }
  }
  for (const [i, node] of nodes.entries()) {
    if (node.kind !== "repeat" || !neverEnds(node) || elsewhere) continue;
    const message = `the loop "${node.id}" has no condition that could end it; give it until, while or doWhile`;
    report("endless-loop", `nodes.${i}`, message);
  }
}

const cancelsAtJoin = ({ join }: NodeDefinition): boolean =>
  typeof join === "object" && "count" in join && join.cancel === true;

function neverEnds({ while: before, until, doWhile }: RepeatNode): boolean {
  if (before === undefined && until === undefined && doWhile === undefined) return false;
  if (before !== undefined && constantOf(before) !== true) return false;
  if (until !== undefined && constantOf(until) !== false) return false;
  return doWhile === undefined || constantOf(doWhile) === true;
}

/** Whether a node can end the whole run. */
function hasEnd(node: NodeDefinition): boolean {
  return node.kind === "end" || innerFlows(node).some(({ flow }) => flowHasEnd(flow));
}

/** Whether any node of a flow can. */
export function flowHasEnd(flow: FlowDefinition): boolean {
  return flow.nodes.some(hasEnd);
}

/**
 * From which nodes a branch can come to an end: where it may stop, or where every branch it becomes can. Counted backwards from the
 * ends.
 */
function finishes({ nodes, live, into }: Outline): Uint8Array {
  const done = new Uint8Array(nodes.length);
  /** How many of the edges that are always taken are not known to come to an end. */
  const waiting = live.map(({ always }) => always.length);
  const open: number[] = [];
  const finish = (node: number): void => {
    if (done[node]) return;
    done[node] = 1;
    open.push(node);
  };
  for (const [i, leaving] of live.entries()) {
    const { milestone } = nodes[i] as NodeDefinition;
    if (leaving.mayEnd || mayStop(leaving) || milestone || hasEnd(nodes[i] as NodeDefinition)) finish(i);
  }
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const way of into[node] ?? []) {
      const leaving = live[way.from] as Leaving;
      if (way.role === "always") {
        const left = (waiting[way.from] as number) - 1;
        waiting[way.from] = left;
        if (leaving.first || left === 0) finish(way.from);
      } else if (way.role === "sometimes") {
        // Beside an edge that is always taken it makes nothing end that would not end without it.
        if (leaving.first || leaving.always.length === 0) finish(way.from);
      } else if (way.role === "otherwise") finish(way.from);
    }
  }
  return done;
}

/** Whether it can happen that no edge is taken. */
function mayStop({ always, otherwise }: Leaving): boolean {
  return always.length === 0 && otherwise === null;
}

/** The loops among these nodes: sets of nodes that lead to each other (Tarjan's algorithm, by hand because flows may be deep). */
function loopsOf({ live }: Outline, among: readonly boolean[]): number[][] {
  const order = new Map<number, number>();
  const low: number[] = [];
  const stack: number[] = [];
  const onStack = new Set<number>();
  const loops: number[][] = [];
  const way: { node: number; to: number[]; at: number }[] = [];
  const enter = (node: number): void => {
    low[node] = order.size;
    order.set(node, order.size);
    stack.push(node);
    onStack.add(node);
    way.push({ node, to: [...ways(live[node] as Leaving)].map((one) => one.to).filter((to) => among[to]), at: 0 });
  };
  for (const start of among.keys()) {
    if (!among[start] || order.has(start)) continue;
    enter(start);
    for (let here = way.at(-1); here; here = way.at(-1)) {
      const { node } = here;
      const to = here.to[here.at++];
      if (to === undefined) {
        way.pop();
        const parent = way.at(-1);
        if (parent) low[parent.node] = Math.min(low[parent.node] as number, low[node] as number);
        if (low[node] !== order.get(node)) continue;
        const loop = stack.splice(stack.indexOf(node));
        for (const one of loop) onStack.delete(one);
        if (loop.length > 1 || here.to.includes(node)) loops.push(loop);
      } else if (!order.has(to)) enter(to);
      else if (onStack.has(to)) low[node] = Math.min(low[node] as number, order.get(to) as number);
    }
  }
  return loops;
}

function wordsOf(loop: readonly number[], nodes: readonly NodeDefinition[]): string {
  const names = loop.map((i) => `"${nodes[i]?.id}"`);
  const shown = names.length > 6 ? [...names.slice(0, 5), "…"] : names;
  return [...shown, names[0]].join(" → ");
}
