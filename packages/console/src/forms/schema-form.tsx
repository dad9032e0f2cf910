import { Checkbox, Field, Select, TextArea, TextInput } from "../ui/field.tsx";
import type { Entries, FormIssues } from "./entries.ts";
import type { FormField } from "./fields.ts";

/** The controls of a form made from JSON Schema. */
export function SchemaForm({
  fields,
  entries,
  issues,
  onChange,
  disabled = false,
}: {
  fields: readonly FormField[];
  entries: Entries;
  issues: FormIssues;
  onChange: (entries: Entries) => void;
  disabled?: boolean;
}) {
  return (
    <fieldset disabled={disabled} className="grid gap-3">
      {fields.map((field) => (
        <Control
          key={field.name}
          field={field}
          entry={entries[field.name] ?? ""}
          issue={issues[field.name]}
          onEntry={(entry) => onChange({ ...entries, [field.name]: entry })}
        />
      ))}
    </fieldset>
  );
}

interface ControlProps {
  field: FormField;
  entry: string | readonly string[];
  issue: string | undefined;
  onEntry: (entry: string | readonly string[]) => void;
}

/** So many choices are buttons to look at; more are a list to open. */
const fewChoices = 5;

function Control(props: ControlProps) {
  const { field, entry, issue, onEntry } = props;
  const { title, description, required, type } = field;
  if (type === "choices" || (type === "choice" && field.choices.length <= fewChoices) || type === "boolean")
    return <Choices {...props} />;
  return (
    <Field label={title} hint={description} error={issue} optional={!required}>
      {(control) => {
        const text = typeof entry === "string" ? entry : "";
        const common = { ...control, value: text, placeholder: field.placeholder, required };
        if (type === "choice")
          return (
            <Select {...control} value={text} required={required} onChange={({ target }) => onEntry(target.value)}>
              <option value="">Choose…</option>
              {field.choices.map(({ value, title: word }) => (
                <option key={String(value)} value={String(value)}>
                  {word}
                </option>
              ))}
            </Select>
          );
        if (type === "text" || type === "json")
          return (
            <TextArea
              {...common}
              rows={type === "json" ? 6 : field.rows}
              className={type === "json" ? "font-mono text-xs" : ""}
              onChange={({ target }) => onEntry(target.value)}
            />
          );
        const numeric = type === "number" ? "decimal" : type === "integer" ? "numeric" : undefined;
        return (
          <TextInput
            {...common}
            type={type === "date" ? "date" : "text"}
            inputMode={numeric}
            onChange={({ target }) => onEntry(target.value)}
          />
        );
      }}
    </Field>
  );
}

/** Choices that can be seen at once; yes and no are two of them. */
function Choices({ field, entry, issue, onEntry }: ControlProps) {
  const several = field.type === "choices";
  const choices =
    field.type === "boolean"
      ? [
          { value: true, title: "Yes" },
          { value: false, title: "No" },
        ]
      : field.choices;
  const chosen = typeof entry === "string" ? [entry] : entry;
  const toggle = (value: string): void => {
    if (!several) onEntry(value);
    else onEntry(chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value]);
  };
  return (
    <fieldset className="grid gap-1" aria-invalid={issue ? true : undefined}>
      <legend className="mb-1 text-sm font-medium">
        {field.title}
        {!field.required && <span className="font-normal text-muted"> (optional)</span>}
      </legend>
      <div className="flex flex-wrap gap-x-4 gap-y-1">
        {choices.map(({ value, title }) => {
          const text = String(value);
          return several ? (
            <Checkbox key={text} checked={chosen.includes(text)} onChange={() => toggle(text)}>
              {title}
            </Checkbox>
          ) : (
            <label key={text} className="inline-flex min-h-6 items-center gap-2">
              <input
                type="radio"
                className="size-4 accent-accent"
                checked={chosen.includes(text)}
                onChange={() => toggle(text)}
              />
              {title}
            </label>
          );
        })}
      </div>
      {field.description && <p className="text-xs text-muted">{field.description}</p>}
      {issue && (
        <p role="alert" className="text-xs font-medium text-danger">
          {issue}
        </p>
      )}
    </fieldset>
  );
}
