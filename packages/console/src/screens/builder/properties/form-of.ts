import { isRecord } from "../document/json-text.ts";
import type { HumanKind } from "../document/pipeline.ts";

/** A field of a `ui_schema`, as documents write it. */
export type UiField = Readonly<Record<string, unknown>>;

const decisions = (...options: string[]): UiField[] => [
  { name: "decision", type: "radio", options, required: true, label: "Decision" },
  { name: "comments", type: "textarea", label: "Comments" },
];

/** The form that a question has by itself, where its document has none. */
export function defaultFields(kind: HumanKind, config: unknown): UiField[] {
  const given = isRecord(config) ? (config.voting_options ?? config.options) : undefined;
  const options = Array.isArray(given) ? given.map(String) : null;
  switch (kind) {
    case "human_input":
      return [{ name: "user_input", type: "text", required: true }];
    case "review_and_approve":
      return decisions("approve", "reject", "request_changes");
    case "time_based_decision":
      return decisions(...(options ?? ["proceed", "stop"]));
    default:
      return decisions(...(options ?? ["approve", "reject"]));
  }
}

/** The form as JSON Schema: what is shown of it before anybody is asked. The server makes the one that people get. */
export function formOf(fields: readonly unknown[]): Record<string, unknown> {
  const named = fields.filter(isRecord).filter(({ name }) => typeof name === "string" && name !== "");
  return {
    type: "object",
    properties: Object.fromEntries(named.map((field) => [field.name, schemaOf(field)])),
    required: named.filter(({ required }) => required === true).map(({ name }) => name),
  };
}

function schemaOf(field: UiField): Record<string, unknown> {
  const { label, name, description, placeholder } = field;
  return {
    ...typeOf(field),
    title: typeof label === "string" ? label : name,
    ...(typeof description === "string" && { description }),
    ...(field.default !== undefined && { default: field.default }),
    ...(typeof placeholder === "string" && { examples: [placeholder] }),
  };
}

function typeOf(field: UiField): Record<string, unknown> {
  switch (field.type) {
    case "checkbox":
    case "boolean":
      return { type: "boolean" };
    case "number":
      return { type: "number" };
    case "date":
      return { type: "string", format: "date" };
    case "radio":
    case "select":
      return choiceOf(field.options);
    case "textarea":
      return { type: "string", "x-rows": typeof field.rows === "number" ? field.rows : 4 };
    default:
      return { type: "string", maxLength: 120 };
  }
}

function choiceOf(options: unknown): Record<string, unknown> {
  const list = Array.isArray(options) ? options : [];
  if (list.length === 0) return { type: "string", maxLength: 120 };
  return {
    oneOf: list.map((option) =>
      isRecord(option)
        ? { const: option.value, title: typeof option.label === "string" ? option.label : String(option.value) }
        : { const: option, title: String(option) },
    ),
  };
}
