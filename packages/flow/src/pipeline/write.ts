import { isEqual } from "../condition/compare.ts";
import type { Json, JsonObject } from "../condition/condition.ts";
import type { EdgeDefinition, FlowDefinition, NodeDefinition, StepNode } from "../definition/definition.ts";
import type { PipelineDocument, PipelinePath, PipelineStepDocument } from "./document.ts";
import { Reading } from "./places.ts";
import { readPaths } from "./read-paths.ts";
import { readStep } from "./read-steps.ts";

/**
 * Writes a flow as a pipeline document. What was read from one and not changed since is written as it was, unknown fields, spelling
 * and order included; of what was changed, only that. Nodes that no dialect has a word for are steps of type `node`.
 *
 * @example
 * const document = JSON.parse(readFileSync("pipelines/hello.json", "utf8"));
 * writePipeline(readPipeline(document)); // the document
 */
export function writePipeline(given: FlowDefinition): PipelineDocument {
  const definition = withoutDecisions(given);
  const whole = (keptIn(definition.meta) ?? {}) as Partial<PipelineDocument>;
  const nodes = definition.nodes.filter((node) => !isEnd(node));
  const kept = {
    ...whole,
    steps: nodes.map(keptStep),
    flow: { start_at: definition.entry, paths: definition.edges.map((edge) => keptIn(edge.meta) ?? pathJson(edge)) },
  } as unknown as PipelineDocument;
  const steps = nodes.map((node) => writeStep(node, kept));
  const edges = definition.edges.map((edge) => ({ edge, path: writePath(edge, { ...kept, steps }) }));
  const flow = writeFlow(definition, whole, edges);
  return {
    ...(whole.name === undefined && { name: definition.name }),
    ...(whole.description === undefined &&
      definition.description !== undefined && { description: definition.description }),
    ...whole,
    ...(definition.description !== undefined && { description: definition.description }),
    steps,
    flow,
    ...changedSettings(definition, whole),
  } as PipelineDocument;
}

/** A path begins at its step, whatever a model decides before it is taken. */
function withoutDecisions(definition: FlowDefinition): FlowDefinition {
  const steps = new Map(definition.nodes.map(({ id, meta }) => [id, keptIn(meta)?.decides]));
  const edges = definition.edges.filter(({ meta }) => keptIn(meta)?.decides === undefined);
  return {
    ...definition,
    edges: edges.map((edge) => {
      const step = steps.get(edge.from);
      return typeof step === "string" ? { ...edge, from: step } : edge;
    }),
  };
}

type WrittenEdge = { readonly edge: EdgeDefinition; readonly path: PipelinePath };

/** Paths go back into the list they came from. New ones join the one that is there. */
function writeFlow(
  { entry }: FlowDefinition,
  whole: Partial<PipelineDocument>,
  edges: readonly WrittenEdge[],
): PipelineDocument["flow"] {
  const before = whole.flow;
  const lists = (["paths", "transitions"] as const).filter((key) => before && key in before);
  const [first = "paths"] = lists;
  const of = (key: string): PipelinePath[] =>
    edges.filter(({ edge }) => (listOf(edge) ?? first) === key).map(({ path }) => path);
  const start = before?.start_at;
  const same = start !== undefined && isEqual(typeof start === "string" ? [start] : start, entry);
  return {
    ...before,
    start_at: same ? start : entry.length === 1 ? (entry[0] as string) : entry,
    ...Object.fromEntries((lists.length > 0 ? lists : edges.length > 0 ? [first] : []).map((key) => [key, of(key)])),
  };
}

function writeStep(node: NodeDefinition, document: PipelineDocument): PipelineStepDocument {
  const { meta: _meta, ...bare } = node;
  const before = keptIn(node.meta) as PipelineStepDocument | undefined;
  const written = stepJson(bare as NodeDefinition);
  if (!before) return written;
  const { meta: _kept, ...read } = readStep(before, "", new Reading(document));
  if (isEqual(read, bare)) return before;
  return withChanges(before, stepJson(read as NodeDefinition), written) as PipelineStepDocument;
}

/** A step as the dialect says it, for those that it has words for. */
function stepJson(node: NodeDefinition): PipelineStepDocument {
  const label = node.label === undefined ? {} : { name: node.label };
  if (!isPlainStep(node)) return { id: node.id, ...label, type: "node", node: node as unknown as JsonObject };
  const { id, uses, inputs, config, inputSchema, outputSchema } = node;
  const colon = uses.lastIndexOf(":");
  const code = colon < 0 ? { step_class: uses } : { step_class: uses.slice(colon + 1), module: uses.slice(0, colon) };
  return {
    id,
    ...label,
    ...(uses === id ? {} : code),
    ...(inputs && "templates" in inputs && { inputs: inputs.templates }),
    ...(config !== undefined && { config: config as JsonObject }),
    ...(node.join && { join: node.join }),
    ...(inputSchema && { input_schema: inputSchema }),
    ...(outputSchema && { output_schema: outputSchema }),
    ...errorJson(node),
  };
}

const words: ReadonlySet<string> = new Set([
  ...["id", "label", "kind", "uses", "inputs", "config", "inputSchema", "outputSchema", "join"],
  ...["retry", "timeout", "onError", "meta"],
]);

