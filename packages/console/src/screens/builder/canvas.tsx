import { GraphCanvas, type GraphEdge } from "../../graph/graph-canvas.tsx";
import type { GraphNode } from "../../graph/graph-node.tsx";
import { wayText } from "./condition-text.ts";
import { copy } from "./copy.ts";
import { connect } from "./document/edits.ts";
import { ends, type ShownPipeline } from "./document/pipeline.ts";
import { stateOf, wayState } from "./dry-run/states.ts";
import type { Report } from "./dry-run/use-dry-run.ts";
import { type Builder, partOf, type Remark } from "./use-builder.ts";

const words = copy.canvas;
const startId = "start";

/** The pipeline as a drawing: click chooses, a way is drawn from dot to dot. */
export function Canvas({ builder, report }: { builder: Builder; report: Report | null }) {
  const { shown, selection, select, edit, editable, remarks } = builder;
  const { nodes, edges } = drawingOf(shown, remarks, report);
  const idOf = (node: string): string => nodeNames(shown).get(node) ?? "";
  return (
    <GraphCanvas
      label={words.label}
      nodes={nodes}
      edges={edges}
      selected={partOf(selection).join()}
      onSelect={(id) => select(id === null || id === startId ? [] : pathOf(id))}
      {...(editable && {
        onConnect: (from: string, to: string) => {
          if (idOf(from) === "" || idOf(to) === "") return;
          const { paths } = listsOf(shown);
          edit(connect(idOf(from), idOf(to)));
          select(["flow", paths.list, paths.count]);
        },
      })}
    />
  );
}

/** Where a new way will stand. */
function listsOf({ ways }: ShownPipeline): { paths: { list: string; count: number } } {
  const list = String(ways.find(({ path }) => path[1] === "paths")?.path[1] ?? ways[0]?.path[1] ?? "paths");
  return { paths: { list, count: ways.filter(({ path }) => path[1] === list).length } };
}

/** Ids of steps and ends by the ids of their nodes. */
function nodeNames({ steps }: ShownPipeline): Map<string, string> {
  return new Map([
    ...steps.map(({ path, id }) => [path.join(), id] as const),
    ...ends.map((end) => [`end:${end}`, end] as const),
  ]);
}

const pathOf = (id: string): (string | number)[] =>
  id.startsWith("end:") ? [] : id.split(",").map((part) => (/^\d+$/.test(part) ? Number(part) : part));

function drawingOf(
  shown: ShownPipeline,
  remarks: readonly Remark[],
  report: Report | null,
): { nodes: GraphNode[]; edges: GraphEdge[] } {
  const { steps, ways, starts } = shown;
  if (steps.length === 0) return { nodes: [], edges: [] };
  const problems = new Map(
    remarks.filter(({ kind }) => kind === "problem").map(({ path, message }) => [partOf(path).join(), message]),
  );
  const byId = new Map(steps.toReversed().map(({ id, path }) => [id, path.join()]));
  // An end is always there to lead to.
  const usedEnds = ends.filter((end) => end === "end" || ways.some(({ to }) => to === end));
  const nodes: GraphNode[] = [
    { id: startId, title: words.start, note: words.startNote, look: "start" },
    ...steps.map(
      ({ path, title, id, asks, code, index }): GraphNode => ({
        id: path.join(),
        title: title || words.unnamed(index),
        note: asks ? copy.kinds[asks] : (code ?? id),
        look: asks ? "human" : "work",
        problem: problems.get(path.join()) ?? null,
        state: stateOf(report, id),
      }),
    ),
    ...usedEnds.map(
      (end): GraphNode => ({
        id: `end:${end}`,
        title: words.ends[end] ?? end,
        note: words.endsNote,
        look: "end",
      }),
    ),
  ];
  const edges = ways.flatMap((way): GraphEdge[] => {
    const from = byId.get(way.from);
    const to = byId.get(way.to) ?? (ends.includes(way.to as (typeof ends)[number]) ? `end:${way.to}` : undefined);
    return from === undefined || to === undefined
      ? []
      : [{ id: way.path.join(), from, to, label: wayText(way), state: wayState(report, way.path) }];
  });
  const begins = starts.flatMap((id): GraphEdge[] => {
    const to = byId.get(id);
    return to === undefined ? [] : [{ id: `begin:${to}`, from: startId, to, label: null, faint: true }];
  });
  return { nodes, edges: [...begins, ...edges] };
}
