import type { JsonSchema } from "@holdpoint/core";

/** Deeper than this a schema that refers to itself gives nothing more. */
const deepest = 6;

/**
 * A value that fits a JSON Schema, for whoever has none of their own: its default, constant or example where it says one, else the smallest that has the fields it
 * requires. What only a pattern or a `not` says is not looked for.
 */
export function sampleOf(schema: JsonSchema | boolean | null | undefined): unknown {
  return sample(schema, (schema ?? {}) as JsonSchema, 0);
}

function sample(given: unknown, root: JsonSchema, depth: number): unknown {
  if (typeof given !== "object" || given === null || depth > deepest) return null;
  const schema = given as Record<string, unknown>;
  const { examples, oneOf, anyOf, allOf } = schema;
  if ("default" in schema) return schema.default;
  if ("const" in schema) return schema.const;
  if (Array.isArray(examples) && examples.length > 0) return examples[0];
  if (Array.isArray(schema.enum)) return schema.enum[0] ?? null;
  if (typeof schema.$ref === "string") return sample(referred(schema.$ref, root), root, depth + 1);
  for (const one of [oneOf, anyOf]) if (Array.isArray(one) && one.length > 0) return sample(one[0], root, depth + 1);
  if (Array.isArray(allOf)) {
    const parts = [{ ...schema, allOf: undefined }, ...allOf].map((one) => sample(one, root, depth + 1));
    return Object.assign({}, ...parts.filter((one) => typeof one === "object"));
  }
  return ofType(schema, root, depth);
}

function ofType(schema: Readonly<Record<string, unknown>>, root: JsonSchema, depth: number): unknown {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  const { minimum, exclusiveMinimum, minItems, minLength, format, properties, required } = schema;
  switch (type ?? (properties ? "object" : undefined)) {
    case "object": {
      const fields = Object.entries((properties ?? {}) as Record<string, unknown>);
      const needed = new Set(Array.isArray(required) ? required : []);
      const filled = fields.filter(([name, one]) => needed.has(name) || "default" in (one as object));
      // Where nothing is required all are shown: a sample is there to be looked at.
      const shown = filled.length > 0 ? filled : fields;
      return Object.fromEntries(shown.map(([name, one]) => [name, sample(one, root, depth + 1)]));
    }
    case "array":
      return Array.from({ length: Math.min(Number(minItems ?? 1), 20) }, () => sample(schema.items, root, depth + 1));
    case "string":
      return formats[String(format)] ?? "text".padEnd(Math.min(Number(minLength ?? 0), 1000), " text");
    case "integer":
    case "number":
      return typeof minimum === "number" ? minimum : typeof exclusiveMinimum === "number" ? exclusiveMinimum + 1 : 1;
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return {};
  }
}

const formats: Readonly<Record<string, string>> = {
  date: "2026-01-15",
  "date-time": "2026-01-15T09:00:00Z",
  time: "09:00:00Z",
  email: "someone@example.com",
  uri: "https://example.com/",
  uuid: "00000000-0000-4000-8000-000000000000",
};

function referred(reference: string, root: JsonSchema): unknown {
  if (!reference.startsWith("#/")) return null;
  const parts = reference.slice(2).split("/");
  return parts.reduce<unknown>(
    (at, part) => (at as Record<string, unknown> | null)?.[part.replaceAll("~1", "/").replaceAll("~0", "~")],
    root,
  );
}
