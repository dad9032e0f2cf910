import { useNavigate } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { Button } from "../../ui/button.tsx";
import { Field, Select, TextInput } from "../../ui/field.tsx";
import { textOf } from "../../ui/form-dialog.tsx";
import { copy } from "./copy.ts";
import type { SettingsSearch } from "./route.ts";

const words = copy.audit;
const texts = ["by", "action", "target"] as const;
const days = ["from", "until"] as const;

/** Which lines of the log, kept in the address. */
export function AuditFilter({ search }: { search: SettingsSearch }) {
  const navigate = useNavigate({ from: "/settings" });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const written = [...texts, ...days, "outcome" as const].flatMap((name) => {
      const text = textOf(fields, name);
      return text === undefined ? [] : [[name, text] as const];
    });
    void navigate({ search: { tab: "audit", ...Object.fromEntries(written) } });
  };
  return (
    <form
      // Another address is another form: its fields begin with what stands there.
      key={JSON.stringify(search)}
      onSubmit={submit}
      className="grid grid-cols-1 items-start gap-3 sm:grid-cols-3 lg:grid-cols-6"
    >
      {texts.map((name) => (
        <Field key={name} label={words[name]} hint={name === "action" ? words.actionHint : undefined}>
          {(control) => (
            <TextInput
              {...control}
              name={name}
              defaultValue={search[name]}
              {...(name === "action" ? { pattern: "[a-zA-Z][\\w.\\-]{0,60}\\*?" } : {})}
            />
          )}
        </Field>
      ))}
      <Field label={words.outcome}>
        {(control) => (
          <Select {...control} name="outcome" defaultValue={search.outcome ?? ""}>
            <option value="">{words.anyOutcome}</option>
            {Object.entries(words.outcomes).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {days.map((name) => (
        <Field key={name} label={words[name]}>
          {(control) => <TextInput {...control} name={name} type="date" defaultValue={search[name]} />}
        </Field>
      ))}
      <div className="flex gap-2 sm:col-span-full">
        <Button type="submit">{words.apply}</Button>
        <Button look="quiet" onClick={() => void navigate({ search: { tab: "audit" } })}>
          {words.clear}
        </Button>
      </div>
    </form>
  );
}
