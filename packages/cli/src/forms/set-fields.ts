import { closest, type JsonSchema } from "@holdpoint/core";
import { UsageError } from "../command/usage-error.ts";
import { pairOf } from "../options/pairs.ts";
import { type Field, fieldsOf, resolved, takesOthers } from "./fields.ts";

/**
 * An answer from `--set name=value` pairs, each value read as the type its field has in the form. Dots go into objects
 * (`address.city=Bonn`); a list takes JSON, or one value each time it is set.
 */
export function answerFromPairs(form: JsonSchema, pairs: readonly string[]): Record<string, unknown> {
  const answer: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [path, text] = pairOf("--set", pair);
    setField(answer, form, form, path.split("."), text, path);
  }
  return answer;
}

function setField(
  into: Record<string, unknown>,
  schema: JsonSchema,
  root: JsonSchema,
  path: readonly string[],
  text: string,
  whole: string,
): void {
  const [name = "", ...rest] = path;
  const fields = fieldsOf(schema, root);
  if (fields === null) throw new UsageError("this hold's answer has no fields to set; give it with --answer JSON");
  const field = fields.find((one) => one.name === name);
  if ((!field && !takesOthers(schema)) || name === "__proto__") throw new UsageError(unknownField(name, fields));
  if (rest.length > 0) {
    const inner = (into[name] ??= {}) as Record<string, unknown>;
    const below = field ? resolved(field.schema, root) : { type: "object", additionalProperties: true, properties: {} };
    setField(inner, below, root, rest, text, whole);
  } else if (field?.type === "array" && !text.trim().startsWith("[")) {
    const items = resolved((field.schema.items ?? {}) as JsonSchema, root);
    const type = typeof items.type === "string" ? items.type : "any";
    into[name] = [...((into[name] as unknown[] | undefined) ?? []), readAs(type, null, text, whole)];
  } else {
    into[name] = readAs(field?.type ?? "any", field?.choices ?? null, text, whole);
  }
}

function unknownField(name: string, fields: readonly Field[]): string {
  const names = fields.map((field) => field.name);
  const close = closest(name, names);
  return close
    ? `the form has no field '${name}', did you mean '${close}'?`
    : `the form has no field '${name}'; it has ${names.join(", ")}`;
}

/** Text as a value of a JSON Schema type. */
export function readAs(type: string, choices: readonly unknown[] | null, text: string, name: string): unknown {
  const chosen = choices?.find((choice) => String(choice) === text);
  if (chosen !== undefined) return chosen;
  switch (type) {
    case "string":
      return text;
    case "boolean":
      if (/^(true|yes|y|1)$/i.test(text)) return true;
      if (/^(false|no|n|0)$/i.test(text)) return false;
      throw new UsageError(`--set ${name}: "${text}" is not true or false`);
    case "number":
    case "integer": {
      const number = text.trim() === "" ? Number.NaN : Number(text);
      if (Number.isNaN(number)) throw new UsageError(`--set ${name}: "${text}" is not a number`);
      return number;
    }
    case "array":
    case "object":
      try {
        return JSON.parse(text);
      } catch {
        throw new UsageError(
          `--set ${name}: "${text}" is not JSON (the field is ${type === "array" ? "a list" : "an object"})`,
        );
      }
    default:
      try {
        return JSON.parse(text);
      } catch {
        return text;
      }
  }
}
