import { confirm, select, text } from "@clack/prompts";
import type { JsonSchema } from "@holdpoint/core";
import { plainText } from "../terminal/plain-text.ts";
import { answered } from "./answered.ts";
import { type Field, fieldsOf } from "./fields.ts";
import { readAs } from "./set-fields.ts";

/** Asks for an answer field by field; for one without fields, as JSON. */
export async function askForm(form: JsonSchema | null): Promise<unknown> {
  const fields = form ? fieldsOf(form) : null;
  if (fields === null) {
    const type = typeof form?.type === "string" ? form.type : "any";
    return askText({
      message: type === "any" ? "Your answer, as JSON" : "Your answer",
      type,
      required: true,
      name: "answer",
    });
  }
  const answer: Record<string, unknown> = {};
  for (const field of fields) {
    const value = await askField(field);
    if (value !== undefined) answer[field.name] = value;
  }
  return answer;
}

async function askField(field: Field): Promise<unknown> {
  const message = plainText([field.title, field.description].filter(Boolean).join(": "));
  if (field.choices && field.choices.length > 1) {
    const options = field.choices.map((choice) => ({ value: String(choice), label: plainText(String(choice)) }));
    if (!field.required) options.push({ value: "", label: "(leave empty)" });
    const chosen = await answered(select({ message, options }));
    return field.choices.find((choice) => String(choice) === chosen);
  }
  if (field.type === "boolean") return answered(confirm({ message, initialValue: field.fallback === true }));
  return askText({ ...field, message });
}

async function askText(field: { message: string; type: string; required: boolean; name: string; fallback?: unknown }) {
  const shown =
    field.fallback === undefined
      ? null
      : typeof field.fallback === "string"
        ? field.fallback
        : JSON.stringify(field.fallback);
  const given = await answered(
    text({
      message: `${field.message}${field.required || shown !== null ? "" : " (may stay empty)"}`,
      ...(shown === null ? {} : { initialValue: shown }),
      validate: (typed = "") => {
        if (typed === "") return field.required && field.type !== "string" ? "is required" : undefined;
        try {
          readAs(field.type, null, typed, field.name);
          return undefined;
        } catch (error) {
          return (error as Error).message.replace(/^--set [^:]*: /, "");
        }
      },
    }),
  );
  if (given === "" && !field.required) return undefined;
  return readAs(field.type, null, given ?? "", field.name);
}
