import dagre from "@dagrejs/dagre";
import type { Drawing } from "./drawing.ts";

export const nodeSize = { width: 208, height: 56 } as const;

/** Where nodes go: in layers from top to bottom. What is placed depends on the nodes and edges alone, so a state that changes moves nothing. */
export function placeNodes({ nodes, edges }: Pick<Drawing, "nodes" | "edges">): Map<string, { x: number; y: number }> {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "TB", nodesep: 28, ranksep: 44 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of nodes) graph.setNode(id, { ...nodeSize });
  const known = new Set(nodes.map(({ id }) => id));
  for (const { from, to } of edges) if (known.has(from) && known.has(to)) graph.setEdge(from, to);
  dagre.layout(graph);
  return new Map(
    nodes.map(({ id }) => {
      const { x, y } = graph.node(id);
      return [id, { x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 }];
    }),
  );
}
