import { Play } from "lucide-react";
import type { FormEvent } from "react";
import { problemText } from "../../../data/problem.ts";
import { SchemaForm } from "../../../forms/schema-form.tsx";
import { Button } from "../../../ui/button.tsx";
import { Field, TextArea } from "../../../ui/field.tsx";
import { JsonView } from "../../../ui/json-view.tsx";
import { Badge } from "../../../ui/status.tsx";
import { placeOf } from "../document/pipeline.ts";
import { titleOf } from "../outline.tsx";
import { type Builder, partOf } from "../use-builder.ts";
import { copy } from "./copy.ts";
import { HoldQuestion } from "./hold-question.tsx";
import { StepPart } from "./step-part.tsx";
import type { DryRun, Report } from "./use-dry-run.ts";

/** The pipeline tried out: with what, how far it came, who is asked; and for a chosen step, what it got and gave. */
export function DryRunPanel({
  builder,
  dryRun,
  steps,
}: {
  builder: Builder;
  dryRun: DryRun;
  steps: readonly string[];
}) {
  const part = partOf(builder.selection);
  const step = part[0] === "steps" ? builder.shown.steps[Number(part[1])] : undefined;
  const known = step?.code != null && steps.some((name) => name === step.code || name === step.code?.split(":").at(-1));
  return (
    <section aria-label={copy.panel} className="grid content-start gap-4 p-4">
      <Standing builder={builder} dryRun={dryRun} inStep={step !== undefined} />
      {dryRun.report?.holds.map((hold) => (
        <HoldQuestion key={`${hold.name} ${dryRun.report?.visits.length}`} hold={hold} dryRun={dryRun} />
      ))}
      {step ? (
        <>
          <h2 className="text-md font-semibold wrap-anywhere">{step.title || step.id}</h2>
          <StepPart key={step.index} dryRun={dryRun} step={step} known={known} />
        </>
      ) : (
        <Begin builder={builder} dryRun={dryRun} />
      )}
      {dryRun.report && <Found builder={builder} report={dryRun.report} />}
    </section>
  );
}

/** Whether it runs, ended, or what keeps it. */
function Standing({ builder, dryRun, inStep }: { builder: Builder; dryRun: DryRun; inStep: boolean }) {
  const { report, stale, busy, error } = dryRun;
  const tone = { completed: "ok", failed: "danger", waiting: "warn", stopped: "warn" } as const;
  return (
    <div className="grid gap-2" aria-live="polite">
      {busy && <p className="text-sm text-muted">{copy.running}…</p>}
      {error && !busy && (
        <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-sm text-danger wrap-anywhere">
          {problemText(error).detail}
        </p>
      )}
      {report && (
        <p className="flex flex-wrap items-center gap-2">
          <Badge tone={tone[report.status]}>{copy.status[report.status]}</Badge>
          {report.durationMs > 0 && (
            <span className="text-xs text-muted">{copy.skipped(copy.duration(report.durationMs))}</span>
          )}
          <Button size="sm" look="quiet" onClick={dryRun.clear}>
            {copy.clear}
          </Button>
        </p>
      )}
      {inStep && (
        <Button
          size="sm"
          look={report ? "plain" : "primary"}
          busy={busy}
          disabled={isBlocked(builder)}
          className="justify-self-start"
          onClick={dryRun.start}
        >
          {report ? copy.again : copy.run}
        </Button>
      )}
      {inStep && Object.keys(dryRun.issues).length > 0 && (
        <button
          type="button"
          className="justify-self-start text-left text-sm text-danger underline"
          onClick={() => builder.select([])}
        >
          {copy.inputMissing}
        </button>
      )}
      {report?.problem && (
        <div className="grid gap-1 rounded-md bg-danger-soft px-3 py-2 text-sm text-danger">
          <p className="wrap-anywhere">{report.problem.message}</p>
          {report.problem.path !== "" && (
            <button
              type="button"
              className="justify-self-start font-mono text-xs underline"
              onClick={() => builder.select(placeOf(report.problem?.path ?? "", builder.shown))}
            >
              {report.problem.path}
            </button>
          )}
        </div>
      )}
      {stale && <p className="rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">{copy.stale}</p>}
    </div>
  );
}

function Begin({ builder, dryRun }: { builder: Builder; dryRun: DryRun }) {
  const { fields, entries, issues } = dryRun;
  const blocked = isBlocked(builder);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    dryRun.start();
  };
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      {!dryRun.report && <p className="text-sm text-muted">{copy.lead}</p>}
      <div className="grid gap-2">
        <h2 className="text-sm font-semibold">{copy.input}</h2>
        {fields ? (
          fields.length === 0 ? (
            <p className="text-sm text-muted">{copy.noInput}</p>
          ) : (
            <SchemaForm fields={fields} entries={entries} issues={issues} onChange={dryRun.setEntries} />
          )
        ) : (
          <Field label={copy.anyInput} error={issues.input} optional>
            {(control) => (
              <TextArea
                {...control}
                rows={4}
                spellCheck={false}
                className="font-mono text-xs"
                value={dryRun.inputText}
                onChange={({ target }) => dryRun.setInputText(target.value)}
              />
            )}
          </Field>
        )}
      </div>
      {blocked && <p className="text-sm text-danger">{copy.blocked}</p>}
      <Button
        type="submit"
        look={dryRun.report ? "plain" : "primary"}
        busy={dryRun.busy}
        disabled={blocked || builder.shown.steps.length === 0}
        icon={<Play size={15} aria-hidden="true" />}
        className="justify-self-start"
      >
        {dryRun.report ? copy.again : copy.run}
      </Button>
    </form>
  );
}

/** Whether it cannot run at all as it stands. */
const isBlocked = ({ remarks }: Builder): boolean =>
  remarks.some(({ kind, where }) => kind === "problem" && !isMissingCode(where));

/** A step whose code the server lacks gets a sample, like any other. */
const isMissingCode = (where: string): boolean => /^steps\.[^.[]+$/.test(where);

function Found({ builder, report }: { builder: Builder; report: Report }) {
  const tone = { done: "ok", recovered: "warn", failed: "danger", waiting: "warn", stopped: "neutral" } as const;
  return (
    <div className="grid gap-4 border-t border-line pt-4">
      {report.status === "completed" && (
        <div className="grid gap-1">
          <h3 className="text-sm font-semibold">{copy.gave}</h3>
          <JsonView value={report.output} name="output" label={copy.gave} />
        </div>
      )}
      <div className="grid gap-1">
        <h3 className="text-sm font-semibold">{copy.steps}</h3>
        {report.visits.length === 0 && <p className="text-sm text-muted">{copy.nothing}</p>}
        <ol className="grid gap-px">
          {report.visits.map(({ step, visit, status, path }) => (
            <li key={`${step} ${visit}`}>
              <button
                type="button"
                onClick={() => builder.select(placeOf(path, builder.shown))}
                className="flex min-h-8 w-full items-center justify-between gap-2 rounded-md px-2 py-1 text-left text-sm hover:bg-hover"
              >
                <span className="min-w-0 wrap-anywhere">{copy.showStep(titleOf(step, builder.shown), visit)}</span>
                <Badge tone={tone[status]}>{copy.state[status]}</Badge>
              </button>
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}
