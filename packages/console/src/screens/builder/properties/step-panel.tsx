import { Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "../../../ui/button.tsx";
import { Checkbox, Field, Select, TextInput } from "../../../ui/field.tsx";
import { wayText } from "../condition-text.ts";
import { copy } from "../copy.ts";
import { connect, removeStep, renameStep, setField, setStart } from "../document/edits.ts";
import { valueAt } from "../document/json-text.ts";
import { ends, type ShownStep } from "../document/pipeline.ts";
import { titleOf } from "../outline.tsx";
import type { Builder } from "../use-builder.ts";
import { JsonAt, TextAt } from "./fields.tsx";
import { HoldPanel } from "./hold-panel.tsx";

const words = copy.properties;

/** Everything about a step. */
export function StepPanel({ builder, step, steps }: { builder: Builder; step: ShownStep; steps: readonly string[] }) {
  const { edit, select, shown, document } = builder;
  const { path, id, index, asks, title } = step;
  return (
    <div className="grid gap-4">
      <TextAt builder={builder} path={[...path, "name"]} label={words.name} />
      <IdField key={`${index} ${id}`} builder={builder} step={step} />
      {asks === null && (
        <>
          <TextAt
            builder={builder}
            path={[...path, "class" in ((valueAt(document, path) ?? {}) as object) ? "class" : "step_class"]}
            label={words.code}
            hint={words.codeHint}
            list="palette-steps"
          />
          <datalist id="palette-steps">
            {steps.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </>
      )}
      <Checkbox checked={shown.starts.includes(id)} onChange={({ target }) => edit(setStart(id, target.checked))}>
        {words.begins}
      </Checkbox>
      <Ways builder={builder} step={step} />
      {shown.ways.filter(({ to }) => to === id).length > 1 && <Join builder={builder} step={step} />}
      {asks !== null && <HoldPanel builder={builder} step={step} kind={asks} />}
      {asks === null && (
        <JsonAt builder={builder} path={[...path, "config"]} label={words.config} hint={words.configHint} />
      )}
      <JsonAt builder={builder} path={[...path, "inputs"]} label={words.inputs} hint={words.inputsHint} />
      <Button
        look="danger"
        className="justify-self-start"
        icon={<Trash2 size={15} aria-hidden="true" />}
        onClick={() => {
          edit(removeStep(index));
          select([]);
        }}
      >
        {words.remove}
        <span className="sr-only">{words.removeStep(title)}</span>
      </Button>
    </div>
  );
}

/** The id is taken over when it is whole: with each letter every way would be led elsewhere. */
function IdField({ builder, step }: { builder: Builder; step: ShownStep }) {
  const { id, index } = step;
  const [typed, setTyped] = useState(id);
  const taken = builder.shown.steps.some((one) => one.index !== index && one.id === typed.trim());
  const error = typed.trim() === "" ? words.idMissing : taken ? words.idTaken : null;
  const take = (): void => {
    if (error === null && typed.trim() !== id) builder.edit(renameStep(index, typed.trim()));
  };
  return (
    <Field label={words.id} hint={words.idHint} error={error}>
      {(control) => (
        <TextInput
          {...control}
          autoComplete="off"
          spellCheck={false}
          className="font-mono text-sm"
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
          onBlur={take}
          onKeyDown={({ key }) => key === "Enter" && take()}
        />
      )}
    </Field>
  );
}

/** Where the step leads to; a way is added by choosing where to. */
function Ways({ builder, step }: { builder: Builder; step: ShownStep }) {
  const { shown, select, edit } = builder;
  const ways = shown.ways.filter(({ from }) => from === step.id);
  const targets = [...shown.steps.map(({ id }) => id).filter((id) => id !== ""), ...ends];
  return (
    <div className="grid gap-2">
      {ways.length > 0 && (
        <div className="grid gap-1">
          <h3 className="text-sm font-medium">{words.waysOut}</h3>
          <ul className="grid gap-1">
            {ways.map((way) => (
              <li key={way.path.join()}>
                <button
                  type="button"
                  onClick={() => select(way.path)}
                  className="flex min-h-8 w-full flex-wrap items-center gap-x-2 rounded-md border border-line px-2 py-1 text-left text-sm hover:bg-hover"
                >
                  <span className="font-medium wrap-anywhere">{titleOf(way.to, shown)}</span>
                  <span className="text-muted wrap-anywhere">{wayText(way) ?? copy.condition.modes.always}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
      <Field label={words.connect}>
        {(control) => (
          <Select
            {...control}
            value=""
            onChange={({ target }) => target.value !== "" && edit(connect(step.id, target.value))}
          >
            <option value="">{words.connectNone}</option>
            {targets.map((id) => (
              <option key={id} value={id}>
                {titleOf(id, shown)}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </div>
  );
}

function Join({ builder, step }: { builder: Builder; step: ShownStep }) {
  const path = [...step.path, "join"];
  const value = valueAt(builder.document, path);
  if (value !== undefined && typeof value !== "string")
    return <JsonAt builder={builder} path={path} label={words.join} />;
  const chosen = value === undefined || value === "all" ? "" : value;
  return (
    <Field label={words.join}>
      {(control) => (
        <Select {...control} value={chosen} onChange={({ target }) => builder.edit(setField(path, target.value))}>
          {Object.entries(words.joins).map(([one, word]) => (
            <option key={one} value={one}>
              {word}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
