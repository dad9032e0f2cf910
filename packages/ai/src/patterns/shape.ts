import type { JsonSchema, StandardSchemaV1 } from "@holdpoint/core";
import { fromJsonSchema } from "@holdpoint/flow";
import { check, jsonSchemaFor } from "../schema.ts";

/** What an answer is: words, or what the pattern's `output` makes of it. */
export type AnswerOf<S> = S extends StandardSchemaV1<unknown, infer Out> ? Out : string;

/** Words. */
export const words: JsonSchema = { type: "string" };
/** How sure a model is. */
export const fraction: JsonSchema = { type: "number", minimum: 0, maximum: 1 };
/** Yes or no. */
export const flag: JsonSchema = { type: "boolean" };
/** A list of such. */
export const listOf = (items: JsonSchema): JsonSchema => ({ type: "array", items });

/** An object with all of these fields and no others. */
export const fieldsOf = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

/**
 * The shape of a step's answer: an object with these fields. `output` is the shape of its field `answer`, and is checked by its own rules
 * beside the JSON Schema that the model was told.
 */
export function shape<T>(
  fields: Readonly<Record<string, JsonSchema>>,
  output?: StandardSchemaV1,
): StandardSchemaV1<unknown, T> {
  if (!output) return fromJsonSchema(fieldsOf(fields)) as StandardSchemaV1<unknown, T>;
  const answer = jsonSchemaFor(output, undefined, "output");
  const outer = fromJsonSchema(fieldsOf({ ...fields, answer }))["~standard"];
  const validate = (value: unknown) => {
    const given = outer.validate(value) as { issues?: readonly { message: string }[] };
    if (given.issues) return given as never;
    const inner = check(output, (value as { answer: unknown }).answer, "output");
    if (!inner.issues) return { value: { ...(value as object), answer: inner.value } as T };
    return {
      issues: inner.issues.map(({ path, message }) => ({
        message,
        path: ["answer", ...(path === "" ? [] : path.split("."))],
      })),
    };
  };
  return { "~standard": { ...outer, validate } } as StandardSchemaV1<unknown, T>;
}
