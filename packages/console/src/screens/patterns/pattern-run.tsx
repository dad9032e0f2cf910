import type { RouteOutput } from "@holdpoint/client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { StepForward } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { api, call } from "../../data/api.ts";
import { problemText } from "../../data/problem.ts";
import { useMay } from "../../data/session.tsx";
import type { JsonSchema } from "../../forms/fields.ts";
import { Button } from "../../ui/button.tsx";
import { Section } from "../../ui/page.tsx";
import { Failure, Loading } from "../../ui/states.tsx";
import { RunStatus } from "../../ui/status.tsx";
import { TextLink } from "../../ui/text-link.tsx";
import { ValueView } from "../../ui/value-view.tsx";
import { costOf } from "../run/header.tsx";
import { ErrorText } from "../run/inspector.tsx";
import type { JournalState } from "../run/journal/journal-feed.ts";
import { useJournal } from "../run/journal/use-journal.ts";
import { Waiting } from "../run/waiting.tsx";
import { copy } from "./copy.ts";
import { promptsOf } from "./fields.ts";
import { Steps } from "./steps.tsx";

const words = copy.run;
type Run = RouteOutput<"runs.show">;
const GraphTab = lazy(() =>
  import("../run/graph/graph-tab.tsx").then(({ GraphTab: component }) => ({ default: component })),
);
const finished: readonly string[] = ["completed", "failed", "cancelled"];

/** A run of a pattern, as it goes: the drawing with where it stands, its steps, whom it waits for, and what came of it. */
export function PatternRun({ id, ...rest }: { id: string; workflow: string; input: JsonSchema | null }) {
  const run = useQuery(api("runs.show", { run: id }));
  if (run.error && !run.data) return <Failure error={run.error} onRetry={() => void run.refetch()} />;
  return run.data ? <Loaded run={run.data} {...rest} /> : <Loading />;
}

function Loaded({ run, workflow, input }: { run: Run; workflow: string; input: JsonSchema | null }) {
  const journal = useJournal(run.id, run.generation);
  const ended = finished.includes(run.status);
  const why = useQuery({ ...api("runs.why", { run: run.id }), enabled: !ended });
  const [selected, setSelected] = useState<string | null>(null);
  const { opened, settled } = journal.book;
  const holds = why.data?.waits.filter(({ type }) => type === "hold") ?? [];
  return (
    <>
      <Section
        title={words.title}
        hint={<RunFacts run={run} />}
        actions={
          <>
            <TextLink to="/patterns" search={{ pattern: workflow }} className="self-center text-sm">
              {words.again}
            </TextLink>
            <TextLink to="/runs/$run" params={{ run: run.id }} className="self-center text-sm">
              {words.all}
            </TextLink>
          </>
        }
      >
        {!ended && why.data && holds.length > 0 && (
          <div className="overflow-hidden rounded-lg border border-line">
            <Waiting why={{ ...why.data, waits: holds }} />
          </div>
        )}
        {!ended && <NextStep run={run.id} journal={journal} stepByStep={isStepwise(opened?.value)} />}
        <div className="flex h-[26rem] flex-col overflow-hidden rounded-lg border border-line bg-ground">
          <Suspense fallback={<Loading />}>
            <GraphTab {...{ run, journal, ended, selected }} onSelect={setSelected} />
          </Suspense>
        </div>
      </Section>
      {settled && (
        <Section title={settled.outcome === "error" ? copy.result.failed : copy.result.title}>
          <div className="rounded-lg border border-line bg-surface px-4 py-3">
            {settled.outcome === "error" ? <ErrorText value={settled.value} /> : <ValueView value={settled.value} />}
          </div>
        </Section>
      )}
      <Section title={copy.steps.title}>
        <Steps journal={journal} ended={ended} selected={selected} prompts={promptsOf(input, opened?.value)} />
      </Section>
    </>
  );
}

const isStepwise = (input: unknown): boolean => (input as { stepByStep?: unknown } | null)?.stepByStep === true;

/** Where it stands, and what it took so far. */
function RunFacts({ run: { status, attributes } }: { run: Run }) {
  const { aiCalls } = attributes;
  return (
    <span className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-1">
      <RunStatus value={status} />
      {aiCalls !== undefined && (
        <span>
          {words.calls}: {String(aiCalls)}
        </span>
      )}
      {aiCalls !== undefined && (
        <span>
          {words.cost}: {costOf(attributes)}
        </span>
      )}
    </span>
  );
}

/** Lets the call that waits go on; each is let go once, whatever the clicks. */
function NextStep({ run, journal: { book }, stepByStep }: { run: string; journal: JournalState; stepByStep: boolean }) {
  const maySignal = useMay("runs:signal");
  const [sent, setSent] = useState<ReadonlySet<string>>(new Set());
  const next = useMutation({
    mutationFn: ({ name }: { key: string; name: string }) => call("runs.signal", { run, name, value: null }),
    onMutate: ({ key }) => setSent((before) => new Set([...before, key])),
    onError: (_error, { key }) => setSent((before) => new Set([...before].filter((one) => one !== key))),
  });
  if (!stepByStep) return <p className="text-sm text-muted">{words.goesOn}</p>;
  const waiting = [...book.all()].find(
    ({ key, kind, state, name }) => kind === "signal" && state === "open" && name.startsWith("next ") && !sent.has(key),
  );
  return (
    <div className="flex flex-wrap items-center gap-3">
      <p className="text-sm text-muted">{maySignal ? words.waits : words.mayNot}</p>
      {maySignal && waiting && (
        <Button
          look="primary"
          busy={next.isPending}
          icon={<StepForward size={15} aria-hidden="true" />}
          onClick={() => next.mutate(waiting)}
        >
          {words.next(waiting.name.slice("next ".length))}
        </Button>
      )}
      {next.error && (
        <p role="alert" className="text-sm text-danger wrap-anywhere">
          {problemText(next.error).detail}
        </p>
      )}
    </div>
  );
}
