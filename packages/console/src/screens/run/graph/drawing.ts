import type { RouteOutput } from "@holdpoint/client";
import type { Row } from "../journal/row.ts";
import type { RowBook } from "../journal/row-book.ts";
import { type Shown, shownOf } from "../journal/shown.ts";
import { nameOf } from "../row-look.tsx";

/** A node as it is drawn. */
export interface DrawnNode {
  id: string;
  title: string;
  kind: string;
  /** The steps in it, where it is a loop or a choice of a flow. */
  inside: readonly string[];
  shown: Shown;
  /** How often it ran. */
  times: number;
  /** The key of its newest run; null when it has not run. */
  key: string | null;
}

export interface DrawnEdge {
  from: string;
  to: string;
  label: string | null;
  /** Both ends have run. */
  taken: boolean;
}

export interface Drawing {
  nodes: DrawnNode[];
  edges: DrawnEdge[];
  /** How many nodes there are; more than are drawn when there are too many. */
  all: number;
}

/** More nodes than this make a drawing nobody reads. */
export const mostNodes = 300;

/** A flow as it is defined, with where each node stands in this run. */
export function drawFlow(graph: RouteOutput<"workflows.graph">, book: RowBook, ended: boolean): Drawing {
  const byName = new Map<string, Row[]>();
  for (const row of book.all()) {
    const id = row.children.length > 0 ? null : row.name;
    if (id !== null && id !== "") byName.set(id, [...(byName.get(id) ?? []), row]);
  }
  const nodes = graph.nodes.map(({ id, kind, title, inside }): DrawnNode => {
    // A flow's "map" is a function; a journal's is what runs for each of a list.
    const about = { id, kind: kind === "map" ? "code" : kind, title: title ?? id, inside };
    const rows = byName.get(id) ?? [];
    if (rows.length > 0 || inside.length === 0) return { ...about, ...stateOf(rows, ended) };
    return {
      ...about,
      ...insideState(
        inside.flatMap((one) => byName.get(one) ?? []),
        ended,
      ),
    };
  });
  markPassed(nodes, graph.edges, book.settled !== null && book.settled.outcome !== "error");
  const ran = new Set(nodes.filter(({ times }) => times > 0).map(({ id }) => id));
  const edges = graph.edges.map(({ from, to, when }) => ({
    from,
    to,
    label: when,
    taken: ran.has(from) && ran.has(to),
  }));
  return { nodes: nodes.slice(0, mostNodes), edges, all: nodes.length };
}

const stateOf = (rows: readonly Row[], ended: boolean): Pick<DrawnNode, "shown" | "times" | "key"> => {
  const last = rows.at(-1);
  return { shown: last ? shownOf(last, ended) : "idle", times: rows.length, key: last?.key ?? null };
};

/** A loop or a choice stands where its steps stand: what is under way counts before what is done. */
function insideState(rows: readonly Row[], ended: boolean): Pick<DrawnNode, "shown" | "times" | "key"> {
  const open = rows.filter(({ state }) => state === "open");
  const newest = (open.length > 0 ? open : rows).toSorted((a, b) => a.from - b.from);
  return { ...stateOf(newest, ended), times: Math.min(rows.length, 1) };
}

/** What only computes or chooses records nothing: it was passed where the one way to what ran leads over it, or at a good end of the flow. */
function markPassed(
  nodes: readonly DrawnNode[],
  edges: RouteOutput<"workflows.graph">["edges"],
  completed: boolean,
): void {
  const ends = nodes.filter(({ id }) => !edges.some(({ from }) => from === id));
  const passed = (node: DrawnNode): boolean =>
    (completed && ends.length === 1 && ends[0] === node) ||
    edges.some(({ from, to }) => {
      const only = edges.every((other) => other.to !== to || other.from === from);
      return from === node.id && only && nodes.some(({ id, shown }) => id === to && shown !== "idle");
    });
  for (const node of nodes.toReversed()) if (node.shown === "idle" && passed(node)) node.shown = "ok";
}

/** Nodes that something leads into, and those that lead on. */
interface Part {
  first: string[];
  last: string[];
}

/** What the run did as a drawing: one after the other, branches side by side, and what was repeated once with its count. */
export function drawJournal(book: RowBook, ended: boolean): Drawing {
  const nodes = new Map<string, DrawnNode>();
  const edges = new Map<string, DrawnEdge>();
  const join = (from: readonly string[], to: readonly string[]): void => {
    for (const a of from)
      for (const b of to)
        if (a !== b && edges.size < 4 * mostNodes)
          edges.set(`${a}\n${b}`, { from: a, to: b, label: null, taken: true });
  };
  const draw = (rows: readonly Row[], scope: string): Part => {
    let part = null as Part | null;
    for (const row of rows) {
      const next: Part = row.children.length > 0 ? sideBySide(row, scope) : single(row, scope);
      if (next.first.length === 0) continue;
      if (part) join(part.last, next.first);
      part = { first: part?.first ?? next.first, last: next.last };
    }
    return part ?? { first: [], last: [] };
  };
  const single = (row: Row, scope: string): Part => {
    const id = `${scope}${row.kind}:${row.name}`;
    const before = nodes.get(id);
    const shown = shownOf(row, ended);
    nodes.set(id, {
      ...{ id, kind: row.kind, inside: [], title: nameOf({ ...row, n: 1 }), key: row.key },
      ...{
        times: (before?.times ?? 0) + 1,
        shown: before && shown === "ok" && before.shown !== "ok" ? before.shown : shown,
      },
    });
    return { first: [id], last: [id] };
  };
  const sideBySide = (row: Row, scope: string): Part => {
    const inside = `${scope}${row.kind}/`;
    const branches = row.children.every(({ kind }) => kind === "branch")
      ? // Branches of a "for each" are alike: they are one way with a count.
        row.children.map((branch) => draw(branch.children, row.kind === "map" ? inside : `${inside}${branch.name}/`))
      : [draw(row.children, inside)];
    return {
      first: [...new Set(branches.flatMap(({ first }) => first))],
      last: [...new Set(branches.flatMap(({ last }) => last))],
    };
  };
  draw(book.top, "");
  const all = [...nodes.values()];
  const kept = new Set(all.slice(0, mostNodes).map(({ id }) => id));
  return {
    nodes: all.slice(0, mostNodes),
    edges: [...edges.values()].filter(({ from, to }) => kept.has(from) && kept.has(to)),
    all: all.length,
  };
}
