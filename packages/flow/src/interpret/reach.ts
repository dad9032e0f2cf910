import type { ProgramNode } from "./program.ts";

/** The nodes from which `target` can be reached without passing it, itself left out. */
export function nodesBefore(target: ProgramNode, nodes: readonly ProgramNode[]): ReadonlySet<ProgramNode> {
  const into = new Map<ProgramNode, ProgramNode[]>();
  for (const node of nodes) {
    for (const { to } of outgoing(node)) {
      const sources = into.get(to);
      if (sources) sources.push(node);
      else into.set(to, [node]);
    }
  }
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
