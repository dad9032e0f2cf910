import { wordsOf } from "../ui/words.ts";

/** A JSON Schema, as holds carry it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** One choice of a field, and the word for it. */
export interface Choice {
  value: string | number | boolean;
  title: string;
}

/** One field of a form. */
export interface FormField {
  name: string;
  title: string;
  description: string | null;
  type: "string" | "text" | "number" | "integer" | "boolean" | "choice" | "choices" | "date" | "json";
  required: boolean;
  choices: readonly Choice[];
  fallback: unknown;
  placeholder: string | undefined;
  rows: number;
  schema: JsonSchema;
}

/**
 * The fields of a form whose answer is an object; null for another one, which is answered as one JSON value. It reads the subset that all
 * channels render (also what a pipeline's `ui_schema` becomes); whatever else a field is, is a field for JSON.
 */
export function fieldsOf(form: JsonSchema | null): FormField[] | null {
  if (form === null) return null;
  const schema = resolved(form, form);
  if (!isObject(schema.properties)) return null;
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(schema.properties).map(([name, raw]) => fieldOf(name, raw, form, required.includes(name)));
}

function fieldOf(name: string, raw: unknown, form: JsonSchema, required: boolean): FormField {
  const schema = resolved(isObject(raw) ? raw : {}, form);
  const choices = choicesOf(schema, form);
  const [example] = Array.isArray(schema.examples) ? schema.examples : [];
  return {
    name,
    title: typeof schema.title === "string" ? schema.title : wordsOf(name),
    description: typeof schema.description === "string" ? schema.description : null,
    type: typeOf(schema, choices),
    required,
    choices,
    fallback: schema.default,
    placeholder: typeof example === "string" ? example : undefined,
    rows: typeof schema["x-rows"] === "number" ? schema["x-rows"] : 3,
    schema,
  };
}

/** The schema of the arguments that an approval may change; null where it may change none. */
export function editableArguments(form: JsonSchema | null): JsonSchema | null {
  const properties = form?.properties;
  const args = isObject(properties) ? properties.args : null;
  return isObject(args) ? args : null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isSimple = (value: unknown): value is Choice["value"] => ["string", "number", "boolean"].includes(typeof value);

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

function choicesOf(schema: JsonSchema, root: JsonSchema): Choice[] {
  if (schema.type === "array" && isObject(schema.items)) return choicesOf(resolved(schema.items, root), root);
  if (Array.isArray(schema.enum)) return schema.enum.filter(isSimple).map((value) => ({ value, title: String(value) }));
  const branches = [schema.anyOf, schema.oneOf].flatMap((list) => (Array.isArray(list) ? list.filter(isObject) : []));
  const choices = branches.flatMap(({ const: value, title }) =>
    isSimple(value) ? [{ value, title: typeof title === "string" ? title : String(value) }] : [],
  );
  return choices.length === branches.length ? choices : [];
}

function typeOf(schema: JsonSchema, choices: readonly unknown[]): FormField["type"] {
  if (schema.type === "array") return choices.length > 0 ? "choices" : "json";
  if (choices.length > 0) return "choice";
  if (schema.type === "number" || schema.type === "integer" || schema.type === "boolean") return schema.type;
  if (schema.type !== "string") return "json";
  if (schema.format === "date") return "date";
  const long = typeof schema.maxLength !== "number" || schema.maxLength > 120;
  return "x-rows" in schema ||
    (long && schema.format === undefined && schema.pattern === undefined && !("examples" in schema))
    ? "text"
    : "string";
}
