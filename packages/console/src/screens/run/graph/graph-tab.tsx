import "@xyflow/react/dist/style.css";
import type { RouteOutput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import {
  Background,
  Controls,
  type Edge,
  MarkerType,
  type NodeMouseHandler,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import { Crosshair, List, Maximize, Network } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { api } from "../../../data/api.ts";
import { canvasColours } from "../../../graph/graph-canvas.tsx";
import { nodeSize, placeNodes } from "../../../graph/place-nodes.ts";
import { ShowNodes } from "../../../graph/show-nodes.tsx";
import { Button } from "../../../ui/button.tsx";
import { useShortcut } from "../../../ui/shortcuts.tsx";
import { Empty, Loading } from "../../../ui/states.tsx";
import { copy } from "../copy.ts";
import type { JournalState } from "../journal/journal-feed.ts";
import { type Drawing, drawFlow, drawJournal, mostNodes } from "./drawing.ts";
import { GraphNode, type GraphNodeType } from "./graph-node.tsx";
import { NodeTree } from "./node-tree.tsx";

const words = copy.graph;
const nodeTypes = { run: GraphNode };
interface GraphTabProps {
  run: RouteOutput<"runs.show">;
  journal: JournalState;
  ended: boolean;
  selected: string | null;
  onSelect: (key: string | null) => void;
}

/** The run as a graph: a flow as it is defined, code as what it did. The list beside it says the same in words. */
export function GraphTab({ run, journal, ended, selected, onSelect }: GraphTabProps) {
  const { book, revision, loaded } = journal;
  const [asTree, setAsTree] = useState(false);
  const [follow, setFollow] = useState(false);
  const defined = useQuery({
    ...api("workflows.graph", { workflow: run.workflow, version: run.version }),
    // A server without the code has no definition: what the run did is drawn then.
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const flow = defined.data?.source === "flow" ? defined.data : null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the book is one object; its revision says that it has changed
  const drawing = useMemo(
    () => (flow ? drawFlow(flow, book, ended) : drawJournal(book, ended)),
    [flow, book, revision, ended],
  );
  useShortcut({ id: "run.follow", label: words.follow, group: copy.group, keys: "f" }, () => setFollow((was) => !was));
  if (defined.isPending || (!loaded && book.events.length === 0)) return <Loading />;
  if (drawing.nodes.length === 0) return <Empty title={words.empty} />;
  const Picture = asTree ? Network : List;
  return (
    <ReactFlowProvider>
      <div className="flex min-h-0 grow flex-col">
        <div className="flex flex-wrap items-center gap-2 px-3 py-1.5 text-sm text-muted">
          {flow === null && <span>{words.fromCode}</span>}
          {drawing.all > mostNodes && <span>{words.tooLarge(mostNodes)}</span>}
          <span className="ml-auto flex gap-1">
            {!asTree && (
              <>
                <WholeButton />
                <Button
                  size="sm"
                  look="quiet"
                  aria-pressed={follow}
                  shortcut="f"
                  onClick={() => setFollow(!follow)}
                  className="aria-pressed:bg-accent-soft aria-pressed:text-accent-text"
                >
                  <Crosshair size={14} aria-hidden="true" />
                  {words.follow}
                </Button>
              </>
            )}
            <Button
              size="sm"
              look="quiet"
              icon={<Picture size={14} aria-hidden="true" />}
              onClick={() => setAsTree(!asTree)}
            >
              {asTree ? words.asGraph : words.asTree}
            </Button>
          </span>
        </div>
        {asTree ? (
          <NodeTree drawing={drawing} selected={selected} onSelect={onSelect} />
        ) : (
          <Canvas {...{ drawing, selected, follow, onSelect }} />
        )}
      </div>
    </ReactFlowProvider>
  );
}

function WholeButton() {
  const { fitView } = useReactFlow();
  return (
    <Button
      size="sm"
      look="quiet"
      icon={<Maximize size={14} aria-hidden="true" />}
      onClick={() => void fitView({ padding: 0.15 })}
    >
      {words.whole}
    </Button>
  );
}

function Canvas({
  drawing,
  selected,
  follow,
  onSelect,
}: { drawing: Drawing; follow: boolean } & Pick<GraphTabProps, "selected" | "onSelect">) {
  const { setCenter } = useReactFlow();
  const shape = JSON.stringify([
    drawing.nodes.map(({ id }) => id),
    drawing.edges.map(({ from, to, label }) => [from, to, label]),
  ]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: places depend on the shape alone
  const places = useMemo(() => placeNodes(drawing.nodes, drawing.edges), [shape]);
  const nodes = drawing.nodes.map(
    (one): GraphNodeType => ({
      id: one.id,
      type: "run",
      position: places.get(one.id) ?? { x: 0, y: 0 },
      ...nodeSize,
      measured: nodeSize,
      data: { ...one, chosen: one.key !== null && one.key === selected },
      ariaLabel: `${one.title}: ${copy.states[one.shown]}`,
    }),
  );
  const edges = drawing.edges.map(
    ({ from, to, label, taken }): Edge => ({
      id: `${from}\n${to}\n${label ?? ""}`,
      source: from,
      target: to,
      ...(label === null ? {} : { label }),
      markerEnd: { type: MarkerType.ArrowClosed, color: "var(--hp-line-strong)" },
      style: { stroke: "var(--hp-line-strong)", strokeWidth: taken ? 2 : 1, strokeDasharray: taken ? "" : "4 4" },
      labelStyle: { fill: "var(--hp-muted)", fontSize: 12 },
      labelBgStyle: { fill: "var(--hp-ground)" },
      focusable: false,
    }),
  );
  const alive = drawing.nodes.findLast(
    ({ shown }) => shown === "open" || shown === "person" || shown === "waits" || shown === "retry",
  )?.id;
  // The camera moves only for who asked it to.
  useEffect(() => {
    const place = follow && alive !== undefined ? places.get(alive) : undefined;
    if (place) void setCenter(place.x + nodeSize.width / 2, place.y + nodeSize.height / 2, { zoom: 1 });
  }, [follow, alive, places, setCenter]);
  const choose: NodeMouseHandler<GraphNodeType> = (_, { data }) => data.key !== null && onSelect(data.key);
  return (
    <section aria-label={words.label} className="min-h-0 grow border-t border-line">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        onNodeClick={choose}
        minZoom={0.05}
        nodesDraggable={false}
        nodesConnectable={false}
        elementsSelectable={false}
        nodesFocusable={false}
        deleteKeyCode={null}
        style={canvasColours}
        proOptions={{ hideAttribution: true }}
      >
        <Background color="var(--hp-line)" />
        <Controls showInteractive={false} showFitView={false} />
        <ShowNodes />
      </ReactFlow>
    </section>
  );
}
