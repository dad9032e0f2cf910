import type { Hold, Issue } from "@holdpoint/core";
import { type Field, fieldsOf } from "../notice/fields.ts";

/** What a person sent from the page. */
export interface Answer {
  value: unknown;
  note: string | undefined;
  option: string | undefined;
  issues: Issue[];
}

/** The decision in a submitted form. What the form cannot mean is an issue; the rest is the engine's to check. */
export function answerOf(hold: Hold, sent: URLSearchParams): Answer {
  const note = sent.get("note")?.trim() || undefined;
  const option = sent.get("option") || undefined;
  const read = hold.kind === "approval" ? approval(sent) : form(hold, sent);
  const grave = hold.severity === "high" || hold.severity === "critical";
  const unread: Issue[] =
    grave && sent.get("seen") !== "yes" ? [{ path: "seen", message: "say that you have looked at the evidence" }] : [];
  return { ...read, note, option, issues: [...unread, ...read.issues] };
}

function approval(sent: URLSearchParams): { value: unknown; issues: Issue[] } {
  const outcome = sent.get("outcome");
  if (outcome === "approve" || outcome === "reject") return { value: { approved: outcome === "approve" }, issues: [] };
  return { value: null, issues: [{ path: "outcome", message: "choose Approve or Reject" }] };
}

function form(hold: Hold, sent: URLSearchParams): { value: unknown; issues: Issue[] } {
  const issues: Issue[] = [];
  const read = (field: Field, name: string): unknown => {
    try {
      return fieldValue(field, sent.getAll(name));
    } catch (error) {
      issues.push({ path: field.name, message: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  };
  const fields = fieldsOf(hold.form);
  if (fields === null) return { value: read(wholeAnswer(hold), "answer"), issues };
  const value: Record<string, unknown> = {};
  for (const field of fields) {
    const one = read(field, `field.${field.name}`);
    if (one !== undefined)
      Object.defineProperty(value, field.name, { value: one, enumerable: true, configurable: true, writable: true });
    else if (field.required && !issues.some(({ path }) => path === field.name))
      issues.push({ path: field.name, message: "is required" });
  }
  return { value, issues };
}

/** An answer that is not an object: one field, text or JSON. */
export function wholeAnswer(hold: Pick<Hold, "form">): Field {
  const schema = hold.form ?? {};
  const type = schema.type === "string" ? "text" : "json";
  return {
    name: "answer",
    title: "Your answer",
    description: null,
    type,
    required: true,
    choices: [],
    fallback: undefined,
    schema,
  };
}

function fieldValue(field: Field, sent: readonly string[]): unknown {
  if (field.type === "choices")
    return sent.length === 0 && !field.required ? undefined : sent.map((one) => choice(field, one));
  const text = sent[0]?.replaceAll("\r\n", "\n") ?? "";
  if (text.trim() === "") return field.required && (field.type === "string" || field.type === "text") ? "" : undefined;
  switch (field.type) {
    case "choice":
      return choice(field, text);
    case "boolean":
      return text === "true";
    case "number":
    case "integer": {
      const number = Number(text.replace(",", "."));
      if (!Number.isFinite(number)) throw new Error("must be a number");
      return number;
    }
    case "json":
      try {
        return JSON.parse(text);
      } catch {
        throw new Error("must be JSON");
      }
    default:
      return text;
  }
}

function choice(field: Field, text: string): string | number | boolean {
  const found = field.choices.find((one) => String(one) === text);
  if (found === undefined) throw new Error(`must be one of ${field.choices.join(", ")}`);
  return found;
}
