import { useQuery } from "@tanstack/react-query";
import { SquareCode } from "lucide-react";
import { api } from "../../data/api.ts";
import { GraphCanvas } from "../../graph/graph-canvas.tsx";
import type { GraphNode } from "../../graph/graph-node.tsx";
import { Empty, Failure, Loading } from "../../ui/states.tsx";
import { copy } from "./copy.ts";

const words = copy.graph;

/** The workflow as a drawing, with the same in words below it. */
export function GraphTab({ workflow, version }: { workflow: string; version: number }) {
  const found = useQuery(api("workflows.graph", { workflow, version }));
  if (found.isPending) return <Loading />;
  if (!found.data) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const { source, nodes, edges, entry } = found.data;
  if (source === "code")
    return (
      <Empty title={words.code} icon={<SquareCode size={20} aria-hidden="true" />}>
        {words.codeNote}
      </Empty>
    );
  const titles = new Map(nodes.map(({ id, title }) => [id, title ?? id]));
  const drawn = nodes.map(
    ({ id, kind, title, inside }): GraphNode => ({
      id,
      title: title ?? id,
      note: inside.length > 0 ? `${kind}: ${inside.join(", ")}` : kind,
      look: kind === "hold" ? "human" : kind === "end" ? "end" : "work",
    }),
  );
  const begin: GraphNode = { id: "\u0000start", title: words.start, note: words.startNote, look: "start" };
  return (
    <div className="grid gap-4">
      <div className="h-[28rem] overflow-hidden rounded-lg border border-line bg-ground">
        <GraphCanvas
          label={words.label(workflow)}
          nodes={[begin, ...drawn]}
          edges={[
            ...entry.map((to) => ({ id: `start ${to}`, from: begin.id, to, label: null, faint: true })),
            ...edges.map(({ from, to, when }, n) => ({ id: `${n}`, from, to, label: when })),
          ]}
        />
      </div>
      <details className="rounded-lg border border-line bg-surface px-4 py-2">
        <summary className="text-sm font-medium">{words.outline}</summary>
        <ul className="mt-2 grid gap-1 pb-1 text-sm">
          {nodes.map(({ id, kind, title, inside }) => (
            <li key={id} className="wrap-anywhere">
              <span className="font-medium">{title ?? id}</span> <span className="text-muted">{kind}</span>
              {inside.length > 0 && <span className="block pl-4 text-muted">{words.inside(inside.join(", "))}</span>}
              {edges
                .filter(({ from }) => from === id)
                .map(({ to, when }) => (
                  <span key={`${to} ${when}`} className="block pl-4 text-muted">
                    {words.to} {titles.get(to) ?? to}
                    {when === null ? "" : `: ${when}`}
                  </span>
                ))}
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}
