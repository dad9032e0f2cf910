import type { StandardSchemaV1 } from "@holdpoint/core";
import { type AnyWorkflow, type JsonSchema, jsonSchemaOf, NotFoundError } from "@holdpoint/core";
import type { Handler } from "./call.ts";

const byName = (all: readonly AnyWorkflow[]): Map<string, AnyWorkflow[]> => {
  const names = new Map<string, AnyWorkflow[]>();
  for (const one of all) names.set(one.name, [...(names.get(one.name) ?? []), one]);
  for (const versions of names.values()) versions.sort((a, b) => b.version - a.version);
  return new Map([...names].sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** Null where it cannot say: that a schema has no JSON form is no reason to show nothing of its workflow. */
function said(schema: StandardSchemaV1 | undefined): Record<string, unknown> | null {
  if (schema === undefined) return null;
  try {
    const document: JsonSchema | null = jsonSchemaOf(schema, "schema");
    return document as Record<string, unknown> | null;
  } catch {
    return null;
  }
}

export const listWorkflows: Handler<"workflows.list"> = async ({ engine }) => {
  const items = [...byName(engine.workflows())].map(([name, versions]) => ({
    name,
    version: versions[0]?.version ?? 1,
    versions: versions.map(({ version }) => version),
  }));
  return { status: 200, body: { items, cursor: null } };
};

export const showWorkflow: Handler<"workflows.show"> = async ({ engine, params, query }) => {
  const versions = byName(engine.workflows()).get(params.workflow) ?? [];
  const workflow = versions.find(({ version }) => version === (query.version ?? versions[0]?.version));
  if (!workflow) {
    const which = query.version === undefined ? params.workflow : `${params.workflow} v${query.version}`;
    throw new NotFoundError("workflow", which, "list them with GET /api/v1/workflows");
  }
  const signals = Object.entries(workflow.options.signals ?? {}).map(([name, schema]) => [name, said(schema)] as const);
  return {
    status: 200,
    body: {
      name: workflow.name,
      version: workflow.version,
      versions: versions.map(({ version }) => version),
      queue: workflow.options.queue ?? "default",
      input: said(workflow.input),
      output: said(workflow.output),
      signals: Object.fromEntries(signals),
    },
  };
};
