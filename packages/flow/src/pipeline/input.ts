import type { StandardSchemaV1 } from "@holdpoint/core";
import type { JsonObject } from "../condition/condition.ts";
import { fromJsonSchema } from "../schema/from-json.ts";
import type { PipelineDocument, PipelineParameter } from "./document.ts";

type Problem = { readonly message: string; readonly path: readonly string[] };

/**
 * What a run of a pipeline may be started with: checked against the declared parameters and the input schema, and given on with
 * `parameters` (the defaults, with what was given over them) and `pipeline_input` beside it.
 */
export function pipelineInput(document: PipelineDocument): StandardSchemaV1 {
  const own = document.input_schema ? fromJsonSchema(document.input_schema) : null;
  const declared = declarationsOf(document);
  const defaults = Object.fromEntries(
    declared.flatMap(({ name, default: value }) => (value === undefined ? [] : [[name, value]])),
  );
  const said = inputSchemaOf(document);
  const validate = (value: unknown) => {
    const input = value ?? {};
    if (typeof input !== "object" || Array.isArray(input)) return { issues: [{ message: "must be an object" }] };
    const given = withoutOurs(input as Record<string, unknown>);
    const parameters = { ...defaults, ...given };
    const issues: Problem[] = declared.flatMap((one) => wrongWith(one, parameters));
    const result = own?.["~standard"].validate(given);
    if (result && !(result instanceof Promise)) issues.push(...(result.issues ?? []).map(problemOf));
    return issues.length > 0 ? { issues } : { value: { ...given, parameters, pipeline_input: given } };
  };
  const jsonSchema = { input: () => said, output: () => said };
  return { "~standard": { version: 1, vendor: "holdpoint", validate, jsonSchema } } as StandardSchemaV1;
}

/** The input as JSON Schema, for forms: the document's own, or what its parameters come to. */
export function inputSchemaOf(document: PipelineDocument): Record<string, unknown> {
  if (document.input_schema) return { ...document.input_schema };
  const declared = declarationsOf(document);
  const property = ({ schema, description, default: value }: PipelineParameter): JsonObject => ({
    ...schema,
    ...(description !== undefined && { description }),
    ...(value !== undefined && { default: value }),
  });
  return {
    type: "object",
    properties: Object.fromEntries(declared.map((one) => [one.name, property(one)])),
    required: declared.filter(isRequired).map(({ name }) => name),
  };
}

function declarationsOf({ parameters }: PipelineDocument): readonly PipelineParameter[] {
  if (parameters === undefined) return [];
  if (Array.isArray(parameters)) return parameters as readonly PipelineParameter[];
  return Object.entries(parameters as JsonObject).map(([name, value]) => ({ name, default: value }));
}

function isRequired({ required, default: value }: PipelineParameter): boolean {
  return required === true && value === undefined;
}

function wrongWith(declared: PipelineParameter, given: Readonly<Record<string, unknown>>): Problem[] {
  const { name, schema } = declared;
  const value = given[name];
  if (value === undefined) return isRequired(declared) ? [{ path: [name], message: "is required" }] : [];
  const result = schema ? fromJsonSchema(schema)["~standard"].validate(value) : null;
  if (!result || result instanceof Promise || !result.issues) return [];
  return result.issues.map((issue) => {
    const { path, message } = problemOf(issue);
    return { message, path: [name, ...path] };
  });
}

function problemOf({ message, path = [] }: { message: string; path?: readonly unknown[] | undefined }): Problem {
  return { message, path: path.map(String) };
}

/** An input that went through here before is taken as it was: a child's is checked by its parent and by itself. */
function withoutOurs(input: Record<string, unknown>): Record<string, unknown> {
  const { pipeline_input: before } = input;
  return typeof before === "object" && before !== null && "parameters" in input
    ? (before as Record<string, unknown>)
    : input;
}
