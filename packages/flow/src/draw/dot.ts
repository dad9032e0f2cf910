import type { FlowDefinition } from "../definition/definition.ts";
import { dotText } from "./dot-text.ts";
import { colours, type Look, type Picture, type PictureNode, pictureOf } from "./picture.ts";

const shapes: Readonly<Record<Look, string>> = {
  step: "box",
  careful: "box",
  parallel: "box",
  person: "octagon",
  wait: "ellipse",
  gate: "diamond",
  start: "circle",
  end: "doublecircle",
};

/**
 * A flow in Graphviz's language: flows inside nodes are clusters, edges have their conditions in words. Nothing in it can break out
 * of its quotes.
 *
 * @example
 * const dot = toDot({
 *   name: "hello",
 *   nodes: [{ id: "greet", kind: "step", uses: "greet" }],
 *   edges: [],
 *   entry: ["greet"],
 * });
 */
export function toDot(definition: FlowDefinition): string {
  const lines = contents(pictureOf(definition), "  ", new Set());
  return [
    `digraph ${dotText(definition.name)} {`,
    "  rankdir=TB;",
    "  compound=true;",
    '  node [style=filled, fontname="sans-serif"];',
    '  edge [fontname="sans-serif"];',
    ...lines,
    "}",
    "",
  ].join("\n");
}

/** Graphviz draws edges between nodes only: those of a cluster lead to points nobody sees, and are cut off at its border. */
function contents(picture: Picture, indent: string, clusters: Set<string>): string[] {
  const nodes = picture.nodes.flatMap((node) => nodeLines(node, indent, clusters));
  const edges = picture.edges.map(({ from, to, text }) => {
    const attributes = [
      ...(text === "" ? [] : [`label=${dotText(text)}`]),
      ...(clusters.has(from) ? [`ltail="cluster_${from}"`] : []),
      ...(clusters.has(to) ? [`lhead="cluster_${to}"`] : []),
    ];
    return `${indent}${wayOut(from, clusters)} -> ${to}${attributes.length > 0 ? ` [${attributes.join(", ")}]` : ""};`;
  });
  return [...nodes, ...edges];
}

const wayOut = (key: string, clusters: ReadonlySet<string>): string => (clusters.has(key) ? `${key}_out` : key);

function nodeLines(node: PictureNode, indent: string, clusters: Set<string>): string[] {
  const { key, look, inside } = node;
  const label = dotText(node.lines.join("\n"));
  if (inside.length === 0) {
    return [`${indent}${key} [label=${label}, shape=${shapes[look]}, fillcolor="${colours[look]}"];`];
  }
  clusters.add(key);
  const flows = inside.flatMap((picture, i) => {
    const within = picture.title === "" ? `${indent}  ` : `${indent}    `;
    const lines = contents(picture, within, clusters);
    const held = ends(key, picture, `${indent}  `, clusters);
    if (picture.title === "") return [...lines, ...held];
    return [
      `${indent}  subgraph "cluster_${key}_${i}" {`,
      `${within}label=${dotText(picture.title)};`,
      `${within}style="dashed";`,
      ...lines,
      `${indent}  }`,
      ...held,
    ];
  });
  return [
    `${indent}subgraph "cluster_${key}" {`,
    `${indent}  label=${label};`,
    `${indent}  style="filled,rounded";`,
    `${indent}  fillcolor="${colours[look]}";`,
    `${indent}  ${key} [shape=point, style=invis];`,
    `${indent}  ${key}_out [shape=point, style=invis];`,
    ...flows,
    `${indent}}`,
  ];
}

/** Holds what is inside between the two points, so that what follows a cluster is drawn below it. */
function ends(key: string, { nodes, edges }: Picture, indent: string, clusters: ReadonlySet<string>): string[] {
  const entered = new Set(edges.map(({ to }) => to));
  const left = new Set(edges.map(({ from }) => from));
  return nodes.flatMap((node) => [
    ...(entered.has(node.key) ? [] : [`${indent}${key} -> ${node.key} [style=invis];`]),
    ...(left.has(node.key) ? [] : [`${indent}${wayOut(node.key, clusters)} -> ${key}_out [style=invis];`]),
  ]);
}
