import type { FlowDefinition, NodeDefinition } from "../definition/definition.ts";
import type { Outline } from "./outline.ts";
import type { Report } from "./problem.ts";

const kinds: ReadonlySet<string> = new Set<NodeDefinition["kind"]>([
  "step",
  "map",
  "code",
  "approve",
  "hold",
  "sleep",
  "signal",
  "child",
  "flow",
  "parallel",
  "race",
  "choose",
  "foreach",
  "repeat",
  "try",
  "gate",
  "end",
]);

/** Whether every node has an id and a kind of its own, and every name of a node leads to one. */
export function checkNames(definition: FlowDefinition, { at }: Outline, report: Report): void {
  const unknown = (where: string, id: string): void => {
    if (!at.has(id)) report("unknown-node", where, `there is no node "${id}"`);
  };
  for (const [i, node] of definition.nodes.entries()) {
    const where = `nodes.${i}`;
    if (!kinds.has(node.kind)) report("unknown-kind", `${where}.kind`, `"${String(node.kind)}" is no kind of node`);
    checkId(node.id, i, at, report);
    for (const [k, id] of (node.cancels ?? []).entries()) unknown(`${where}.cancels.${k}`, id);
    if (node.milestone) {
      unknown(`${where}.milestone.after`, node.milestone.after);
      for (const [k, id] of (node.milestone.until ?? []).entries()) unknown(`${where}.milestone.until.${k}`, id);
    }
    for (const [k, key] of (node.outputs ?? []).entries()) checkKey(`${where}.outputs.${k}`, key, report);
  }
  for (const [i, edge] of definition.edges.entries()) {
    unknown(`edges.${i}.from`, edge.from);
    unknown(`edges.${i}.to`, edge.to);
  }
  if (definition.entry.length === 0) report("no-entry", "entry", "names no node to begin at");
  for (const [i, id] of definition.entry.entries()) unknown(`entry.${i}`, id);
  const { data } = definition;
  if (data?.kind !== "state") return;
  for (const key of Object.keys(data.rules ?? {})) checkKey(`data.rules.${key}`, key, report);
  for (const key of Object.keys(data.initial ?? {})) checkKey(`data.initial.${key}`, key, report);
}

function checkId(id: string, i: number, at: ReadonlyMap<string, number>, report: Report): void {
  const where = `nodes.${i}.id`;
  if (typeof id !== "string" || id === "") return report("bad-value", where, "must be a text with something in it");
  const first = at.get(id);
  if (first !== i) report("duplicate-id", where, `"${id}" is the id of nodes.${first} too; give each its own`);
  if (id.startsWith("_")) report("reserved-name", where, `"${id}" starts with "_", which belongs to the engine`);
  if (id === "input" || id === "value") {
    const message = `"${id}" is what conditions call the flow's ${id}; they cannot see what this node gives`;
    report("reserved-name", where, message, "warning");
  }
  if (id.includes(".")) {
    const message = `"${id}" has a dot, which in conditions and templates leads into a value: they cannot see what it gives`;
    report("reserved-name", where, message, "warning");
  }
}

function checkKey(where: string, key: string, report: Report): void {
  if (!key.startsWith("_")) return;
  report(
    "reserved-name",
    where,
    `"${key}" starts with "_": such keys belong to the engine, and no node can write them`,
  );
}
