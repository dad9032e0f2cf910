import { isDeepStrictEqual } from "node:util";
import type { Hold, Issue } from "@holdpoint/core";
import type { Field } from "../notice/fields.ts";
import { type Input, inputsOf } from "./inputs.ts";

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
  const read = hold.kind === "approval" ? approval(hold, sent) : filledIn(inputsOf(hold), sent);
  const grave = hold.severity === "high" || hold.severity === "critical";
  const unread: Issue[] =
    grave && sent.get("seen") !== "yes" ? [{ path: "seen", message: "say that you have looked at the evidence" }] : [];
  return { ...read, note, option, issues: [...unread, ...read.issues] };
}

function approval(hold: Hold, sent: URLSearchParams): { value: unknown; issues: Issue[] } {
  const outcome = sent.get("outcome");
  if (outcome === "reject") return { value: { approved: false }, issues: [] };
  if (outcome !== "approve") return { value: null, issues: [{ path: "outcome", message: "choose Approve or Reject" }] };
  const { value: args, issues } = filledIn(inputsOf(hold), sent);
  const edited = args !== undefined && !isDeepStrictEqual(args, hold.action?.arguments);
  return { value: { approved: true, ...(edited && { args }) }, issues };
}

/** The value that inputs make together: an object of fields, or the one that is the whole of it; undefined without inputs. */
function filledIn(inputs: readonly Input[], sent: URLSearchParams): { value: unknown; issues: Issue[] } {
  const issues: Issue[] = [];
  const read = ({ field, name }: Input): unknown => {
    try {
      return fieldValue(field, sent.getAll(name));
    } catch (error) {
      issues.push({ path: field.name, message: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  };
  const [first] = inputs;
  if (first === undefined || first.whole) return { value: first && read(first), issues };
  const value: Record<string, unknown> = {};
  for (const input of inputs) {
    const { name, required } = input.field;
    const one = read(input);
    if (one !== undefined)
      Object.defineProperty(value, name, { value: one, enumerable: true, configurable: true, writable: true });
    else if (required && !issues.some(({ path }) => path === name)) issues.push({ path: name, message: "is required" });
  }
  return { value, issues };
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
