import dagre from "@dagrejs/dagre";

export const nodeSize = { width: 208, height: 56 } as const;

/** A place on the drawing, in pixels. */
export interface Place {
  x: number;
  y: number;
}

/** Where a drawing's nodes stand, and where its ways go: through which places, and where the words on them are. */
export interface Places {
  nodes: Map<string, Place>;
  ways: Map<string, { points: readonly Place[]; label: Place }>;
  /** What all of it takes, words included. */
  bounds: Place & { width: number; height: number };
}

/** Some pixels for each letter of a label, and room for two short lines where it is long. */
export const labelSize = (label: string): { width: number; height: number } => ({
  width: Math.min(label.length * 6.5 + 12, 240),
  height: 22,
});

/** Where nodes go, for a drawing whose ways the library draws; see `placeDrawing`. */
export const placeNodes = (
  nodes: readonly { id: string }[],
  edges: readonly { from: string; to: string; label: string | null }[],
): Map<string, Place> =>
  placeDrawing(
    nodes,
    edges.map((edge, n) => ({ ...edge, id: String(n) })),
  ).nodes;

/** Where everything goes: in layers from top to bottom. It depends on the nodes and edges alone, so that a state that changes moves nothing. */
export function placeDrawing(
  nodes: readonly { id: string }[],
  edges: readonly { id: string; from: string; to: string; label: string | null }[],
): Places {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 44, ranksep: 44, edgesep: 28 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of nodes) graph.setNode(id, { ...nodeSize });
  const known = new Set(nodes.map(({ id }) => id));
  const drawn = edges.filter(({ from, to }) => known.has(from) && known.has(to));
  for (const { id, from, to, label } of drawn) {
    // A label has a place of its own between the layers.
    const size = label === null ? { width: 0, height: 0 } : labelSize(label);
    graph.setEdge(from, to, { ...size, labelpos: "c" }, id);
  }
  dagre.layout(graph);
  const places: Places = { nodes: new Map(), ways: new Map(), bounds: { x: 0, y: 0, width: 1, height: 1 } };
  for (const { id } of nodes) {
    const { x, y } = graph.node(id);
    places.nodes.set(id, { x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 });
  }
  for (const { id, from, to } of drawn) {
    const { points = [], x, y } = graph.edge(from, to, id) as { points?: Place[]; x?: number; y?: number };
    const middle = points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
    places.ways.set(id, { points, label: { x: x ?? middle.x, y: y ?? middle.y } });
  }
  const corners = [
    ...[...places.nodes.values()].flatMap(({ x, y }) => [
      { x, y },
      { x: x + nodeSize.width, y: y + nodeSize.height },
    ]),
    ...drawn.flatMap(({ id, label }) => {
      const at = places.ways.get(id)?.label;
      if (label === null || !at) return [];
      const { width } = labelSize(label);
      return [
        { x: at.x - width / 2, y: at.y },
        { x: at.x + width / 2, y: at.y },
      ];
    }),
  ];
  if (corners.length === 0) return places;
  const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  places.bounds = { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
  return places;
}
