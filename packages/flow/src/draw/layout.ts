import type { Picture, PictureEdge, PictureNode } from "./picture.ts";
import { widthOf, wrapped } from "./svg-text.ts";

/** A point, in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A drawing with a place for everything; places are measured from its upper left corner. */
export interface Placed {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

/** A node with its place. */
export interface PlacedNode extends Point {
  readonly node: PictureNode;
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
  /** The flows inside, with the place of each in the node. */
  readonly inside: readonly { readonly at: Point; readonly drawing: Placed }[];
}

/** An edge with its way, and the place of its text's middle. */
export interface PlacedEdge {
  readonly edge: PictureEdge;
  readonly points: readonly Point[];
  readonly lines: readonly string[];
  readonly label: Point | null;
}

/** In pixels. */
export const fontSize = 13;
export const lineHeight = 17;
const margin = 12;

type Dagre = typeof import("@dagrejs/dagre");

/**
 * Gives everything its place (a layered drawing after Sugiyama, by dagre). A node with flows inside is as large as they are: each
 * is laid out by itself, because dagre cannot lead edges to a frame.
 */
export function layout(picture: Picture, dagre: Dagre): Placed {
  const graph = new dagre.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 34, ranksep: 42, edgesep: 16, marginx: margin, marginy: margin });
  graph.setDefaultEdgeLabel(() => ({}));
  const sized = picture.nodes.map((node) => sizeOf(node, dagre));
  const texts = picture.edges.map(({ text }) => (text === "" ? [] : wrapped(text, 20)));
  const room = roomForLoops(picture, texts);
  for (const { node, width, height } of sized) {
    graph.setNode(node.key, { width: width + 2 * (room.get(node.key) ?? 0), height });
  }
  for (const [i, { from, to }] of picture.edges.entries()) {
    if (from === to) continue;
    const lines = texts[i] as string[];
    const size = { width: textWidth(lines) + 8, height: lines.length * lineHeight, labelpos: "c" as const };
    graph.setEdge(from, to, lines.length > 0 ? size : {}, String(i));
  }
  dagre.layout(graph);
  const nodes = sized.map((one): PlacedNode => {
    const { x = 0, y = 0 } = graph.node(one.node.key) as Partial<Point>;
    return { ...one, x: x - one.width / 2, y: y - one.height / 2 };
  });
  const byKey = new Map(nodes.map((one) => [one.node.key, one]));
  const edges = picture.edges.map((edge, i): PlacedEdge => {
    if (edge.from === edge.to) return loopAt(byKey.get(edge.from) as PlacedNode, edge, texts[i] as string[]);
    const { points = [], x, y } = graph.edge(edge.from, edge.to, String(i)) as { points?: Point[] } & Partial<Point>;
    const lines = texts[i] as string[];
    const label = lines.length > 0 && x !== undefined && y !== undefined ? { x, y } : null;
    return { edge, points, lines, label };
  });
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const titled = picture.title === "" ? 0 : textWidth([picture.title]) + 2 * margin;
  return { title: picture.title, width: Math.max(width, titled), height, nodes, edges };
}

function sizeOf(node: PictureNode, dagre: Dagre): Omit<PlacedNode, "x" | "y"> {
  const lines = node.lines.flatMap((line) => wrapped(line, 22));
  const text = { width: textWidth(lines), height: lines.length * lineHeight };
  if (node.inside.length === 0) {
    const side = Math.max(text.width, text.height) + 20;
    if (node.look === "start" || node.look === "end") return { node, lines, width: side, height: side, inside: [] };
    const slack = node.look === "gate" ? 2.2 : 1;
    return { node, lines, width: text.width * slack + 28, height: text.height * slack + 18, inside: [] };
  }
  let x = margin;
  let height = 0;
  const inside = node.inside.map((picture) => {
    const drawing = layout(picture, dagre);
    const top = text.height + margin + (picture.title === "" ? 0 : lineHeight);
    const at = { x, y: top };
    x += drawing.width + margin;
    height = Math.max(height, top + drawing.height + margin);
    return { at, drawing };
  });
  return { node, lines, width: Math.max(x, text.width + 2 * margin), height, inside };
}

const loopWidth = 22;

/** How much room the edges that lead back to their own node take, right of it (and left, so that it stays in the middle). */
function roomForLoops({ edges }: Picture, texts: readonly (readonly string[])[]): Map<string, number> {
  const room = new Map<string, number>();
  for (const [i, { from, to }] of edges.entries()) {
    if (from !== to) continue;
    room.set(from, Math.max(room.get(from) ?? 0, loopWidth + 6 + textWidth(texts[i] as string[])));
  }
  return room;
}

/** An edge that leads back to its own node: out at its right side, and in again. */
function loopAt({ x, y, width, height }: PlacedNode, edge: PictureEdge, lines: readonly string[]): PlacedEdge {
  const right = x + width;
  const [above, below] = [y + height * 0.3, y + height * 0.7];
  const points = [
    { x: right, y: above },
    { x: right + loopWidth, y: above },
    { x: right + loopWidth, y: below },
    { x: right, y: below },
  ];
  const label = { x: right + loopWidth + 5 + textWidth(lines) / 2, y: y + height / 2 };
  return { edge, points, lines, label: lines.length > 0 ? label : null };
}

function textWidth(lines: readonly string[]): number {
  return Math.max(0, ...lines.map((line) => widthOf(line) * fontSize));
}
