import { ChevronLeft, ChevronRight, GitFork, X } from "lucide-react";
import type { ReactNode } from "react";
import { momentText } from "../../data/time.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { JsonView } from "../../ui/json-view.tsx";
import { Badge } from "../../ui/status.tsx";
import { TextLink } from "../../ui/text-link.tsx";
import { modelCallOf } from "./agents/model-call.ts";
import { UsageLine } from "./agents/usage-line.tsx";
import { copy } from "./copy.ts";
import { HoldLink } from "./hold-link.tsx";
import type { Row, RunEvent } from "./journal/row.ts";
import type { Shown } from "./journal/shown.ts";
import { nameOf, StatePicture } from "./row-look.tsx";
import { lengthText } from "./timeline/lines.ts";

const words = copy.inspector;

/** Everything there is about one line, docked beside the views. */
export function Inspector({
  row,
  shown,
  hold,
  onClose,
  onStep,
  onFork,
}: {
  row: Row;
  shown: Shown;
  /** The id of the hold it stands for, where that is known. */
  hold: string | null;
  onClose: () => void;
  onStep: (by: 1 | -1) => void;
  /** Null for who may not fork, and for what no fork begins at. */
  onFork: ((key: string) => void) | null;
}) {
  const settled = row.events.findLast(({ type }) => type.endsWith(".settled") || type.startsWith("mail."));
  const attempts = row.events.filter(
    ({ type, attempt }) => type === "step.attempt" || (type === "step.settled" && attempt > 1),
  );
  const call = modelCallOf(settled?.value);
  return (
    <aside
      aria-label={words.label}
      className="flex min-h-0 shrink-0 flex-col overflow-y-auto border-line bg-surface max-lg:absolute max-lg:inset-0 max-lg:z-20 lg:w-96 lg:border-l"
    >
      <div className="sticky top-0 z-10 flex items-center gap-1 border-b border-line bg-surface px-3 py-2">
        <StatePicture shown={shown} size={16} />
        <h2 className="ml-1 min-w-0 grow truncate font-semibold" title={nameOf(row)}>
          {nameOf(row)}
        </h2>
        <IconButton label={copy.timeline.previous} onClick={() => onStep(-1)}>
          <ChevronLeft size={16} aria-hidden="true" />
        </IconButton>
        <IconButton label={copy.timeline.next} onClick={() => onStep(1)}>
          <ChevronRight size={16} aria-hidden="true" />
        </IconButton>
        <IconButton label={words.close} onClick={onClose}>
          <X size={16} aria-hidden="true" />
        </IconButton>
      </div>
      <div className="grid gap-4 px-4 py-3">
        <p className="flex flex-wrap items-center gap-2 text-sm text-muted">
          <Badge>{copy.kinds[row.kind] ?? row.kind}</Badge>
          {copy.states[shown]}
          {row.inherited && <span>· {copy.timeline.inherited}</span>}
        </p>
        {hold !== null && <HoldLink hold={hold}>{words.openHold}</HoldLink>}
        <Facts
          facts={[
            [words.began, momentText(row.from)],
            [words.ended, row.to === null || shown === "left" ? null : momentText(row.to)],
            [words.took, row.to === null ? null : lengthText(row.to - row.from)],
            [words.by, settled?.by ?? null],
            [
              words.key,
              <code key="key" className="font-mono text-xs wrap-anywhere">
                {row.key}
              </code>,
            ],
          ]}
        />
        {call && <UsageLine call={call} />}
        {settled?.outcome === "error" && row.kind === "step" ? (
          <Section level={3} title={words.error}>
            <ErrorText value={settled.value} />
          </Section>
        ) : (
          settled && (
            <Section level={3} title={row.kind === "hold" ? words.answer : words.value}>
              {settled.value === undefined ? (
                <p className="text-sm text-muted">{words.erased}</p>
              ) : (
                <JsonView value={settled.value} name={`${row.name || row.kind}-output`} label={words.value} />
              )}
            </Section>
          )
        )}
        {attempts.length > 0 && (
          <Section level={3} title={words.attempts}>
            <ol className="grid gap-2">
              {attempts.map((one) => (
                <Attempt key={one.id} event={one} />
              ))}
            </ol>
          </Section>
        )}
        {row.kind === "child" && <ChildLink event={row.events[0]} />}
        {row.kind === "step" && (
          <Section level={3} title={words.input}>
            <p className="text-sm text-muted">{words.inputNone}</p>
          </Section>
        )}
        {settled?.measures != null && (
          <Section level={3} title={words.measures}>
            <JsonView value={settled.measures} name="measures" label={words.measures} />
          </Section>
        )}
        {row.events.length > 0 && (
          <Section level={3} title={words.record}>
            <ul className="grid gap-0.5 font-mono text-xs text-muted">
              {row.events.map(({ id, seq, type, at }) => (
                <li key={id} className="flex gap-2" title={momentText(at)}>
                  <span className="w-10 shrink-0 text-right">#{seq}</span>
                  <span>{type}</span>
                </li>
              ))}
            </ul>
          </Section>
        )}
        {onFork && row.events.length > 0 && (
          <div>
            <Button size="sm" icon={<GitFork size={14} aria-hidden="true" />} onClick={() => onFork(row.key)}>
              {copy.actions.fork}
            </Button>
          </div>
        )}
      </div>
    </aside>
  );
}

