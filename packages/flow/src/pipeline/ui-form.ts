import type { Json, JsonObject } from "../condition/condition.ts";

/** A form as documents describe it. */
export interface UiSchema {
  readonly title?: string;
  readonly description?: string;
  readonly fields?: readonly UiField[];
  readonly [field: string]: unknown;
}

/** One field of such a form. */
export interface UiField {
  readonly name: string;
  /** `text`, `textarea`, `radio`, `select`, `checkbox`, `number` or `date`; anything else is text. */
  readonly type?: string;
  readonly label?: string;
  readonly description?: string;
  readonly required?: boolean;
  readonly placeholder?: string;
  readonly default?: Json;
  readonly options?: readonly (string | { readonly value: Json; readonly label?: string })[];
  readonly rows?: number;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly [field: string]: unknown;
}

/**
 * The form of a `ui_schema` as JSON Schema: what renders it, and what checks every answer to it.
 *
 * @example
 * uiForm({ fields: [{ name: "decision", type: "radio", options: ["Approve", "Reject"], required: true }] });
 */
export function uiForm(ui: UiSchema): JsonObject {
  const fields = ui.fields ?? [];
  return {
    type: "object",
    ...(ui.title !== undefined && { title: ui.title }),
    ...(ui.description !== undefined && { description: ui.description }),
    properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field)])),
    required: fields.filter(({ required }) => required).map(({ name }) => name),
    additionalProperties: false,
  };
}

function fieldSchema(field: UiField): JsonObject {
  return {
    ...typeOf(field),
    title: field.label ?? field.name,
    ...(field.description !== undefined && { description: field.description }),
    ...(field.default !== undefined && { default: field.default }),
    ...(field.placeholder !== undefined && { examples: [field.placeholder] }),
  };
}

function typeOf(field: UiField): JsonObject {
  switch (field.type) {
    case "checkbox":
    case "boolean":
      return { type: "boolean" };
    case "number":
      return {
        type: "number",
        ...(field.min !== undefined && { minimum: field.min }),
        ...(field.max !== undefined && { maximum: field.max }),
        ...(field.step !== undefined && field.step > 0 && { multipleOf: field.step }),
      };
    case "date":
      return { type: "string", format: "date" };
    case "radio":
    case "select":
      return choiceOf(field);
    case "textarea":
      return { ...textOf(field), "x-rows": field.rows ?? 4 };
    default:
      return textOf(field);
  }
}

/** Of a required text there must be some. */
function textOf({ required }: UiField): JsonObject {
  return { type: "string", ...(required && { minLength: 1 }) };
}

function choiceOf(field: UiField): JsonObject {
  const options = (field.options ?? []).map((option) => (typeof option === "string" ? { value: option } : option));
  if (options.length === 0) return textOf(field);
  const kind = options.every(({ value }) => typeof value === "string") ? { type: "string" } : {};
  if (options.every((option) => !("label" in option))) return { ...kind, enum: options.map(({ value }) => value) };
  return {
    ...kind,
    oneOf: options.map((option) => ({
      const: option.value,
      title: "label" in option ? option.label : String(option.value),
    })),
  } as JsonObject;
}

/** The field an answer's decision stands in: the first with choices, or the one that is called so. */
export function decisionField(ui: UiSchema): UiField | undefined {
  const fields = ui.fields ?? [];
  return (
    fields.find(({ name }) => name === "decision") ?? fields.find(({ type }) => type === "radio" || type === "select")
  );
}
