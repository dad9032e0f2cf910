import type { Issue } from "@holdpoint/core";
import type { Json, JsonObject } from "../condition/condition.ts";
import type { DataDefinition, FlowDefinition, FlowLimits } from "../definition/definition.ts";
import { FlowDefinitionError } from "../definition/errors.ts";
import { checkDocument } from "./check-document.ts";
import { checkReferences } from "./check-references.ts";
import { checkWays } from "./check-ways.ts";
import type { PipelineDocument } from "./document.ts";
import { Reading } from "./places.ts";
import { readPaths } from "./read-paths.ts";
import { readSteps } from "./read-steps.ts";
import { slugOf } from "./slug.ts";

/** What became of a document: the flow, if nothing is wrong, and everything there is to say about it. */
export interface PipelineReport {
  readonly definition: FlowDefinition | null;
  /** What keeps it from running, each with its place in the document. */
  readonly problems: readonly Issue[];
  /** What runs, and was probably meant otherwise. */
  readonly warnings: readonly Issue[];
}

/**
 * Looks a pipeline document over, in either dialect: all that is wrong with it, and all that is doubtful, at once.
 *
 * @example
 * const text = readFileSync("pipelines/hello.json", "utf8");
 * const { problems, warnings } = checkPipeline(JSON.parse(text));
 */
export function checkPipeline(document: unknown): PipelineReport {
  const shape = checkDocument(document);
  if (shape.length > 0) return { definition: null, problems: shape, warnings: [] };
  const reading = new Reading(document as PipelineDocument);
  const definition = definitionOf(reading);
  checkReferences(reading);
  checkWays(definition, reading);
  const { problems, warnings } = reading;
  return { definition: problems.length === 0 ? definition : null, problems, warnings };
}

/**
 * Makes a pipeline document a flow: data that can be drawn, compared and, with code for its steps, run.
 *
 * @throws FlowDefinitionError with everything that is wrong with it, at once
 */
export function readPipeline(document: unknown): FlowDefinition {
  const { definition, problems } = checkPipeline(document);
  if (definition) return definition;
  const name = (document as { name?: unknown } | null)?.name;
  throw new FlowDefinitionError(typeof name === "string" ? name : "pipeline", problems);
}

function definitionOf(reading: Reading): FlowDefinition {
  const { document } = reading;
  const { start_at: start } = document.flow;
  const { edges, ends } = readPaths(reading);
  const nodes = [...readSteps(reading), ...ends];
  const entry = typeof start === "string" ? [start] : start;
  for (const [i, id] of entry.entries()) {
    const path = typeof start === "string" ? "flow.start_at" : `flow.start_at[${i}]`;
    if (!reading.steps.has(id)) reading.problem(path, `there is no step "${id}"`);
  }
  return {
    name: slugOf(document.name),
    ...(document.description !== undefined && { description: document.description }),
    nodes,
    edges,
    entry,
    data: dataOf(reading),
    limits: limitsOf(document),
    meta: { pipeline: withoutGraph(document) },
  };
}

function dataOf(reading: Reading): DataDefinition {
  const { outputs } = reading.document;
  const keep = { uses: "pipeline.keep" };
  return {
    kind: "state",
    rules: { parameters: keep, pipeline_input: keep },
    anyKey: "replace",
    result: outputs ? { templates: outputsOf(outputs, reading) } : { uses: "pipeline.last" },
  };
}

/** A run that got to its end gives what there is: of a step that did not run, null. */
function outputsOf(outputs: JsonObject, reading: Reading): JsonObject {
  const lenient = (value: Json): Json => {
    if (typeof value === "string") return value.replace(/\{\{ ([^{}]*?)\?? \}\}/g, "{{ $1 | null }}");
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(lenient);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, lenient(one)]));
  };
  return lenient(reading.template(outputs, "outputs")) as JsonObject;
}

function limitsOf({ loop_config, error_handling }: PipelineDocument): FlowLimits {
  const { max_iterations = 100, max_loop_time_seconds, iteration_delay_seconds, max_total_steps } = loop_config ?? {};
  const total = error_handling?.total_timeout_seconds;
  return {
    maxNodeIterations: max_iterations,
    ...(max_total_steps !== undefined && { maxIterations: max_total_steps }),
    ...(max_loop_time_seconds !== undefined && { loopTime: max_loop_time_seconds * 1000 }),
    ...(iteration_delay_seconds ? { iterationDelay: iteration_delay_seconds * 1000 } : {}),
    ...(total !== undefined && { totalTimeout: total * 1000 }),
  };
}

/** All but the steps and paths, each of which is kept with its node or edge; their places are kept. */
function withoutGraph(document: PipelineDocument): JsonObject {
  const { flow } = document;
  const emptied = Object.fromEntries(
    Object.entries(flow).map(([key, value]) => [key, key === "paths" || key === "transitions" ? [] : value]),
  );
  return { ...document, steps: [], flow: emptied } as unknown as JsonObject;
}
