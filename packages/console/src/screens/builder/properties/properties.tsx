import { Trash2 } from "lucide-react";
import { Button } from "../../../ui/button.tsx";
import { Field, Select } from "../../../ui/field.tsx";
import { copy } from "../copy.ts";
import { changeWay, removeWay } from "../document/edits.ts";
import { ends, type ShownWay } from "../document/pipeline.ts";
import { titleOf } from "../outline.tsx";
import { type Builder, partOf } from "../use-builder.ts";
import { ConditionEditor } from "./condition-editor.tsx";
import { JsonAt, TextAt } from "./fields.tsx";
import { StepPanel } from "./step-panel.tsx";

const words = copy.properties;

/** What is chosen, in fields. */
export function Properties({ builder, steps }: { builder: Builder; steps: readonly string[] }) {
  const { shown, selection, editable } = builder;
  const part = partOf(selection);
  const step = part[0] === "steps" ? shown.steps[Number(part[1])] : undefined;
  const way = part[0] === "flow" ? shown.ways.find(({ path }) => path.join() === part.join()) : undefined;
  const title = step ? words.step : way ? words.way : words.pipeline;
  return (
    <section aria-label={words.title} className="grid content-start gap-4 p-4">
      <h2 className="text-md font-semibold wrap-anywhere">
        {title}
        {step && <span className="font-normal text-muted"> {step.title}</span>}
      </h2>
      {!editable && <p className="rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">{words.locked}</p>}
      <fieldset disabled={!editable} className="min-w-0 disabled:opacity-60">
        {step ? (
          <StepPanel key={step.index} builder={builder} step={step} steps={steps} />
        ) : way ? (
          <WayPanel key={way.path.join()} builder={builder} way={way} />
        ) : (
          <PipelinePanel builder={builder} />
        )}
      </fieldset>
    </section>
  );
}

function PipelinePanel({ builder }: { builder: Builder }) {
  return (
    <div className="grid gap-4">
      <TextAt builder={builder} path={["name"]} label={words.name} />
      <TextAt builder={builder} path={["description"]} label={words.description} lines={3} />
      <TextAt builder={builder} path={["version"]} label={words.version} hint={words.versionHint} />
      <JsonAt builder={builder} path={["parameters"]} label={words.parameters} hint={words.parametersHint} />
      <JsonAt builder={builder} path={["input_schema"]} label={words.inputSchema} />
      <JsonAt builder={builder} path={["outputs"]} label={words.outputs} hint={words.outputsHint} />
    </div>
  );
}

function WayPanel({ builder, way }: { builder: Builder; way: ShownWay }) {
  const { shown, edit, select } = builder;
  const ids = shown.steps.map(({ id }) => id).filter((id) => id !== "");
  return (
    <div className="grid gap-4">
      <End
        label={words.from}
        value={way.from}
        ids={ids}
        builder={builder}
        onChange={(from) => edit(changeWay(way, { from }))}
      />
      <End
        label={words.to}
        value={way.to}
        ids={[...ids, ...ends]}
        builder={builder}
        onChange={(to) => edit(changeWay(way, { to }))}
      />
      <ConditionEditor builder={builder} path={[...way.path, "condition"]} />
      <TextAt builder={builder} path={[...way.path, "label"]} label={words.label} hint={words.labelHint} />
      <Button
        look="danger"
        className="justify-self-start"
        icon={<Trash2 size={15} aria-hidden="true" />}
        onClick={() => {
          edit(removeWay(way.path));
          select([]);
        }}
      >
        {words.removeWay}
      </Button>
    </div>
  );
}

function End({
  label,
  value,
  ids,
  builder,
  onChange,
}: {
  label: string;
  value: string;
  ids: readonly string[];
  builder: Builder;
  onChange: (id: string) => void;
}) {
  const all = ids.includes(value) ? ids : [value, ...ids];
  return (
    <Field label={label}>
      {(control) => (
        <Select {...control} value={value} onChange={({ target }) => onChange(target.value)}>
          {all.map((id) => (
            <option key={id} value={id}>
              {titleOf(id, builder.shown)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
