import type { FormField } from "./fields.ts";

/** What stands in the controls of a form, by field: texts as they were typed, so that nothing typed is ever lost. */
export type Entries = Readonly<Record<string, string | readonly string[]>>;

/** What is wrong, by field. */
export type FormIssues = Readonly<Record<string, string>>;

/** What stands in the controls at first: values that are there, and the schema's defaults. */
export function entriesOf(fields: readonly FormField[], values: unknown): Entries {
  const given = typeof values === "object" && values !== null ? (values as Record<string, unknown>) : {};
  return Object.fromEntries(
    fields.map((field) => [
      field.name,
      entryOf(field, Object.hasOwn(given, field.name) ? given[field.name] : field.fallback),
    ]),
  );
}

function entryOf({ type }: FormField, value: unknown): string | readonly string[] {
  if (type === "choices") return Array.isArray(value) ? value.map(String) : [];
  if (value === undefined || value === null) return "";
  if (type === "json") return JSON.stringify(value, null, 2);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The value that a form's controls make together, or what is wrong with them. The server checks all of it again, by the whole schema. */
export function readEntries(
  fields: readonly FormField[],
  entries: Entries,
): { value: Record<string, unknown>; issues: FormIssues } {
  const value: Record<string, unknown> = {};
  const issues: Record<string, string> = {};
  for (const field of fields) {
    const read = readField(field, entries[field.name] ?? "");
    if ("issue" in read) issues[field.name] = read.issue;
    else if (read.value !== undefined)
      Object.defineProperty(value, field.name, {
        value: read.value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return { value, issues };
}

type Read = { value: unknown } | { issue: string };

function readField(field: FormField, entry: string | readonly string[]): Read {
  if (typeof entry !== "string") return readChoices(field, entry);
  if (entry.trim() === "") {
    const empty = field.required && (field.type === "string" || field.type === "text") && !field.schema.minLength;
    if (empty) return { value: "" };
    return field.required ? { issue: "Fill this in." } : { value: undefined };
  }
  switch (field.type) {
    case "choice":
      return { value: field.choices.find(({ value }) => String(value) === entry)?.value };
    case "boolean":
      return { value: entry === "true" };
    case "number":
    case "integer":
      return readNumber(field, entry);
    case "json":
      return readJson(entry);
    default:
      return readText(field, entry);
  }
}

function readChoices(field: FormField, chosen: readonly string[]): Read {
  const values = field.choices.filter(({ value }) => chosen.includes(String(value))).map(({ value }) => value);
  return { value: values.length === 0 && !field.required ? undefined : values };
}

function readNumber({ type, schema }: FormField, text: string): Read {
  const number = Number(text.trim().replace(",", "."));
  const { minimum, maximum } = schema;
  if (!Number.isFinite(number)) return { issue: "Must be a number." };
  if (type === "integer" && !Number.isInteger(number)) return { issue: "Must be a whole number." };
  if (typeof minimum === "number" && number < minimum) return { issue: `Must be ${minimum} or more.` };
  if (typeof maximum === "number" && number > maximum) return { issue: `Must be ${maximum} or less.` };
  return { value: number };
}

function readJson(text: string): Read {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { issue: `Not JSON: ${error instanceof Error ? error.message : "it cannot be read"}.` };
  }
}

function readText({ schema }: FormField, text: string): Read {
  const { minLength, maxLength } = schema;
  const length = [...text].length;
  if (typeof minLength === "number" && length < minLength) return { issue: `At least ${minLength} characters.` };
  if (typeof maxLength === "number" && length > maxLength)
    return { issue: `At most ${maxLength} characters; these are ${length}.` };
  return { value: text };
}
