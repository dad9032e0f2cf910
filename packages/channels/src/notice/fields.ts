import type { JsonSchema } from "@holdpoint/core";
import { oneLine } from "./plain.ts";

/** One field of a form, as messages and pages show it. */
export interface Field {
  name: string;
  title: string;
  description: string | null;
  type: "string" | "text" | "number" | "integer" | "boolean" | "choice" | "choices" | "json";
  required: boolean;
  choices: readonly (string | number | boolean)[];
  fallback: unknown;
  schema: JsonSchema;
}

/** The fields of a form whose answer is an object; null for another one, which is answered as one JSON value. */
export function fieldsOf(form: JsonSchema | null): Field[] | null {
  if (form === null) return null;
  const schema = resolved(form, form);
  if (!isObject(schema.properties)) return null;
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(schema.properties).map(([name, raw]) => {
    const property = resolved(isObject(raw) ? raw : {}, form);
    const choices = choicesOf(property, form);
    return {
      name,
      title: typeof property.title === "string" ? oneLine(property.title) : name,
      description: typeof property.description === "string" ? oneLine(property.description) : null,
      type: typeOf(property, choices),
      required: required.includes(name),
      choices,
      fallback: property.default,
      schema: property,
    };
  });
}

/** What a field wants, in a few words. */
export function wanted(field: Field): string {
  const list = field.choices.map(String).join(", ");
  const words = {
    string: "text",
    text: "text",
    number: "a number",
    integer: "a whole number",
    boolean: "yes or no",
    choice: `one of ${list}`,
    choices: `any of ${list}`,
    json: "JSON",
  } as const;
  return `${words[field.type]}${field.required ? "" : " (may stay empty)"}`;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isSimple = (value: unknown): value is string | number | boolean =>
  ["string", "number", "boolean"].includes(typeof value);

/** What stands behind a `$ref` into the same document. */
function resolved(schema: JsonSchema, root: JsonSchema, depth = 0): JsonSchema {
  const { $ref: ref } = schema;
  if (typeof ref !== "string" || depth > 10) return schema;
  const parts = ref.replace(/^#\/?/, "").split("/").filter(Boolean);
  const found = parts.reduce<unknown>(
    (at, part) => (isObject(at) ? at[part.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined),
    root,
  );
  return isObject(found) ? resolved(found, root, depth + 1) : schema;
}

function choicesOf(schema: JsonSchema, root: JsonSchema): (string | number | boolean)[] {
  if (schema.type === "array" && isObject(schema.items)) return choicesOf(resolved(schema.items, root), root);
  if (Array.isArray(schema.enum)) return schema.enum.filter(isSimple);
  const branches = [schema.anyOf, schema.oneOf].flatMap((list) => (Array.isArray(list) ? list.filter(isObject) : []));
  const constants = branches.map((branch) => branch.const).filter(isSimple);
  return branches.length > 0 && constants.length === branches.length ? constants : [];
}

function typeOf(schema: JsonSchema, choices: readonly unknown[]): Field["type"] {
  if (schema.type === "array") return choices.length > 0 ? "choices" : "json";
  if (choices.length > 0) return "choice";
  if (schema.type === "number" || schema.type === "integer" || schema.type === "boolean") return schema.type;
  if (schema.type !== "string") return "json";
  const long = typeof schema.maxLength !== "number" || schema.maxLength > 120;
  return long && schema.format === undefined && schema.pattern === undefined ? "text" : "string";
}
