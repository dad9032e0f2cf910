import type { RouteOutput } from "@holdpoint/client";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { call } from "../../../data/api.ts";
import { type Entries, entriesOf, type FormIssues, readEntries } from "../../../forms/entries.ts";
import { type FormField, fieldsOf, type JsonSchema } from "../../../forms/fields.ts";
import { isRecord } from "../document/json-text.ts";
import type { Builder } from "../use-builder.ts";
import { copy } from "./copy.ts";
import { keep, readKept } from "./kept.ts";

/** What a dry run found. */
export type Report = RouteOutput<"pipelines.dryRun">;
export type Visit = Report["visits"][number];
export type AskedHold = Report["holds"][number];

/** What stands in the place of a step, as it was typed. */
export interface StepChoice {
  use: "sample" | "error" | "code";
  /** JSON, or nothing. */
  sample: string;
  error: string;
}

export const noChoice: StepChoice = { use: "sample", sample: "", error: copy.step.errorFirst };

type Answer = { value: unknown } | { lapse: true };
type Answers = Readonly<Record<string, readonly Answer[]>>;

/** A pipeline that is tried out: what it is given, and what became of it. */
export interface DryRun {
  /** Fields of the input; null where it is one JSON value. */
  fields: readonly FormField[] | null;
  entries: Entries;
  setEntries: (entries: Entries) => void;
  inputText: string;
  setInputText: (text: string) => void;
  issues: FormIssues;
  choices: Readonly<Record<string, StepChoice>>;
  choose: (step: string, choice: Partial<StepChoice>) => void;
  start: () => void;
  answer: (hold: AskedHold, answer: Answer) => void;
  clear: () => void;
  report: Report | null;
  /** The pipeline is another one by now. */
  stale: boolean;
  busy: boolean;
  error: Error | null;
}

/** Everything about trying out the pipeline under work. The server keeps nothing of it: each answer is sent with all that went before. */
export function useDryRun({ document, text, shown }: Builder, draftName: string): DryRun {
  const schema = useMemo(() => inputSchemaOf(document), [document]);
  const fields = useMemo(() => fieldsOf(schema), [schema]);
  const [kept] = useState(() => readKept(draftName));
  const [entries, setEntries] = useState<Entries>(kept.entries);
  const [inputText, setInputText] = useState(kept.inputText);
  const [issues, setIssues] = useState<FormIssues>({});
  const [choices, setChoices] = useState<Readonly<Record<string, StepChoice>>>(kept.choices);
  useEffect(() => keep(draftName, { entries, inputText, choices }), [draftName, entries, inputText, choices]);
  const [answers, setAnswers] = useState<Answers>({});
  const [found, setFound] = useState<{ report: Report; text: string; input: unknown } | null>(null);
  const send = useMutation({
    mutationFn: async ({ input, given, before }: { input: unknown; given: Answers; before: Report | null }) => ({
      report: await call("pipelines.dryRun", {
        ...{ document: document as Record<string, unknown>, input, answers: given },
        steps: stepsOf(choices, new Set(shown.steps.map(({ id }) => id)), before),
      } as never),
      ...{ text, input },
    }),
    onSuccess: setFound,
  });
  const filled = { ...entriesOf(fields ?? [], {}), ...entries };
  const start = (): void => {
    const read = fields ? readEntries(fields, filled) : readJson(inputText);
    setIssues(read.issues);
    if (Object.keys(read.issues).length > 0) return;
    setAnswers({});
    send.mutate({ input: read.value, given: {}, before: null });
  };
  return {
    ...{ fields, setEntries, inputText, setInputText, issues, choices, start },
    entries: filled,
    choose: (step, choice) =>
      setChoices((before) => ({ ...before, [step]: { ...noChoice, ...before[step], ...choice } })),
    answer: ({ name }, answer) => {
      if (!found) return;
      const given = { ...answers, [name]: [...(answers[name] ?? []), answer] };
      // Only an answer that was taken is kept: one that does not fit may be given again.
      send.mutate({ input: found.input, given, before: found.report }, { onSuccess: () => setAnswers(given) });
    },
    clear: () => {
      setFound(null);
      send.reset();
    },
    report: found?.report ?? null,
    stale: found !== null && found.text !== text,
    busy: send.isPending,
    error: send.error,
  };
}

/** Choices as they are sent; with what was executed before, so that it is not executed again. */
function stepsOf(
  choices: Readonly<Record<string, StepChoice>>,
  known: ReadonlySet<string>,
  before: Report | null,
): Record<string, unknown> {
  const sent = Object.entries(choices)
    .filter(([id]) => known.has(id))
    .map(([id, { use, sample, error }]): [string, unknown] => {
      if (use === "error") return [id, { error: error.trim() || copy.step.errorFirst }];
      if (use === "code") return [id, { use, done: doneOf(id, before) }];
      if (sample.trim() === "") return [id, {}];
      try {
        return [id, { output: JSON.parse(sample) }];
      } catch {
        throw new Error(copy.wrongSample(id));
      }
    });
  return Object.fromEntries(sent);
}

function doneOf(step: string, before: Report | null): unknown[] {
  const visits = (before?.visits ?? []).filter((visit) => visit.step === step && visit.endedAt !== null);
  const missing = visits.findIndex(({ left }) => left.includes("output"));
  return visits
    .slice(0, missing < 0 ? visits.length : missing)
    .map(({ error, output }) => (error ? { error } : { output: output ?? null }));
}

/** What a run of the document asks for: its own schema, or fields of its parameters. */
function inputSchemaOf(document: unknown): JsonSchema | null {
  if (!isRecord(document)) return null;
  const { input_schema: own, parameters } = document;
  if (isRecord(own)) return own;
  const declared = Array.isArray(parameters)
    ? parameters.filter(isRecord).map((one) => ({
        name: String(one.name ?? ""),
        schema: { ...(isRecord(one.schema) ? one.schema : {}), ...("default" in one && { default: one.default }) },
        required: one.required === true && !("default" in one),
      }))
    : Object.entries(isRecord(parameters) ? parameters : {}).map(([name, value]) => ({
        ...{ name, required: false },
        schema: { type: typeof value === "object" ? undefined : typeof value, default: value },
      }));
  if (declared.length === 0) return null;
  return {
    type: "object",
    properties: Object.fromEntries(declared.map(({ name, schema }) => [name, schema])),
    required: declared.filter(({ required }) => required).map(({ name }) => name),
  };
}

function readJson(text: string): { value: unknown; issues: FormIssues } {
  if (text.trim() === "") return { value: {}, issues: {} };
  try {
    return { value: JSON.parse(text), issues: {} };
  } catch {
    return { value: undefined, issues: { input: copy.hold.notJson } };
  }
}
