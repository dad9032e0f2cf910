import { Field, Select, TextInput } from "../../../ui/field.tsx";
import { copy } from "../copy.ts";
import { setField } from "../document/edits.ts";
import { isRecord, type JsonPath, valueAt } from "../document/json-text.ts";
import { type HumanKind, humanKinds, type ShownStep } from "../document/pipeline.ts";
import type { Builder } from "../use-builder.ts";
import { JsonAt, NamesAt, TextAt } from "./fields.tsx";
import { FormEditor } from "./form-editor.tsx";
import { defaultFields } from "./form-of.ts";

const words = copy.hold;

/** Everything about a question to people. */
export function HoldPanel({ builder, step, kind }: { builder: Builder; step: ShownStep; kind: HumanKind }) {
  const config = [...step.path, "config"];
  const several = kind === "multi_stakeholder";
  return (
    <div className="grid gap-4 border-t border-line pt-4">
      <h3 className="text-sm font-semibold">{words.title}</h3>
      <Field label={words.kind}>
        {(control) => (
          <Select
            {...control}
            value={kind}
            onChange={({ target }) => builder.edit(setField([...step.path, "type"], target.value))}
          >
            {humanKinds.map((one) => (
              <option key={one} value={one}>
                {copy.kinds[one]}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <TextAt builder={builder} path={[...config, "prompt"]} label={words.prompt} hint={words.promptHint} lines={2} />
      {several ? (
        <>
          <NamesAt builder={builder} path={[...config, "stakeholders"]} label={words.stakeholders} />
          <Choice
            builder={builder}
            path={[...config, "decision_type"]}
            label={words.rule}
            choices={words.rules}
            fallback="consensus"
          />
        </>
      ) : (
        <NamesAt builder={builder} path={[...config, "assigned_users"]} label={words.people} hint={words.peopleHint} />
      )}
      {kind === "conditional_human" && (
        <JsonAt
          builder={builder}
          path={[...config, "conditions"]}
          label={words.conditions}
          hint={words.conditionsHint}
        />
      )}
      <Choice
        builder={builder}
        path={[...config, "severity"]}
        label={words.severity}
        choices={{ "": words.severityNone, ...Object.fromEntries(words.severities.map((one) => [one, one])) }}
        fallback=""
      />
      <Deadline builder={builder} config={config} kind={kind} />
      <FormEditor builder={builder} path={config} kind={kind} />
    </div>
  );
}

function Choice({
  builder,
  path,
  label,
  choices,
  fallback,
}: {
  builder: Builder;
  path: JsonPath;
  label: string;
  choices: Readonly<Record<string, string>>;
  fallback: string;
}) {
  const value = valueAt(builder.document, path);
  const chosen = typeof value === "string" ? value : fallback;
  const all = chosen in choices ? choices : { ...choices, [chosen]: chosen };
  return (
    <Field label={label}>
      {(control) => (
        <Select {...control} value={chosen} onChange={({ target }) => builder.edit(setField(path, target.value))}>
          {Object.entries(all).map(([one, word]) => (
            <option key={one} value={one}>
              {word}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

/** How long people have, and what happens then. */
function Deadline({ builder, config, kind }: { builder: Builder; config: JsonPath; kind: HumanKind }) {
  const { timeout_hours: inHours, timeout_seconds: inSeconds } = (valueAt(builder.document, config) ?? {}) as Record<
    string,
    unknown
  >;
  const hours = typeof inHours === "number" ? inHours : typeof inSeconds === "number" ? inSeconds / 3600 : null;
  const set = (text: string): void => {
    const number = Number(text.replace(",", "."));
    if (text.trim() !== "" && !(number >= 0)) return;
    const [key, value] = typeof inHours === "number" ? ["timeout_hours", number] : ["timeout_seconds", number * 3600];
    builder.edit(setField([...config, key], text.trim() === "" ? undefined : value), `${config.join(".")}.timeout`);
  };
  const answers = answersOf(builder, config, kind);
  return (
    <>
      <Field label={words.hours} hint={words.hoursHint}>
        {(control) => (
          <TextInput
            {...control}
            inputMode="decimal"
            type="number"
            min={0}
            step="any"
            value={hours === null ? "" : String(hours)}
            onChange={({ target }) => set(target.value)}
          />
        )}
      </Field>
      {hours !== null && hours > 0 && (
        <Choice
          builder={builder}
          path={[...config, "default_action"]}
          label={words.overdue}
          choices={{
            "": words.overdueNone,
            ...Object.fromEntries(answers.map((one) => [one, words.overdueAnswer(one)])),
          }}
          fallback=""
        />
      )}
    </>
  );
}

/** What can be answered in the field that decides. */
function answersOf({ document }: Builder, config: JsonPath, kind: HumanKind): string[] {
  const own = valueAt(document, [...config, "ui_schema", "fields"]);
  const fields = (Array.isArray(own) ? own : defaultFields(kind, valueAt(document, config))).filter(isRecord);
  const field =
    fields.find(({ name }) => name === "decision") ?? fields.find(({ type }) => type === "radio" || type === "select");
  const options = Array.isArray(field?.options) ? field.options : [];
  return options.map((option) => String(isRecord(option) ? option.value : option));
}
