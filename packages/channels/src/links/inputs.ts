import type { Hold, JsonSchema } from "@holdpoint/core";
import { type Field, fieldsOf } from "../notice/fields.ts";

/** A field of the page. */
export interface Input {
  field: Field;
  /** Its name in what is sent. */
  name: string;
  /** It is the whole answer, not a field of one. */
  whole: boolean;
}

/** What is to be filled in: the fields of a form; of an approval, the proposed arguments where they may be edited, as they stand. */
export function inputsOf(hold: Pick<Hold, "kind" | "form" | "action">): Input[] {
  if (hold.kind === "form") return inputs(hold.form ?? {}, "field", "Your answer");
  const args = editableArguments(hold.form);
  if (args === null) return [];
  const now = hold.action?.arguments;
  const current = typeof now === "object" && now !== null ? (now as Record<string, unknown>) : {};
  return inputs(args, "args", "Arguments").map((input) => ({
    ...input,
    field: { ...input.field, fallback: input.whole ? now : current[input.field.name] },
  }));
}

function inputs(schema: JsonSchema, prefix: string, title: string): Input[] {
  const fields = fieldsOf(schema);
  if (fields) return fields.map((field) => ({ field, name: `${prefix}.${field.name}`, whole: false }));
  const type = schema.type === "string" ? "text" : "json";
  const field: Field = {
    name: prefix,
    title,
    description: null,
    type,
    required: true,
    choices: [],
    fallback: undefined,
    schema,
  };
  return [{ field, name: prefix, whole: true }];
}

function editableArguments(form: JsonSchema | null): JsonSchema | null {
  const { args } = (form?.properties ?? {}) as { args?: JsonSchema };
  return typeof args === "object" && args !== null ? args : null;
}
