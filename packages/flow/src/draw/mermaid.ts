import type { FlowDefinition } from "../definition/definition.ts";
import { colours, type Look, type Picture, type PictureNode, pictureOf } from "./picture.ts";

/** What stands around a node's text: Mermaid's shapes. */
const shapes: Readonly<Record<Look, readonly [string, string]>> = {
  step: ["[", "]"],
  careful: ["[", "]"],
  parallel: ["[", "]"],
  person: ["{{", "}}"],
  wait: ["([", "])"],
  gate: ["{", "}"],
  start: ["((", "))"],
  end: ["(((", ")))"],
};

/**
 * A flow as a Mermaid flowchart: flows inside nodes are subgraphs, edges have their conditions in words. GitHub and many editors
 * show it.
 *
 * @example
 * const chart = toMermaid({
 *   name: "hello",
 *   nodes: [{ id: "greet", kind: "step", uses: "greet" }],
 *   edges: [],
 *   entry: ["greet"],
 * });
 */
export function toMermaid(definition: FlowDefinition): string {
  const looks = new Map<Look, string[]>();
  const frames: string[] = [];
  const lines = contents(pictureOf(definition), "  ", looks, frames);
  const classes = [...looks].flatMap(([look, keys]) => [
    `  classDef ${look}Look fill:${colours[look]},stroke:#555,color:#111`,
    `  class ${keys.join(",")} ${look}Look`,
  ]);
  return ["flowchart TB", ...lines, ...classes, ...frames, ""].join("\n");
}

function contents(picture: Picture, indent: string, looks: Map<Look, string[]>, frames: string[]): string[] {
  const nodes = picture.nodes.flatMap((node) => nodeLines(node, indent, looks, frames));
  const edges = picture.edges.map(({ from, to, text }) =>
    text === "" ? `${indent}${from} --> ${to}` : `${indent}${from} -->|${mermaidText(text)}| ${to}`,
  );
  return [...nodes, ...edges];
}

function nodeLines(node: PictureNode, indent: string, looks: Map<Look, string[]>, frames: string[]): string[] {
  const { key, look, inside } = node;
  const label = mermaidText(node.lines.join("\n"));
  if (inside.length === 0) {
    const keys = looks.get(look);
    if (keys) keys.push(key);
    else looks.set(look, [key]);
    const [open, close] = shapes[look];
    return [`${indent}${key}${open}${label}${close}`];
  }
  frames.push(`  style ${key} fill:${colours[look]},stroke:#555,color:#111`);
  const flows = inside.flatMap((picture, i) => {
    if (picture.title === "") return contents(picture, `${indent}  `, looks, frames);
    return [
      `${indent}  subgraph ${key}_${i}[${mermaidText(picture.title)}]`,
      ...contents(picture, `${indent}    `, looks, frames),
      `${indent}  end`,
    ];
  });
  return [`${indent}subgraph ${key}[${label}]`, ...flows, `${indent}end`];
}

/** A text between quotes; what Mermaid or HTML would read in it is written as its number. */
export function mermaidText(text: string): string {
  const escaped = [...text.replaceAll(/\r\n?/g, "\n")].map((char) => {
    if (char === "\n") return "<br/>";
    return special.test(char) ? `#${char.codePointAt(0)};` : char;
  });
  return `"${escaped.join("")}"`;
}

// Backticks and asterisks begin Mermaid's markdown; control characters end its lines.
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is about them
const special = /["#&<>`*_~\\|\u0000-\u001f]/;
