import type { JsonSchema } from "@holdpoint/core";

/** One field of an answer, as far as a command line or a prompt needs to know it. */
export interface Field {
  name: string;
  title: string;
  description: string | null;
  /** `string`, `number`, `integer`, `boolean`, `array`, `object`; `any` when the schema does not say or allows several. */
  type: string;
  required: boolean;
  choices: readonly unknown[] | null;
  fallback: unknown;
  schema: JsonSchema;
}

/** The fields of a form whose answer is an object; null for any other form. `root` is the document that `$ref` points into. */
export function fieldsOf(form: JsonSchema, root: JsonSchema = form): Field[] | null {
  const schema = resolved(form, root);
  const properties = schema.properties;
  if (typeof properties !== "object" || properties === null) return null;
  const required = Array.isArray(schema.required) ? (schema.required as unknown[]) : [];
  return Object.entries(properties as Record<string, JsonSchema>).map(([name, raw]) => {
    const property = resolved(raw, root);
    return {
      name,
      title: textOr(property.title, name),
      description: typeof property.description === "string" ? property.description : null,
      type: typeOf(property),
      required: required.includes(name),
      choices: choicesOf(property),
      fallback: property.default,
      schema: property,
    };
  });
}

/** Whether an answer may have fields that the form does not name. */
export function takesOthers(form: JsonSchema): boolean {
  const schema = resolved(form, form);
  const extra = schema.additionalProperties;
  return extra === true || (typeof extra === "object" && extra !== null) || "patternProperties" in schema;
}

/** What stands behind a `$ref` into the same document. */
export function resolved(schema: JsonSchema, root: JsonSchema, depth = 0): JsonSchema {
  const ref = schema.$ref;
  if (typeof ref !== "string" || depth > 10) return schema;
  let found: unknown = root;
  for (const part of ref.replace(/^#\/?/, "").split("/").filter(Boolean)) {
    found = (found as Record<string, unknown> | undefined)?.[part.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return typeof found === "object" && found !== null ? resolved(found as JsonSchema, root, depth + 1) : schema;
}

function typeOf(schema: JsonSchema): string {
  const type = schema.type;
  if (typeof type === "string") return type;
  const options = [schema.anyOf, schema.oneOf].flatMap((list) => (Array.isArray(list) ? (list as JsonSchema[]) : []));
  const types = new Set(
    (Array.isArray(type) ? (type as unknown[]) : options.map((option) => option.type)).filter(
      (one) => one !== "null" && one !== undefined,
    ),
  );
  const [only] = types;
  return types.size === 1 && typeof only === "string" ? only : "any";
}

function choicesOf(schema: JsonSchema): readonly unknown[] | null {
  if (Array.isArray(schema.enum)) return schema.enum as unknown[];
  if ("const" in schema) return [schema.const];
  const options = schema.oneOf ?? schema.anyOf;
  if (!Array.isArray(options)) return null;
  const constants = (options as JsonSchema[]).map((option) => option.const);
  return constants.every((one) => one !== undefined) ? constants : null;
}

const textOr = (value: unknown, fallback: string): string => (typeof value === "string" ? value : fallback);
