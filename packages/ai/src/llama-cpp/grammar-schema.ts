import type { JsonSchema } from "@holdpoint/core";

type Schema = Record<string, unknown>;

/** Any JSON value, as far as the grammar goes. */
const anything: Schema = {
  oneOf: [
    { type: ["string", "number", "boolean", "null"] },
    { type: "array" },
    { type: "object", additionalProperties: true },
  ],
};

/**
 * A JSON schema as far as a grammar of node-llama-cpp can hold a model to it: types, properties, items, enums, lengths, references and
 * alternatives. What it cannot say (patterns, ranges, `allOf`) is left out; the answer is checked against the whole schema afterwards.
 * Properties that may be left out are asked for.
 */
export function grammarSchema(schema: JsonSchema | boolean | undefined): Schema {
  if (typeof schema !== "object" || schema === null) return anything;
  const given = schema as Schema;
  const defs = given.$defs ?? given.definitions;
  const shape = shapeOf(given);
  if (!isObject(defs) || !("type" in shape || "oneOf" in shape || "$ref" in shape)) return shape;
  return { ...shape, $defs: mapped(defs) };
}

function shapeOf(schema: Schema): Schema {
  const { type } = schema;
  if (typeof schema.$ref === "string") {
    const name = /^#\/(?:\$defs|definitions)\/(.+)$/.exec(schema.$ref)?.[1];
    return name === undefined ? anything : { $ref: `#/$defs/${name}` };
  }
  if ("const" in schema) return isPlain(schema.const) ? { const: schema.const } : anything;
  if (Array.isArray(schema.enum)) return schema.enum.every(isPlain) ? { enum: schema.enum } : anything;
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (Array.isArray(alternatives)) return { oneOf: alternatives.map(grammarSchema) };
  if (Array.isArray(type) && type.some((one) => one === "object" || one === "array" || one === "string")) {
    return { oneOf: type.map((one) => shapeOf({ ...schema, type: one })) };
  }
  switch (type) {
    case "object":
      return objectShape(schema);
    case "array":
      return {
        type: "array",
        ...(schema.items !== undefined && { items: grammarSchema(schema.items as JsonSchema) }),
        ...(Array.isArray(schema.prefixItems) && { prefixItems: schema.prefixItems.map(grammarSchema) }),
        ...picked(schema, ["minItems", "maxItems"]),
      };
    case "string":
      return ["date-time", "time", "date"].includes(schema.format as string)
        ? { type: "string", format: schema.format }
        : { type: "string", ...picked(schema, ["minLength", "maxLength"]) };
    case "number":
    case "integer":
    case "boolean":
    case "null":
      return { type };
    default:
      return Array.isArray(type) ? { type } : anything;
  }
}

function objectShape(schema: Schema): Schema {
  const { properties, additionalProperties: more } = schema;
  const open = more === undefined ? properties === undefined : more !== false;
  return {
    type: "object",
    ...(isObject(properties) && { properties: mapped(properties) }),
    ...(open && { additionalProperties: isObject(more) ? grammarSchema(more as JsonSchema) : true }),
  };
}

const mapped = (schemas: Schema): Schema =>
  Object.fromEntries(Object.entries(schemas).map(([name, one]) => [name, grammarSchema(one as JsonSchema)]));

const picked = (schema: Schema, names: readonly string[]): Schema =>
  Object.fromEntries(names.flatMap((name) => (typeof schema[name] === "number" ? [[name, schema[name]]] : [])));

const isObject = (value: unknown): value is Schema => typeof value === "object" && value !== null;
const isPlain = (value: unknown): boolean => value === null || ["string", "number", "boolean"].includes(typeof value);
