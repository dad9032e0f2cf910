import type { Engine, StandardSchemaV1 } from "@holdpoint/core";
import { type AnyWorkflow, type JsonSchema, jsonSchemaOf, NotFoundError } from "@holdpoint/core";
import { conditionText, type Flow, innerFlows, type NodeDefinition, toMermaid } from "@holdpoint/flow";
import { reaches } from "../access/reach.ts";
import type { Handler } from "./call.ts";
import { isOwnWorkflow } from "./own-workflows.ts";

const byName = (all: readonly AnyWorkflow[]): Map<string, AnyWorkflow[]> => {
  const names = new Map<string, AnyWorkflow[]>();
  for (const one of all.filter(({ name }) => !isOwnWorkflow(name)))
    names.set(one.name, [...(names.get(one.name) ?? []), one]);
  for (const versions of names.values()) versions.sort((a, b) => b.version - a.version);
  return new Map([...names].sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** Null where it cannot say: that a schema has no JSON form is no reason to show nothing of its workflow. */
export function documentOf(schema: StandardSchemaV1 | undefined): Record<string, unknown> | null {
  if (schema === undefined) return null;
  try {
    const document: JsonSchema | null = jsonSchemaOf(schema, "schema");
    return document as Record<string, unknown> | null;
  } catch {
    return null;
  }
}

/** What its definition says of it, for people. Code says nothing of itself. */
function toldOf(workflow: AnyWorkflow | undefined) {
  const { description = null, meta } = (workflow && definitionOf(workflow)) ?? {};
  const { pattern } = (meta ?? {}) as { pattern?: { name?: unknown; use?: unknown } };
  const known = typeof pattern?.name === "string" && typeof pattern.use === "string";
  return { description, pattern: known ? { name: String(pattern.name), use: String(pattern.use) } : null };
}

const definitionOf = (workflow: AnyWorkflow) => ("definition" in workflow ? (workflow as Flow).definition : null);

export const listWorkflows: Handler<"workflows.list"> = async ({ engine, reach }) => {
  const startable = engine.workflows().filter(({ name }) => !engine.isRetired(name) && reaches(reach, name));
  const items = [...byName(startable)].map(([name, versions]) => ({
    name,
    version: versions[0]?.version ?? 1,
    versions: versions.map(({ version }) => version),
    ...toldOf(versions[0]),
  }));
  return { status: 200, body: { items, cursor: null } };
};

/** What is in a node that records something of its own: not what only chooses, repeats or computes. */
function insideOf(node: NodeDefinition): string[] {
  const inner = innerFlows(node).flatMap(({ flow }) => flow.nodes);
  return inner.flatMap((one) => {
    if (innerFlows(one).length > 0) return insideOf(one);
    return one.kind === "map" || one.kind === "end" || one.kind === "gate" ? [] : [one.id];
  });
}

/** The version that is asked for, or the newest, with all there are. */
function find(engine: Engine, name: string, version?: number): { workflow: AnyWorkflow; versions: AnyWorkflow[] } {
  const versions = byName(engine.workflows()).get(name) ?? [];
  const workflow = versions.find((one) => one.version === (version ?? versions[0]?.version));
  if (workflow) return { workflow, versions };
  const which = version === undefined ? name : `${name} v${version}`;
  throw new NotFoundError("workflow", which, "list them with GET /api/v1/workflows");
}

export const drawWorkflow: Handler<"workflows.graph"> = async ({ engine, params, query }) => {
  const { workflow } = find(engine, params.workflow, query.version);
  const { name, version } = workflow;
  const definition = definitionOf(workflow);
  if (definition === null) {
    const nothing = { nodes: [], edges: [], entry: [], mermaid: null };
    return { status: 200, body: { workflow: name, version, source: "code", ...nothing } };
  }
  const nodes = definition.nodes.map((node) => ({
    id: node.id,
    kind: node.kind,
    title: node.label ?? null,
    inside: [...new Set(insideOf(node))],
  }));
  const edges = definition.edges.map(({ from, to, when }) => ({ from, to, when: when ? conditionText(when) : null }));
  const drawing = { nodes, edges, entry: [...definition.entry], mermaid: toMermaid(definition) };
  return { status: 200, body: { workflow: name, version, source: "flow", ...drawing } };
};

export const showWorkflow: Handler<"workflows.show"> = async ({ engine, params, query }) => {
  const { workflow, versions } = find(engine, params.workflow, query.version);
  const signals = Object.entries(workflow.options.signals ?? {}).map(
    ([name, schema]) => [name, documentOf(schema)] as const,
  );
  return {
    status: 200,
    body: {
      name: workflow.name,
      version: workflow.version,
      versions: versions.map(({ version }) => version),
      ...toldOf(workflow),
      queue: workflow.options.queue ?? "default",
      input: documentOf(workflow.input),
      output: documentOf(workflow.output),
      signals: Object.fromEntries(signals),
    },
  };
};
