import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useMemo, useState } from "react";
import { api, apiKey, call } from "../../data/api.ts";
import { problemText } from "../../data/problem.ts";
import { type Entries, entriesOf, type FormIssues, readEntries } from "../../forms/entries.ts";
import { fieldsOf, type JsonSchema } from "../../forms/fields.ts";
import { SchemaForm } from "../../forms/schema-form.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, TextArea, TextInput } from "../../ui/field.tsx";
import { Failure, Loading } from "../../ui/states.tsx";
import { copy } from "./copy.ts";

const words = copy.starting;

/** Starts a run with what its workflow asks for, and goes there. */
export function StartRunDialog({ workflow, onClose }: { workflow: string; onClose: () => void }) {
  const found = useQuery({ ...api("workflows.show", { workflow }), staleTime: 0 });
  return (
    <Dialog open title={words.title(workflow)} onClose={onClose}>
      {found.data ? (
        <StartForm workflow={workflow} input={found.data.input as JsonSchema | null} />
      ) : found.error ? (
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      ) : (
        <Loading rows={2} />
      )}
    </Dialog>
  );
}

function StartForm({ workflow, input }: { workflow: string; input: JsonSchema | null }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const listed = useMemo(() => fieldsOf(input), [input]);
  const fields = listed !== null && listed.length > 0 ? listed : null;
  const [entries, setEntries] = useState<Entries>(() => entriesOf(fields ?? [], {}));
  const [text, setText] = useState("");
  const [id, setId] = useState("");
  const [issues, setIssues] = useState<FormIssues>({});
  const start = useMutation({
    mutationFn: (value: unknown) =>
      call("runs.start", {
        workflow,
        ...(value !== undefined && { input: value }),
        ...(id.trim() !== "" && { id: id.trim() }),
      } as never),
    onSuccess: (run) => {
      void queries.invalidateQueries({ queryKey: apiKey("runs.list") });
      void navigate({ to: "/runs/$run", params: { run: run.id } });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const read = fields ? readEntries(fields, entries) : readText(text, listed !== null);
    setIssues(read.issues);
    if (Object.keys(read.issues).length === 0) start.mutate(read.value);
  };
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      {fields ? (
        <SchemaForm fields={fields} entries={entries} issues={issues} onChange={setEntries} />
      ) : (
        <Field label={words.any} hint={words.anyHint} error={issues.input}>
          {(control) => (
            <TextArea
              {...control}
              rows={5}
              className="font-mono text-xs"
              spellCheck={false}
              value={text}
              onChange={({ target }) => setText(target.value)}
            />
          )}
        </Field>
      )}
      <Field label={words.id} hint={words.idHint} optional>
        {(control) => (
          <TextInput {...control} autoComplete="off" value={id} onChange={({ target }) => setId(target.value)} />
        )}
      </Field>
      {start.error && (
        <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-sm text-danger wrap-anywhere">
          {problemText(start.error).detail}
        </p>
      )}
      <Button type="submit" look="primary" busy={start.isPending} className="justify-self-end">
        {words.submit(workflow)}
      </Button>
    </form>
  );
}

/** JSON as it was typed. Nothing is no input; where an object is asked for, an empty one. */
function readText(text: string, object: boolean): { value: unknown; issues: FormIssues } {
  if (text.trim() === "") return { value: object ? {} : undefined, issues: {} };
  try {
    return { value: JSON.parse(text), issues: {} };
  } catch {
    return { value: undefined, issues: { input: words.notJson } };
  }
}