function isPlainStep(node: NodeDefinition): node is StepNode {
  if (node.kind !== "step" || !Object.keys(node).every((key) => words.has(key))) return false;
  const { onError, inputs } = node;
  if (inputs && "uses" in inputs) return false;
  return !onError || "value" in onError || ("uses" in onError && onError.uses === "pipeline.continue");
}

function errorJson({ retry, timeout, onError }: StepNode): { error_handling?: JsonObject } {
  const ms = (value: number | string | undefined): number | undefined =>
    typeof value === "number" ? value / 1000 : undefined;
  const handling = {
    ...(retry && {
      retry: {
        ...(retry.attempts !== undefined && { max_attempts: retry.attempts }),
        ...(ms(retry.initial) !== undefined && { initial_delay: ms(retry.initial) as number }),
        ...(ms(retry.max) !== undefined && { max_delay: ms(retry.max) as number }),
        ...(retry.coefficient !== undefined && { exponential_base: retry.coefficient }),
        ...(retry.jitter !== undefined && { jitter: retry.jitter }),
      },
    }),
    ...(timeout !== undefined && (typeof timeout === "number" ? { timeout_seconds: timeout / 1000 } : { timeout })),
    ...(onError && ("value" in onError ? { fallback: { value: onError.value } } : { continue_on_error: true })),
  };
  return Object.keys(handling).length === 0 ? {} : { error_handling: handling as JsonObject };
}

function writePath(edge: EdgeDefinition, document: PipelineDocument): PipelinePath {
  const written = pathJson(edge);
  const before = keptIn(edge.meta) as PipelinePath | undefined;
  if (!before) return written;
  const from = before.from ?? before.from_step ?? edge.from;
  const steps = document.steps.some(({ id }) => id === from) ? document.steps : [];
  const reading = new Reading({ ...document, steps, flow: { start_at: from, paths: [before] } });
  const [found] = readPaths(reading).edges;
  const read = found?.from === reading.decides(from) ? { ...found, from } : found;
  const same = read && isEqual({ ...read, meta: null }, { ...edge, meta: null });
  if (same) return before;
  const changed = withChanges(before, read ? pathJson(read) : {}, written) as PipelinePath & Record<string, unknown>;
  // Under the name the document has for it.
  for (const [ours, theirs] of [
    ["from", "from_step"],
    ["to", "to_step"],
  ] as const) {
    if (!(theirs in before) || !(ours in changed) || ours in before) continue;
    (changed as Record<string, unknown>)[theirs] = changed[ours];
    delete (changed as Record<string, unknown>)[ours];
  }
  return changed;
}

function pathJson({ from, to, when, otherwise, label }: EdgeDefinition): PipelinePath {
  return {
    from,
    to,
    ...(otherwise ? { condition: "else" } : when ? { condition: when as unknown as Json } : {}),
    ...(label !== undefined && { label }),
  };
}

/** What was there, with what is another now. What says nothing any more is taken out. */
function withChanges(before: object, read: object, written: object): Record<string, unknown> {
  const [was, is] = [read as Record<string, unknown>, written as Record<string, unknown>];
  const result: Record<string, unknown> = { ...before };
  for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
    if (isEqual(was[key], is[key])) continue;
    if (is[key] === undefined) delete result[key];
    else result[key] = is[key];
  }
  return result;
}

/** What a tool may change in a flow beside its graph. */
function changedSettings(definition: FlowDefinition, whole: Partial<PipelineDocument>): JsonObject {
  const { data, limits = {} } = definition;
  const loops = {
    ...(limits.maxNodeIterations !== undefined && { max_iterations: limits.maxNodeIterations }),
    ...(typeof limits.loopTime === "number" && { max_loop_time_seconds: limits.loopTime / 1000 }),
    ...(typeof limits.iterationDelay === "number" && { iteration_delay_seconds: limits.iterationDelay / 1000 }),
    ...(limits.maxIterations !== undefined && { max_total_steps: limits.maxIterations }),
  };
  const before = { max_iterations: 100, ...whole.loop_config };
  const changed = Object.entries(loops).filter(([key, value]) => !isEqual(value, (before as JsonObject)[key]));
  const outputs =
    data?.kind === "state" && data.result && "templates" in data.result ? data.result.templates : undefined;
  return {
    ...(changed.length > 0 && { loop_config: { ...whole.loop_config, ...Object.fromEntries(changed) } as JsonObject }),
    ...(outputs && !whole.outputs && { outputs }),
  };
}

function keptIn(meta: Json | undefined): JsonObject | undefined {
  if (typeof meta !== "object" || meta === null || Array.isArray(meta)) return undefined;
  return (meta as JsonObject).pipeline as JsonObject | undefined;
}

function keptStep(node: NodeDefinition): PipelineStepDocument {
  return (keptIn(node.meta) as PipelineStepDocument | undefined) ?? { id: node.id };
}

function isEnd(node: NodeDefinition): boolean {
  const kept = keptIn(node.meta);
  return kept?.end !== undefined || kept?.decides !== undefined;
}

function listOf(edge: EdgeDefinition): string | undefined {
  const meta = edge.meta as JsonObject | undefined;
  return typeof meta?.list === "string" ? meta.list : undefined;
}
