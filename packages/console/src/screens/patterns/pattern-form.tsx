import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Play, StepForward } from "lucide-react";
import { type FormEvent, useMemo, useState } from "react";
import { apiKey, call } from "../../data/api.ts";
import { problemText } from "../../data/problem.ts";
import { useMay } from "../../data/session.tsx";
import { entriesOf } from "../../forms/entries.ts";
import type { JsonSchema } from "../../forms/fields.ts";
import { SchemaForm } from "../../forms/schema-form.tsx";
import { Button } from "../../ui/button.tsx";
import { Section } from "../../ui/page.tsx";
import { copy } from "./copy.ts";
import { type PatternEntries, type PatternIssues, patternFields, patternInput } from "./fields.ts";

const words = copy.form;
const parts = ["parameters", "prompts"] as const;
const noIssues: PatternIssues = { task: {}, parameters: {}, prompts: {} };

/** What a run of a pattern is started with: the task, its numbers and its prompts, each with what the pattern itself has. */
export function PatternForm({ workflow, input }: { workflow: string; input: JsonSchema | null }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const mayStart = useMay("runs:start");
  const fields = useMemo(() => patternFields(input), [input]);
  const [entries, setEntries] = useState<PatternEntries>(() => ({
    task: entriesOf(fields.task, {}),
    parameters: entriesOf(fields.parameters, {}),
    prompts: entriesOf(fields.prompts, {}),
  }));
  const [issues, setIssues] = useState(noIssues);
  const start = useMutation({
    mutationFn: (value: object) => call("runs.start", { workflow, input: value } as never),
    onSuccess: ({ id }) => {
      void queries.invalidateQueries({ queryKey: apiKey("runs.list") });
      void navigate({ to: "/patterns", search: { pattern: workflow, run: id } });
    },
  });
  const submit = (stepByStep: boolean): void => {
    const read = patternInput(fields, entries);
    setIssues(read.issues);
    if (read.fine) start.mutate({ ...read.input, ...(stepByStep && { stepByStep }) });
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    submit(false);
  };
  const formOf = (part: keyof PatternEntries) => (
    <SchemaForm
      fields={fields[part]}
      entries={entries[part]}
      issues={issues[part]}
      onChange={(next) => setEntries({ ...entries, [part]: next })}
      disabled={!mayStart}
    />
  );
  return (
    <Section title={words.title}>
      <form onSubmit={onSubmit} noValidate className="grid grid-cols-[minmax(0,1fr)] gap-3">
        {formOf("task")}
        {parts.map(
          (part) =>
            fields[part].length > 0 && (
              <details key={part} className="rounded-lg border border-line bg-surface px-4 py-2">
                <summary className="text-sm font-medium">{words[part]}</summary>
                <p className="my-2 text-xs text-muted">{words[`${part}Hint`]}</p>
                <div className="pb-2">{formOf(part)}</div>
              </details>
            ),
        )}
        {start.error && (
          <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-sm text-danger wrap-anywhere">
            {problemText(start.error).detail}
          </p>
        )}
        {mayStart ? (
          <div className="flex flex-wrap justify-end gap-2">
            <Button
              busy={start.isPending}
              icon={<StepForward size={15} aria-hidden="true" />}
              onClick={() => submit(true)}
            >
              {words.stepwise}
            </Button>
            <Button type="submit" look="primary" busy={start.isPending} icon={<Play size={15} aria-hidden="true" />}>
              {words.run}
            </Button>
          </div>
        ) : (
          <p className="text-sm text-muted">{words.mayNot}</p>
        )}
      </form>
    </Section>
  );
}
