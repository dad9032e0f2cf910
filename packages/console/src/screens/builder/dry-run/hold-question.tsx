import { type FormEvent, useMemo, useState } from "react";
import { type Entries, entriesOf, type FormIssues, readEntries } from "../../../forms/entries.ts";
import { fieldsOf, type JsonSchema } from "../../../forms/fields.ts";
import { SchemaForm } from "../../../forms/schema-form.tsx";
import { Button } from "../../../ui/button.tsx";
import { Field, TextArea } from "../../../ui/field.tsx";
import { ValueView } from "../../../ui/value-view.tsx";
import { copy } from "./copy.ts";
import { HoldPreview } from "./hold-preview.tsx";
import type { AskedHold, DryRun } from "./use-dry-run.ts";

const words = copy.hold;

/** What a person would be asked, with the form that they would fill in. */
export function HoldQuestion({ hold, dryRun }: { hold: AskedHold; dryRun: DryRun }) {
  const fields = useMemo(() => fieldsOf(hold.form as JsonSchema | null), [hold.form]);
  const [entries, setEntries] = useState<Entries>(() => entriesOf(fields ?? [], {}));
  const [text, setText] = useState("");
  const [issues, setIssues] = useState<FormIssues>({});
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const read = fields ? readEntries(fields, entries) : jsonOf(text);
    setIssues(read.issues);
    if (Object.keys(read.issues).length === 0) dryRun.answer(hold, { value: read.value });
  };
  const context = typeof hold.context === "object" && hold.context !== null ? Object.keys(hold.context).length : 0;
  return (
    <form
      onSubmit={submit}
      noValidate
      aria-label={words.title}
      className="grid gap-3 rounded-lg border border-warn bg-surface p-3"
    >
      <div className="grid gap-0.5">
        <p className="text-xs font-medium text-warn">{words.title}</p>
        <h3 className="font-semibold wrap-anywhere">{hold.title}</h3>
        {hold.people && <p className="text-xs text-muted wrap-anywhere">{words.by(hold.people)}</p>}
      </div>
      {context > 0 && (
        <details>
          <summary className="cursor-pointer text-sm text-muted">{words.context}</summary>
          <div className="pt-2 text-sm">
            <ValueView value={hold.context} name={hold.name} />
          </div>
        </details>
      )}
      <HoldPreview preview={hold.preview} />
      {fields ? (
        <SchemaForm fields={fields} entries={entries} issues={issues} onChange={setEntries} />
      ) : (
        <Field label={words.json} error={issues.answer}>
          {(control) => (
            <TextArea
              {...control}
              className="font-mono text-xs"
              value={text}
              onChange={({ target }) => setText(target.value)}
            />
          )}
        </Field>
      )}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" size="sm" busy={dryRun.busy}>
          {words.answer}
        </Button>
        {hold.dueAt !== null && (
          <Button
            size="sm"
            look="quiet"
            className="h-auto min-h-7 text-left whitespace-normal"
            disabled={dryRun.busy}
            onClick={() => dryRun.answer(hold, { lapse: true })}
          >
            {words.lapse}
          </Button>
        )}
      </div>
    </form>
  );
}

function jsonOf(text: string): { value: unknown; issues: FormIssues } {
  try {
    return { value: JSON.parse(text), issues: {} };
  } catch {
    return { value: undefined, issues: { answer: words.notJson } };
  }
}