/** Something under a heading; `level` 3 where a heading stands above it besides that of the page. */
export const Section = ({ title, level = 2, children }: { title: string; level?: 2 | 3; children: ReactNode }) => {
  const Heading = `h${level}` as const;
  return (
    <div className="grid gap-1.5">
      <Heading className="text-sm font-semibold">{title}</Heading>
      {children}
    </div>
  );
};

/** Names and values; what is null is left out. */
export const Facts = ({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) => (
  <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
    {facts
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 wrap-anywhere">{value}</dd>
        </div>
      ))}
  </dl>
);

function Attempt({ event: { attempt, outcome, value, startedAt, at } }: { event: RunEvent }) {
  const { error, retryAt } = (value ?? {}) as { error?: unknown; retryAt?: number };
  return (
    <li className="grid gap-1 rounded-md border border-line px-2.5 py-1.5 text-sm">
      <span className="flex flex-wrap items-center gap-2">
        <StatePicture shown={outcome === "ok" ? "ok" : "error"} />
        {words.attempt(attempt)}
        <span className="ml-auto text-xs text-muted">{lengthText(Date.parse(at) - Date.parse(startedAt))}</span>
      </span>
      {outcome === "error" && <ErrorText value={error ?? value} />}
      {typeof retryAt === "number" && (
        <span className="text-xs text-muted">
          {words.nextTry}: {momentText(retryAt)}
        </span>
      )}
    </li>
  );
}

/** An error as it was recorded: its message first, all of it below. */
export function ErrorText({ value }: { value: unknown }) {
  const { name, message, ...rest } = (
    typeof value === "object" && value !== null ? value : { message: String(value) }
  ) as {
    name?: string;
    message?: string;
  };
  return (
    <div className="grid gap-1">
      <p className="rounded-md bg-danger-soft px-2.5 py-1.5 text-sm text-danger wrap-anywhere">
        {name && name !== "Error" && <span className="font-medium">{name}: </span>}
        {message ?? JSON.stringify(value)}
      </p>
      {Object.keys(rest).length > 0 && <JsonView value={rest} name="error" label={words.error} />}
    </div>
  );
}

function ChildLink({ event }: { event: RunEvent | undefined }) {
  const id = (event?.value as { id?: unknown } | undefined)?.id;
  if (typeof id !== "string") return null;
  return (
    <p className="text-sm">
      {words.child}:{" "}
      <TextLink to="/runs/$run" params={{ run: id }} className="wrap-anywhere">
        {id}
      </TextLink>
    </p>
  );
}
