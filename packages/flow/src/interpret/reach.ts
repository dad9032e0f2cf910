import type { ProgramNode } from "./program.ts";

/** Who leads to each node. */
export type EdgesInto = ReadonlyMap<ProgramNode, readonly ProgramNode[]>;

/** Collects who leads to each node. */
export function edgesInto(nodes: readonly ProgramNode[]): EdgesInto {
  const into = new Map<ProgramNode, ProgramNode[]>();
  for (const node of nodes) {
    for (const { to } of outgoing(node)) {
      const sources = into.get(to);
      if (sources) sources.push(node);
      else into.set(to, [node]);
    }
  }
  return into;
}

/**
 * The nodes from which `target` can be reached without passing it, itself left out. Found out when it is first asked: a flow of a
 * thousand nodes has hundreds of joins, and most are never waited at.
 */
export class NodesBefore {
  private readonly target: ProgramNode;
  private readonly into: EdgesInto;
  private found: ReadonlySet<ProgramNode> | null = null;

  constructor(target: ProgramNode, into: EdgesInto) {
    this.target = target;
    this.into = into;
  }

  get all(): ReadonlySet<ProgramNode> {
    this.found ??= nodesBefore(this.target, this.into);
    return this.found;
  }

  has(node: ProgramNode): boolean {
    return this.all.has(node);
  }
}

function nodesBefore(target: ProgramNode, into: EdgesInto): ReadonlySet<ProgramNode> {
  const found = new Set<ProgramNode>();
  const open = [target];
  for (let node = open.pop(); node; node = open.pop()) {
    for (const source of into.get(node) ?? []) {
      if (source === target || found.has(source)) continue;
      found.add(source);
      open.push(source);
    }
  }
  return found;
}

/** All edges that may be taken after a node. */
export function outgoing(node: ProgramNode): readonly { to: ProgramNode }[] {
  return node.otherwise ? [...node.edges, node.otherwise] : node.edges;
}

/** Notes the nodes that a way back leads to: those that are met again on the way from the entry to themselves. */
export function markLoopHeads(entry: readonly ProgramNode[]): void {
  const done = new Set<ProgramNode>();
  const onWay = new Set<ProgramNode>();
  // By hand, not by recursion: a flow may be a thousand nodes deep.
  const way: { node: ProgramNode; next: readonly { to: ProgramNode }[]; at: number }[] = [];
  const enter = (node: ProgramNode): void => {
    onWay.add(node);
    way.push({ node, next: outgoing(node), at: 0 });
  };
  for (const start of entry) {
    if (!done.has(start)) enter(start);
    for (let here = way.at(-1); here; here = way.at(-1)) {
      const to = here.next[here.at++]?.to;
      if (to === undefined) {
        way.pop();
        onWay.delete(here.node);
        done.add(here.node);
      } else if (onWay.has(to)) to.loopHead = true;
      else if (!done.has(to)) enter(to);
    }
  }
}
