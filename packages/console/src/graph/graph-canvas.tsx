import "@xyflow/react/dist/style.css";
import { Background, Controls, MarkerType, ReactFlow, ReactFlowProvider } from "@xyflow/react";
import { type CSSProperties, useMemo } from "react";
import { type DrawnNode, DrawnNodeBox, type GraphNode } from "./graph-node.tsx";
import { nodeSize, type Places, placeDrawing } from "./place-nodes.ts";
import { ShowNodes } from "./show-nodes.tsx";
import { type DrawnWay, WayLine } from "./way-line.tsx";

/** A way between two nodes. */
export interface GraphEdge {
  id: string;
  from: string;
  to: string;
  label: string | null;
  /** Only a hint, as where a drawing begins: it cannot be chosen. */
  faint?: boolean;
  /** What became of it: it was taken, or looked at and passed by. */
  state?: "taken" | "passed" | null;
}

export interface GraphCanvasProps {
  /** What is drawn, for screen readers; an outline beside it says the same. */
  label: string;
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
  /** The chosen node's or edge's id. */
  selected?: string | null;
  onSelect?: (id: string | null) => void;
  /** Lets ways be drawn from dot to dot. */
  onConnect?: (from: string, to: string) => void;
}

/** The library's own controls in the colours of the theme. */
export const canvasColours = {
  "--xy-controls-button-background-color": "var(--hp-raised)",
  "--xy-controls-button-background-color-hover": "var(--hp-hover)",
  "--xy-controls-button-color": "var(--hp-ink)",
  "--xy-controls-button-color-hover": "var(--hp-ink)",
  "--xy-controls-button-border-color": "var(--hp-line)",
  "--xy-background-color": "transparent",
} as CSSProperties;

const nodeTypes = { drawn: DrawnNodeBox };
const edgeTypes = { way: WayLine };

/** A drawing of nodes and ways, laid out by itself. Load it with the screen that needs it: it is a large library. */
export const GraphCanvas = (props: GraphCanvasProps) => (
  <ReactFlowProvider>
    <Canvas {...props} />
  </ReactFlowProvider>
);

function Canvas({ label, nodes, edges, selected = null, onSelect, onConnect }: GraphCanvasProps) {
  const shape = JSON.stringify([
    nodes.map(({ id }) => id),
    edges.map(({ id, from, to, label }) => [id, from, to, label]),
  ]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: places depend on the shape alone
  const places = useMemo(() => placeDrawing(nodes, edges), [shape]);
  const drawn = nodes.map(
    (one): DrawnNode => ({
      id: one.id,
      type: "drawn",
      position: places.nodes.get(one.id) ?? { x: 0, y: 0 },
      ...nodeSize,
      measured: nodeSize,
      data: { ...one, chosen: one.id === selected, connects: onConnect !== undefined },
      ariaLabel: `${one.title}: ${one.note}`,
    }),
  );
  return (
    <section aria-label={label} className="h-full min-h-0 w-full">
      <ReactFlow
        nodes={drawn}
        edges={edges.map((edge) => drawnEdge(edge, edge.id === selected, places))}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodeClick={(_, { id }) => onSelect?.(id)}
        onEdgeClick={(_, { id }) => onSelect?.(id)}
        onPaneClick={() => onSelect?.(null)}
        onConnect={({ source, target }) => onConnect?.(source, target)}
        minZoom={0.1}
        nodesDraggable={false}
        nodesConnectable={onConnect !== undefined}
        elementsSelectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        connectOnClick={false}
        deleteKeyCode={null}
        proOptions={{ hideAttribution: true }}
        style={canvasColours}
      >
        <Background color="var(--hp-line)" />
        <Controls showInteractive={false} />
        {/* Another number of nodes: somebody has added or removed one. */}
        <ShowNodes when={nodes.length} bounds={places.bounds} />
      </ReactFlow>
    </section>
  );
}

function drawnEdge(
  { id, from, to, label, faint = false, state = null }: GraphEdge,
  chosen: boolean,
  places: Places,
): DrawnWay {
  const colour = chosen ? "var(--hp-accent)" : state === "taken" ? "var(--hp-ok)" : "var(--hp-line-strong)";
  const { points = [], label: at = { x: 0, y: 0 } } = places.ways.get(id) ?? {};
  const dashed = faint || state === "passed";
  return {
    id,
    type: "way",
    source: from,
    target: to,
    ...(label === null ? {} : { label }),
    data: { points, at, chosen, faint },
    markerEnd: { type: MarkerType.ArrowClosed, color: colour, markerUnits: "userSpaceOnUse", width: 18, height: 18 },
    style: {
      stroke: colour,
      strokeWidth: chosen || state === "taken" ? 2.5 : 1.5,
      ...(dashed ? { strokeDasharray: "4 4" } : {}),
    },
  };
}
