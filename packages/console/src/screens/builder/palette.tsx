import { Plus, SquareCode, UserRound } from "lucide-react";
import { type ReactNode, useState } from "react";
import { TextInput } from "../../ui/field.tsx";
import { copy } from "./copy.ts";
import { addStep, freeId, type NewStep, type StepPlace } from "./document/edits.ts";
import { humanKinds } from "./document/pipeline.ts";
import { titleOf } from "./outline.tsx";
import { type Builder, partOf } from "./use-builder.ts";

const words = copy.palette;
/** From so many on, they can be searched. */
const many = 5;

/** What can be added: questions to people, and the steps that the server has code for. */
export function Palette({ builder, steps }: { builder: Builder; steps: readonly string[] }) {
  const [sought, setSought] = useState("");
  const { shown, edit, select, editable } = builder;
  const place = placeFor(builder);
  const add = (wish: string, step: Record<string, unknown>): void => {
    const id = freeId(wish, shown);
    edit(addStep({ id, ...step } as NewStep, place));
    select(["steps", shown.steps.length]);
  };
  const fits = (name: string): boolean => name.toLowerCase().includes(sought.trim().toLowerCase());
  const found = steps.filter(fits);
  const kinds = humanKinds.filter((kind) => fits(copy.kinds[kind]));
  const hint = place === null ? words.first : "after" in place ? words.after(titleOf(place.after, shown)) : words.into;
  return (
    <fieldset disabled={!editable} className="grid gap-3 disabled:opacity-60">
      {shown.steps.length > 0 && <p className="text-xs text-muted wrap-anywhere">{hint}</p>}
      {steps.length + humanKinds.length > many && (
        <TextInput
          type="search"
          aria-label={words.filter}
          placeholder={words.filter}
          value={sought}
          onChange={({ target }) => setSought(target.value)}
        />
      )}
      {kinds.length > 0 && (
        <Group title={words.people}>
          {kinds.map((kind) => (
            <Offer
              key={kind}
              icon={<UserRound size={14} aria-hidden="true" />}
              onAdd={() => add(kind === "human_input" ? "ask" : kind, beginnings[kind] ?? { type: kind })}
            >
              {copy.kinds[kind]}
            </Offer>
          ))}
        </Group>
      )}
      <Group title={words.steps}>
        {steps.length === 0 && <p className="text-sm text-muted">{words.noSteps}</p>}
        {steps.length > 0 && found.length === 0 && <p className="text-sm text-muted">{words.noMatch(sought.trim())}</p>}
        {found.map((name) => (
          <Offer
            key={name}
            icon={<SquareCode size={14} aria-hidden="true" />}
            onAdd={() => add(shortName(name), codeOf(name))}
          >
            {name}
          </Offer>
        ))}
        <Offer icon={<Plus size={14} aria-hidden="true" />} onAdd={() => add("step", { step_class: "" })}>
          {words.other}
        </Offer>
      </Group>
    </fieldset>
  );
}

/** With what a question begins that needs more than its kind. */
const beginnings: Readonly<Record<string, Record<string, unknown>>> = {
  human_input: { type: "human_input", config: { prompt: "" } },
  review_and_approve: { type: "review_and_approve", config: { prompt: "" } },
  conditional_human: {
    type: "conditional_human",
    config: { prompt: "", conditions: [{ type: "confidence_threshold", threshold: 0.8 }] },
  },
  multi_stakeholder: {
    type: "multi_stakeholder",
    config: { prompt: "", stakeholders: [], decision_type: "consensus" },
  },
  time_based_decision: {
    type: "time_based_decision",
    config: { prompt: "", timeout_seconds: 86_400, default_action: "stop" },
  },
};

const Group = ({ title, children }: { title: string; children: ReactNode }) => (
  <div className="grid gap-1">
    <h3 className="text-xs font-medium text-muted">{title}</h3>
    {children}
  </div>
);

const Offer = ({ icon, onAdd, children }: { icon: ReactNode; onAdd: () => void; children: ReactNode }) => (
  <button
    type="button"
    onClick={onAdd}
    className="flex min-h-8 items-center gap-2 rounded-md border border-line bg-surface px-2 py-1 text-left text-sm enabled:hover:border-line-strong enabled:hover:bg-hover"
  >
    <span className="text-muted">{icon}</span>
    <span className="min-w-0 wrap-anywhere">{children}</span>
  </button>
);

/** After the chosen step, into the chosen way, or after the last step there is. */
function placeFor({ selection, shown }: Builder): StepPlace {
  const part = partOf(selection);
  if (part[0] === "flow") return { into: part };
  const step = part[0] === "steps" ? shown.steps[Number(part[1])] : shown.steps.at(-1);
  return step && step.id !== "" ? { after: step.id } : null;
}

const shortName = (name: string): string => name.split(/[:.#]/).at(-1) ?? name;

function codeOf(name: string): Record<string, unknown> {
  const colon = name.lastIndexOf(":");
  return colon < 0 ? { step_class: name } : { step_class: name.slice(colon + 1), module: name.slice(0, colon) };
}
