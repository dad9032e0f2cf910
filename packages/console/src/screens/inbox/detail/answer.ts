import { type Entries, entriesOf, type FormIssues, readEntries } from "../../../forms/entries.ts";
import { editableArguments, type FormField, fieldsOf } from "../../../forms/fields.ts";
import { changesBetween } from "../../../ui/changes.ts";
import type { Hold } from "../views.ts";
import type { Draft } from "./draft.ts";

/** The whole of an answer that is no object, or of one whose schema nobody can make controls of: one field for JSON. */
const wholeField = (schema: Readonly<Record<string, unknown>>, title: string): FormField => ({
  ...{
    name: "",
    title,
    description: null,
    type: schema.type === "string" ? "text" : "json",
    required: true,
    choices: [],
  },
  ...{ fallback: schema.default, placeholder: undefined, rows: 4, schema },
});

/** What is to be filled in: a form's fields; of an approval the arguments, where they may be changed. */
export function answerFields(hold: Pick<Hold, "kind" | "form">): { fields: readonly FormField[]; whole: boolean } {
  const schema = hold.kind === "form" ? (hold.form ?? {}) : editableArguments(hold.form);
  if (schema === null) return { fields: [], whole: false };
  const fields = fieldsOf(schema);
  return fields ? { fields, whole: false } : { fields: [wholeField(schema, "Your answer")], whole: true };
}

/** What stands in the controls before anything is touched. */
export function firstEntries(hold: Hold): Entries {
  const { fields, whole } = answerFields(hold);
  const given = hold.kind === "form" ? undefined : hold.action?.arguments;
  return entriesOf(fields, whole ? { "": given } : given);
}

/** The answer that a draft is, or what is wrong with it. */
export function answerOf(
  hold: Hold,
  { outcome, option, editing, entries }: Draft,
): { answer: unknown; option: string | undefined; issues: FormIssues } {
  const chosen = option === "" ? undefined : option;
  if (hold.kind === "form") {
    const { value, issues } = filled(hold, entries);
    return { answer: value, option: chosen, issues };
  }
  if (outcome !== "approve") return { answer: { approved: false }, option: chosen, issues: {} };
  if (!editing) return { answer: { approved: true }, option: chosen, issues: {} };
  const { value, issues } = filled(hold, entries);
  const changed = changesBetween(hold.action?.arguments, value).length > 0;
  return { answer: { approved: true, ...(changed ? { args: value } : {}) }, option: chosen, issues };
}

/** The value of the controls as they stand. */
export function filled(hold: Hold, entries: Entries | null): { value: unknown; issues: FormIssues } {
  const { fields, whole } = answerFields(hold);
  const { value, issues } = readEntries(fields, entries ?? firstEntries(hold));
  return { value: whole ? value[""] : value, issues };
}

/** What has to be typed to decide a critical hold: the first name of a thing that the action is done to. */
export function targetOf({ action, name }: Hold): string {
  const given =
    typeof action?.arguments === "object" && action.arguments !== null ? Object.values(action.arguments) : [];
  const target = given.find((value) => typeof value === "string" && value.length > 0 && value.length <= 60);
  return typeof target === "string" ? target : (action?.name ?? name).slice(0, 60);
}
