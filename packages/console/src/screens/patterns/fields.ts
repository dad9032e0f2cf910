import { type Entries, type FormIssues, readEntries } from "../../forms/entries.ts";
import { type FormField, fieldsOf, type JsonSchema } from "../../forms/fields.ts";

/** The three parts of a pattern's input, as forms. */
export interface PatternFields {
  task: readonly FormField[];
  parameters: readonly FormField[];
  prompts: readonly FormField[];
}

export type PatternEntries = { readonly [P in keyof PatternFields]: Entries };
export type PatternIssues = { readonly [P in keyof PatternFields]: FormIssues };

/** The forms of a pattern's input; a form whose part it does not say is empty. */
export function patternFields(input: JsonSchema | null): PatternFields {
  const all = fieldsOf(input) ?? [];
  const inside = (name: string): readonly FormField[] =>
    fieldsOf(all.find((one) => one.name === name)?.schema ?? null) ?? [];
  return {
    task: all.filter(({ name }) => name === "task"),
    parameters: inside("parameters"),
    prompts: inside("prompts"),
  };
}

/** The prompts that a run has, by step: its own, or those of the pattern. */
export function promptsOf(input: JsonSchema | null, given: unknown): ReadonlyMap<string, string> {
  const own = (given as { prompts?: Record<string, unknown> } | null)?.prompts ?? {};
  return new Map(
    patternFields(input).prompts.map(({ name, fallback }) => [
      name,
      String(Object.hasOwn(own, name) ? own[name] : (fallback ?? "")),
    ]),
  );
}

/** What a run is started with: of prompts and numbers only those that are not the pattern's own. */
export function patternInput(
  fields: PatternFields,
  entries: PatternEntries,
): { input: Record<string, unknown>; issues: PatternIssues; fine: boolean } {
  const task = readEntries(fields.task, entries.task);
  const parameters = readEntries(fields.parameters, entries.parameters);
  const prompts = readEntries(fields.prompts, entries.prompts);
  const issues = { task: task.issues, parameters: parameters.issues, prompts: prompts.issues };
  const input = {
    ...task.value,
    ...part("parameters", changed(fields.parameters, parameters.value)),
    ...part("prompts", changed(fields.prompts, prompts.value)),
  };
  return { input, issues, fine: Object.values(issues).every((one) => Object.keys(one).length === 0) };
}

const part = (name: string, values: object): object => (Object.keys(values).length > 0 ? { [name]: values } : {});

const changed = (fields: readonly FormField[], values: Record<string, unknown>): object =>
  Object.fromEntries(
    fields.flatMap(({ name, fallback }) => {
      const value = values[name];
      return value === undefined || value === fallback ? [] : [[name, value]];
    }),
  );
