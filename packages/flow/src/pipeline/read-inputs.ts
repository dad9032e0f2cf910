import type { Json, JsonObject } from "../condition/condition.ts";
import type { NodeBase } from "../definition/definition.ts";
import type { PipelineInput, PipelineOutput, PipelineStepDocument } from "./document.ts";
import type { Reading } from "./places.ts";

/** Where a step's inputs come from: names and templates, from a list or an object. */
export function readInputs(step: PipelineStepDocument, path: string, reading: Reading): NodeBase["inputs"] | undefined {
  const { inputs } = step;
  if (inputs === undefined) return undefined;
  const templates: Record<string, Json> = {};
  if (isList(inputs)) {
    for (const [i, input] of inputs.entries()) {
      templates[input.name] = ofList(input, `${path}.inputs[${i}].source`, reading);
    }
  } else {
    for (const [name, value] of Object.entries(inputs)) {
      templates[name] = reading.template(value, `${path}.inputs.${name}`);
    }
  }
  return Object.keys(templates).length === 0 ? undefined : { templates };
}

function isList(inputs: PipelineStepDocument["inputs"]): inputs is readonly PipelineInput[] {
  return Array.isArray(inputs);
}

/** A source is a reference, with braces or without. One that is not required may be missing; one with a default has another. */
function ofList(input: PipelineInput, path: string, reading: Reading): Json {
  const { source = input.name, required = true } = input;
  if (typeof source !== "string") return reading.template(source, path);
  const bare = /^[\w.-]+(\s*\|\s*[\w.-]+)*$/.test(source);
  const template = reading.text(bare ? `{{ ${source} }}` : source, path);
  const inside = /^\{\{ (.*) \}\}$/.exec(template)?.[1];
  if (inside === undefined || inside.includes("}}")) return template;
  if (input.default !== undefined && isPlain(input.default))
    return `{{ ${inside} | ${JSON.stringify(input.default)} }}`;
  return required || inside.endsWith("?") ? template : `{{ ${inside}? }}`;
}

function isPlain(value: Json): boolean {
  return (typeof value !== "object" || value === null) && !/[{}]/.test(String(value));
}

/** What a step must be given, from its schema and from those of its inputs. */
export function readInputSchema(step: PipelineStepDocument): JsonObject | undefined {
  const inputs = isList(step.inputs) ? step.inputs.filter(({ schema }) => schema !== undefined) : [];
  if (inputs.length === 0) return step.input_schema;
  const own = Object.fromEntries(inputs.map(({ name, schema }) => [name, schema as JsonObject]));
  return withProperties(step.input_schema, own, []);
}

/** What a step must give, from its schema and from those of its outputs. */
export function readOutputSchema(step: PipelineStepDocument): JsonObject | undefined {
  const outputs = Array.isArray(step.outputs)
    ? (step.outputs as readonly (string | PipelineOutput)[]).filter((output) => typeof output === "object")
    : [];
  const said = outputs.filter(({ schema, required }) => schema !== undefined || required);
  if (said.length === 0) return step.output_schema;
  const own = Object.fromEntries(said.map(({ name, schema }) => [name, schema ?? {}]));
  const required = said.filter((output) => output.required).map(({ name }) => name);
  return withProperties(step.output_schema, own, required);
}

function withProperties(schema: JsonObject | undefined, own: JsonObject, required: readonly string[]): JsonObject {
  const properties = { ...own, ...(schema?.properties as JsonObject | undefined) };
  const all = new Set([...((schema?.required as readonly string[] | undefined) ?? []), ...required]);
  return { type: "object", ...schema, properties, ...(all.size > 0 && { required: [...all] }) };
}
