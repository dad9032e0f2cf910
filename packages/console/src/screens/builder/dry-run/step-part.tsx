import { useMay } from "../../../data/session.tsx";
import { Button } from "../../../ui/button.tsx";
import { Field, Select, TextArea, TextInput } from "../../../ui/field.tsx";
import { JsonView } from "../../../ui/json-view.tsx";
import { Badge } from "../../../ui/status.tsx";
import type { ShownStep } from "../document/pipeline.ts";
import { copy } from "./copy.ts";
import { type DryRun, noChoice, type StepChoice, type Visit } from "./use-dry-run.ts";

const words = copy.step;

/** One step in the dry run: what stands in its place, and what it got and gave each time it was begun. */
export function StepPart({ dryRun, step, known }: { dryRun: DryRun; step: ShownStep; known: boolean }) {
  const visits = (dryRun.report?.visits ?? []).filter((visit) => visit.step === step.id);
  return (
    <div className="grid gap-4">
      {step.asks === null && <ChoiceFields dryRun={dryRun} step={step} known={known} />}
      {visits.length === 0 && dryRun.report && <p className="text-sm text-muted">{words.none}</p>}
      {visits.toReversed().map((visit) => (
        <VisitView
          key={visit.visit}
          visit={visit}
          of={visits.length}
          onKeep={
            step.asks === null && visit.output !== undefined && visit.how !== "sample"
              ? () => dryRun.choose(step.id, { use: "sample", sample: JSON.stringify(visit.output, null, 2) })
              : null
          }
        />
      ))}
    </div>
  );
}

function ChoiceFields({ dryRun, step, known }: { dryRun: DryRun; step: ShownStep; known: boolean }) {
  const mayStart = useMay("runs:start");
  const choice = dryRun.choices[step.id] ?? noChoice;
  const choose = (next: Partial<StepChoice>): void => dryRun.choose(step.id, next);
  const uses = known ? (["sample", "error", "code"] as const) : (["sample", "error"] as const);
  return (
    <div className="grid gap-3">
      <Field label={words.title} hint={!known ? words.noCode : !mayStart ? words.mayNot : undefined}>
        {(control) => (
          <Select
            {...control}
            value={choice.use}
            onChange={({ target }) => choose({ use: target.value as StepChoice["use"] })}
          >
            {uses.map((use) => (
              <option key={use} value={use} disabled={use === "code" && !mayStart}>
                {words.uses[use]}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {choice.use === "sample" && (
        <Field label={words.sample} hint={words.sampleHint} error={isJson(choice.sample) ? null : copy.hold.notJson}>
          {(control) => (
            <TextArea
              {...control}
              rows={Math.min(12, Math.max(3, choice.sample.split("\n").length))}
              spellCheck={false}
              className="font-mono text-xs"
              value={choice.sample}
              onChange={({ target }) => choose({ sample: target.value })}
            />
          )}
        </Field>
      )}
      {choice.use === "error" && (
        <Field label={words.error}>
          {(control) => (
            <TextInput {...control} value={choice.error} onChange={({ target }) => choose({ error: target.value })} />
          )}
        </Field>
      )}
      {choice.use === "code" && <p className="rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">{words.code}</p>}
    </div>
  );
}

const tones = { done: "ok", recovered: "warn", failed: "danger", waiting: "warn", stopped: "neutral" } as const;

function VisitView({ visit, of, onKeep }: { visit: Visit; of: number; onKeep: (() => void) | null }) {
  const { status, how, tookMs, attempts, error, left } = visit;
  const facts = [
    copy.how[how],
    tookMs === null ? "" : copy.took(tookMs),
    attempts > 1 ? copy.attempts(attempts) : "",
  ].filter(Boolean);
  return (
    <section className="grid gap-2 border-t border-line pt-3" aria-label={words.visit(visit.visit, of)}>
      <p className="flex flex-wrap items-center gap-2 text-xs text-muted">
        <Badge tone={tones[status]}>{copy.state[status]}</Badge>
        {of > 1 && <span>{words.visit(visit.visit, of)}</span>}
        <span>{facts.join(" · ")}</span>
      </p>
      {error && <p className="text-sm text-danger wrap-anywhere">{error.message}</p>}
      {(["input", "config", "output"] as const).map((field) => {
        const value = visit[field];
        if (value === undefined && !left.includes(field)) return null;
        return (
          <div key={field} className="grid gap-1">
            <h3 className="text-xs font-medium text-muted">{words[field]}</h3>
            {value === undefined ? (
              <p className="text-sm text-muted">{words.left}</p>
            ) : (
              <JsonView value={value} name={`${visit.step}-${field}`} label={words[field]} />
            )}
          </div>
        );
      })}
      {onKeep && (
        <Button size="sm" className="justify-self-start" onClick={onKeep}>
          {words.keep}
        </Button>
      )}
    </section>
  );
}

function isJson(text: string): boolean {
  if (text.trim() === "") return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
