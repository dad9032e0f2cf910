import { ArrowUp, Plus, X } from "lucide-react";
import { useMemo, useState } from "react";
import { entriesOf } from "../../../forms/entries.ts";
import { fieldsOf } from "../../../forms/fields.ts";
import { SchemaForm } from "../../../forms/schema-form.tsx";
import { Button, IconButton } from "../../../ui/button.tsx";
import { Checkbox, Field, Select, TextInput } from "../../../ui/field.tsx";
import { copy } from "../copy.ts";
import { setField } from "../document/edits.ts";
import { isRecord, type JsonPath, valueAt } from "../document/json-text.ts";
import type { HumanKind } from "../document/pipeline.ts";
import type { Builder } from "../use-builder.ts";
import { NamesField } from "./fields.tsx";
import { defaultFields, formOf, type UiField } from "./form-of.ts";

const words = copy.hold;

/** The form of a question: its fields, and what people will see. `path` is the step's configuration. */
export function FormEditor({ builder, path, kind }: { builder: Builder; path: JsonPath; kind: HumanKind }) {
  const place = [...path, "ui_schema", "fields"];
  const given = valueAt(builder.document, place);
  const own = Array.isArray(given);
  const fields: readonly unknown[] = own ? given : defaultFields(kind, valueAt(builder.document, path));
  const set = (next: readonly unknown[], group?: string): void => builder.edit(setField(place, next), group);
  const change = (n: number, to: UiField): void =>
    set(
      fields.map((field, at) => (at === n ? to : field)),
      `${place.join(".")}.${n}`,
    );
  return (
    <section aria-label={words.form} className="grid gap-3">
      <h3 className="text-sm font-semibold">{words.form}</h3>
      {!own && (
        <div className="flex flex-wrap items-center justify-between gap-2">
          <p className="text-xs text-muted">{words.formDefault}</p>
          <Button size="sm" onClick={() => set(fields)}>
            {words.ownForm}
          </Button>
        </div>
      )}
      {own &&
        fields.map((field, n) => (
          <FieldRow
            // biome-ignore lint/suspicious/noArrayIndexKey: a field's name is what is typed in it
            key={n}
            field={isRecord(field) ? field : {}}
            onChange={(to) => change(n, to)}
            onUp={n > 0 ? () => set(fields.toSpliced(n, 1).toSpliced(n - 1, 0, field)) : null}
            onRemove={() => set(fields.toSpliced(n, 1))}
          />
        ))}
      {own && (
        <Button
          size="sm"
          look="quiet"
          className="justify-self-start"
          icon={<Plus size={14} aria-hidden="true" />}
          onClick={() => set([...fields, { name: freeName(fields), type: "text" }])}
        >
          {words.addField}
        </Button>
      )}
      <Preview fields={fields} />
    </section>
  );
}

function FieldRow({
  field,
  onChange,
  onUp,
  onRemove,
}: {
  field: UiField;
  onChange: (field: UiField) => void;
  onUp: (() => void) | null;
  onRemove: () => void;
}) {
  const name = typeof field.name === "string" ? field.name : "";
  const type = field.type === "select" ? "radio" : field.type === "boolean" ? "checkbox" : String(field.type ?? "text");
  const options = Array.isArray(field.options) ? field.options : [];
  const plain = options.every((option) => typeof option === "string");
  return (
    <div className="grid gap-2 rounded-md border border-line p-2.5">
      <div className="grid grid-cols-2 gap-2">
        <Field label={words.fieldName}>
          {(control) => (
            <TextInput
              {...control}
              value={name}
              onChange={({ target }) => onChange({ ...field, name: target.value })}
            />
          )}
        </Field>
        <Field label={words.fieldType}>
          {(control) => (
            <Select
              {...control}
              value={type in words.fieldTypes ? type : "text"}
              onChange={({ target }) => onChange({ ...field, type: target.value })}
            >
              {Object.entries(words.fieldTypes).map(([value, word]) => (
                <option key={value} value={value}>
                  {word}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <Field label={words.fieldLabel} optional>
        {(control) => (
          <TextInput
            {...control}
            value={typeof field.label === "string" ? field.label : ""}
            onChange={({ target: { value } }) => {
              const { label: _label, ...rest } = field;
              onChange(value === "" ? rest : { ...field, label: value });
            }}
          />
        )}
      </Field>
      {type === "radio" && plain && (
        <NamesField
          label={words.fieldOptions}
          names={options as string[]}
          onNames={(next) => onChange({ ...field, options: next })}
        />
      )}
      <div className="flex items-center justify-between gap-2">
        <Checkbox
          checked={field.required === true}
          onChange={({ target }) => onChange({ ...field, required: target.checked })}
        >
          {words.fieldRequired}
        </Checkbox>
        <span className="flex">
          {onUp && (
            <IconButton label={words.fieldUp(name)} onClick={onUp}>
              <ArrowUp size={15} aria-hidden="true" />
            </IconButton>
          )}
          <IconButton label={words.fieldRemove(name)} onClick={onRemove}>
            <X size={15} aria-hidden="true" />
          </IconButton>
        </span>
      </div>
    </div>
  );
}

/** The form as it will stand in the inbox; it can be tried, and decides nothing. */
function Preview({ fields }: { fields: readonly unknown[] }) {
  const key = JSON.stringify(fields);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the fields are the same while their text is
  const shown = useMemo(() => fieldsOf(formOf(fields)) ?? [], [key]);
  const [tried, setTried] = useState<{ key: string; entries: ReturnType<typeof entriesOf> } | null>(null);
  const entries = tried?.key === key ? tried.entries : entriesOf(shown, {});
  return (
    <div className="grid gap-2 rounded-md border border-dashed border-line-strong bg-ground p-3">
      <p className="text-xs text-muted">{words.preview}</p>
      <SchemaForm fields={shown} entries={entries} issues={{}} onChange={(next) => setTried({ key, entries: next })} />
    </div>
  );
}

function freeName(fields: readonly unknown[]): string {
  const taken = new Set(fields.map((field) => (isRecord(field) ? field.name : undefined)));
  for (let n = 1; ; n++) if (!taken.has(`field_${n}`)) return `field_${n}`;
}
