import dagre from "@dagrejs/dagre";

export const nodeSize = { width: 208, height: 56 } as const;

/** Where nodes go: in layers from top to bottom. It depends on the nodes and edges alone, so that a state that changes moves nothing. */
export function placeNodes(
  nodes: readonly { id: string }[],
  edges: readonly { from: string; to: string; label: string | null }[],
): Map<string, { x: number; y: number }> {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "TB", nodesep: 36, ranksep: 48 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of nodes) graph.setNode(id, { ...nodeSize });
  const known = new Set(nodes.map(({ id }) => id));
  for (const { from, to, label } of edges) {
    // A label has a place of its own between the layers; some pixels for each letter.
    const size = label === null ? { width: 0, height: 0 } : { width: Math.min(label.length * 7, 260), height: 20 };
    if (known.has(from) && known.has(to)) graph.setEdge(from, to, { ...size, labelpos: "c" });
  }
  dagre.layout(graph);
  return new Map(
    nodes.map(({ id }) => {
      const { x, y } = graph.node(id);
      return [id, { x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 }];
    }),
  );
}
