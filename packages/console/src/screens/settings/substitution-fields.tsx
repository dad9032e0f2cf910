import { PersonInput } from "../../forms/person-input.tsx";
import { Field, TextInput } from "../../ui/field.tsx";
import { namesOf, textOf } from "../../ui/form-dialog.tsx";
import { copy } from "./copy.ts";

const words = copy.substitutions;

/** Who stands in, and when. */
export const SubstitutionFields = () => (
  <>
    <Field label={words.substitute} hint={words.substituteHint}>
      {(control) => <PersonInput {...control} name="substitute" required maxLength={256} />}
    </Field>
    <div className="grid gap-4 sm:grid-cols-2">
      <Field label={words.from} hint={words.fromHint} optional>
        {(control) => <TextInput {...control} name="from" type="datetime-local" />}
      </Field>
      <Field label={words.until} hint={words.untilHint} optional>
        {(control) => <TextInput {...control} name="until" type="datetime-local" />}
      </Field>
    </div>
    <Field label={words.workflows} hint={words.workflowsHint} optional>
      {(control) => <TextInput {...control} name="workflows" />}
    </Field>
    <Field label={words.note} optional>
      {(control) => <TextInput {...control} name="note" maxLength={1000} />}
    </Field>
  </>
);

/** When, for what and why, as the fields say. */
export function whenOf(fields: FormData) {
  const [from, until] = [momentOf(fields, "from"), momentOf(fields, "until")];
  const [workflows, note] = [namesOf(fields, "workflows"), textOf(fields, "note")];
  return {
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
    ...(workflows === undefined ? {} : { workflows }),
    ...(note === undefined ? {} : { note }),
  };
}

/** A time of this browser's zone, as a moment. */
function momentOf(fields: FormData, name: string): string | undefined {
  const text = textOf(fields, name);
  return text === undefined ? undefined : new Date(text).toISOString();
}
