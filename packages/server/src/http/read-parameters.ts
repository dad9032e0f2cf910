import { z } from "zod";

/**
 * The texts of a query or a path as the values their schema asks for: numbers and booleans where it has them, lists from repeated or
 * comma-separated fields. What is no number stays a text, for the schema to refuse.
 */
export function readParameters(
  schema: z.ZodObject,
  given: Iterable<readonly [string, string]>,
): Record<string, unknown> {
  const texts = new Map<string, string[]>();
  for (const [name, text] of given) texts.set(name, [...(texts.get(name) ?? []), text]);
  const read: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, all] of texts) {
    const field = Object.hasOwn(schema.shape, name) ? bare(schema.shape[name] as z.ZodType) : null;
    if (field instanceof z.ZodArray) {
      const item = bare(field.element as z.ZodType);
      // A word of an enumeration has no comma; a text may.
      const parts = item instanceof z.ZodEnum ? all.flatMap((text) => text.split(",")) : all;
      read[name] = parts.map((text) => readValue(item, text));
    } else {
      // The same field twice is a mistake, and a list is what no schema of one value takes.
      read[name] = all.length === 1 ? readValue(field, all[0] ?? "") : all;
    }
  }
  return { ...read };
}

function readValue(field: z.ZodType | null, text: string): unknown {
  if (field instanceof z.ZodNumber) return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (field instanceof z.ZodBoolean) return text === "true" ? true : text === "false" ? false : text;
  return text;
}

function bare(field: z.ZodType): z.ZodType {
  return field instanceof z.ZodOptional ? bare(field.unwrap() as z.ZodType) : field;
}
