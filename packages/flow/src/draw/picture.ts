import { conditionText } from "../condition/text.ts";
import type { EdgeDefinition, FlowDefinition, NodeDefinition } from "../definition/definition.ts";
import { innerFlows } from "../definition/inner-flows.ts";

/**
 * How a node looks: `careful` is work whose failure is dealt with, `parallel` is branches side by side, `person` waits for somebody,
 * `wait` for something.
 */
export type Look = "step" | "careful" | "parallel" | "person" | "wait" | "gate" | "start" | "end";

/** A flow, ready to be drawn: what every drawing shows, whatever it is written in. */
export interface Picture {
  /** Empty where a node has one flow only. */
  readonly title: string;
  readonly nodes: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
}

/** A node of a drawing; with flows inside, a frame around them. */
export interface PictureNode {
  /** Unique in the whole drawing: letters, digits and "_". */
  readonly key: string;
  readonly lines: readonly string[];
  readonly look: Look;
  readonly inside: readonly Picture[];
}

/** An edge of a drawing, between keys. */
export interface PictureEdge {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** The colours of drawings: as far as they name the same things, those that IA Modules draws with. */
export const colours: Readonly<Record<Look, string>> = {
  step: "#add8e6", // light blue
  careful: "#90ee90", // light green
  parallel: "#ffffe0", // light yellow
  person: "#e6d5f5",
  wait: "#f0f0f0",
  gate: "#ffffff",
  start: "#d3d3d3", // grey
  end: "#f08080", // light coral
};

/** Draws a flow in the mind. */
export function pictureOf(definition: FlowDefinition): Picture {
  return picture(definition, "", definition.name, true);
}

function picture(definition: FlowDefinition, prefix: string, title: string, outermost: boolean): Picture {
  const keys = new Map<string, string>();
  const nodes: PictureNode[] = definition.nodes.map((node, i) => {
    const key = `${prefix}n${i}`;
    if (!keys.has(node.id)) keys.set(node.id, key);
    return {
      key,
      lines: linesOf(node),
      look: lookOf(node),
      inside: innerFlows(node).map(({ name, flow }, k) => picture(flow, `${key}_${k}_`, name, false)),
    };
  });
  const edges: PictureEdge[] = [];
  const add = (from: string | undefined, to: string | undefined, text: string): void => {
    if (from !== undefined && to !== undefined) edges.push({ from, to, text });
  };
  const begin = "begin";
  const finish = "finish";
  if (outermost) for (const id of definition.entry) add(begin, keys.get(id), "");
  for (const edge of definition.edges) add(keys.get(edge.from), keys.get(edge.to), textOf(edge));
  if (!outermost) return { title, nodes, edges };
  const leads = new Set(definition.edges.map(({ from }) => from));
  const before = edges.length;
  for (const node of definition.nodes) {
    if (node.terminal !== undefined && node.terminal !== true) {
      add(keys.get(node.id), finish, conditionText(node.terminal));
    } else if (node.kind !== "end" && (node.terminal === true || !leads.has(node.id)))
      add(keys.get(node.id), finish, "");
  }
  const ends: PictureNode[] = edges.length > before ? [{ key: finish, lines: ["end"], look: "end", inside: [] }] : [];
  return { title, nodes: [{ key: begin, lines: ["start"], look: "start", inside: [] }, ...nodes, ...ends], edges };
}

function textOf({ label, when, otherwise, threads = 1 }: EdgeDefinition): string {
  const condition = otherwise ? "otherwise" : when && when.type !== "always" ? conditionText(when) : "";
  const text = label ?? condition;
  return threads > 1 ? `${text} ×${threads}`.trim() : text;
}

function lookOf(node: NodeDefinition): Look {
  switch (node.kind) {
    case "approve":
    case "hold":
      return "person";
    case "sleep":
    case "signal":
      return "wait";
    case "parallel":
    case "race":
    case "foreach":
      return "parallel";
    case "gate":
    case "choose":
      return "gate";
    case "try":
      return "careful";
    case "step":
      return node.onError || node.retry || node.compensate !== undefined ? "careful" : "step";
    case "end":
      return "end";
    default:
      return "step";
  }
}

function linesOf(node: NodeDefinition): readonly string[] {
  const name = node.label ?? node.id;
  const more = detailOf(node);
  return more === "" || more === name ? [name] : [name, more];
}

function detailOf(node: NodeDefinition): string {
  switch (node.kind) {
    case "approve":
      return "approval";
    case "hold":
      return "answer";
    case "sleep":
      return "for" in node.time ? `wait ${node.time.for}` : "until" in node.time ? `until ${node.time.until}` : "wait";
    case "signal":
      return `signal ${node.signal}`;
    case "child":
      return `run of ${node.workflow}`;
    case "race":
      return "first to end";
    case "foreach":
      return "for each";
    case "repeat":
      return repeatText(node);
    case "end":
      return node.fail === undefined ? (node.outcome ?? "") : "fails";
    default:
      return "";
  }
}

function repeatText(node: NodeDefinition & { kind: "repeat" }): string {
  const { while: before, until, doWhile } = node;
  const texts = [
    before && `while ${conditionText(before)}`,
    until && `until ${conditionText(until)}`,
    doWhile && `while ${conditionText(doWhile)}`,
  ];
  return texts.filter(Boolean).join(", ");
}
