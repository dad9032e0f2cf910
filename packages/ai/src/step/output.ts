import type { StandardSchemaV1 } from "@holdpoint/core";
import type { FinishReason } from "../model/model.ts";
import { type Checked, check } from "../schema.ts";

/** Reads a structured answer: JSON, also where a model has put it into a fenced block, checked against its schema. */
export function readOutput<T>(
  schema: StandardSchemaV1<unknown, T>,
  text: string,
  finish: FinishReason,
  subject: string,
): Checked<T> {
  let value: unknown;
  try {
    value = JSON.parse(unfenced(text));
  } catch {
    const message = finish === "length" ? "it is cut off: it took more tokens than it may" : "it is not JSON";
    return { issues: [{ path: "", message }] };
  }
  return check(schema, value, `${subject} output`);
}

/** What stands in a fenced block, where the whole text is one. */
export function unfenced(text: string): string {
  const trimmed = text.trim();
  const block = /^```(?:json)?\s*\n([\s\S]*?)\n?```$/.exec(trimmed);
  return block?.[1] ?? trimmed;
}
