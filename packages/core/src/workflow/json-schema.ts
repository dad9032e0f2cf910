import type { Schema, Validator } from "@cfworker/json-schema";
import { type Issue, ValidationError } from "../errors.ts";
import { readJsonSchemaIssues } from "./json-schema-issues.ts";
import type { StandardJsonSchemaV1, StandardSchemaV1 } from "./schema.ts";

/** A JSON Schema document, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The JSON Schema of what may be passed to a schema, or null when it cannot say: forms are drawn from it, and processes without the
 * workflow's code check answers with it.
 *
 * zod from 4.2 and ArkType say their own; for Valibot wrap the schema with `toStandardJsonSchema` of `@valibot/to-json-schema`,
 * or give the hold an explicit `jsonSchema`.
 *
 * @throws ValidationError the schema has parts that JSON Schema cannot express (a transform to a class, a function).
 */
export function jsonSchemaOf(schema: StandardSchemaV1, subject: string): JsonSchema | null {
  const converter = (schema as StandardSchemaV1 & Partial<StandardJsonSchemaV1>)["~standard"] as Partial<
    StandardJsonSchemaV1["~standard"]
  >;
  if (typeof converter.jsonSchema?.input !== "function") return null;
  const known = said.get(schema);
  if (known) return known;
  try {
    const document = converter.jsonSchema.input({ target: "draft-2020-12" });
    said.set(schema, document);
    return document;
  } catch (error) {
    throw new ValidationError(subject, [
      {
        path: "",
        message: `cannot be said as JSON Schema (${error instanceof Error ? error.message : String(error)}); use types that JSON has, or pass \`jsonSchema\` beside it`,
      },
    ]);
  }
}

/** Saying it takes longer than all the rest of opening a hold, and every replay asks again. */
const said = new WeakMap<StandardSchemaV1, JsonSchema>();

/**
 * What a value has against a JSON Schema; empty when it is valid. The validator (30 kB) is loaded on first use.
 *
 * Values are checked as JSON: what JSON cannot hold (a Date, undefined fields) is checked as JSON would write it.
 */
export async function checkJsonSchema(schema: JsonSchema, value: unknown): Promise<Issue[]> {
  const validator = await validatorFor(schema);
  const text = JSON.stringify(value);
  if (text === undefined) return [{ path: "", message: "is required" }];
  const { valid, errors } = validator.validate(JSON.parse(text));
  return valid ? [] : readJsonSchemaIssues(errors, schema);
}

const validators = new WeakMap<JsonSchema, Validator>();

async function validatorFor(schema: JsonSchema): Promise<Validator> {
  let validator = validators.get(schema);
  if (!validator) {
    const module = await import("@cfworker/json-schema");
    validator = new module.Validator(schema as Schema, "2020-12", false);
    validators.set(schema, validator);
  }
  return validator;
}
