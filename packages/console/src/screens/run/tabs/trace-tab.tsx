import type { RouteOutput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, apiKey } from "../../../data/api.ts";
import { momentText } from "../../../data/time.ts";
import { type ColumnDef, DataTable } from "../../../ui/data-table.tsx";
import { Failure, Loading } from "../../../ui/states.tsx";
import { OutsideLink } from "../../../ui/text-link.tsx";
import { copy } from "../copy.ts";
import type { JournalState } from "../journal/journal-feed.ts";
import { StatePicture } from "../row-look.tsx";
import { lengthText } from "../timeline/lines.ts";
import { spansOf, type TraceSpan } from "../trace/spans.ts";

const words = copy.trace;
/** A real table of more is of no use to anybody. */
const most = 500;

type Run = RouteOutput<"runs.show">;

/** Which trace the run is in, the way to it, and its spans as the journal knows them. */
export function TraceTab({
  run,
  journal,
  ended,
  onSelect,
}: {
  run: Run;
  journal: JournalState;
  ended: boolean;
  onSelect: (key: string) => void;
}) {
  const { book, revision } = journal;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the book is one object; its revision says that it has changed
  const spans = useMemo(() => spansOf(run, book, ended), [run, book, revision, ended]);
  const began = Date.parse(run.createdAt);
  const columns = useMemo(() => columnsFor(began, onSelect), [began, onSelect]);
  return (
    <div className="flex min-h-0 grow flex-col gap-3 overflow-y-auto p-4">
      <TracePlace run={run.id} />
      {spans.length > most && <p className="text-sm text-muted">{words.first(most, spans.length)}</p>}
      <DataTable label={words.label} columns={columns} rows={spans.slice(0, most)} rowId={({ id }) => id} />
    </div>
  );
}

/** The trace's id, and the link to where it is shown. */
function TracePlace({ run }: { run: string }) {
  // Under a key of its own: it stays the same whatever happens to the run, and is not asked for again.
  const queryKey = [...apiKey("runs.show"), "trace", run];
  const asking = api("runs.show", { run, trace: true });
  const asked = useQuery({ ...asking, queryKey, staleTime: Number.POSITIVE_INFINITY });
  if (asked.error && !asked.data) return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
  const trace = asked.data?.trace;
  if (!trace) return <Loading rows={1} />;
  return (
    <section aria-label={words.id} className="grid gap-1">
      <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <code className="font-mono text-sm break-all select-all">{trace.id}</code>
        {trace.url && <OutsideLink href={trace.url}>{words.open}</OutsideLink>}
      </p>
      <p className="text-sm text-muted">{trace.url ? words.where : words.nowhere}</p>
    </section>
  );
}

const columnsFor = (began: number, onSelect: (key: string) => void): ColumnDef<TraceSpan>[] => {
  const after = (at: number) => (
    <time dateTime={new Date(at).toISOString()} title={momentText(at)} className="whitespace-nowrap text-muted">
      +{lengthText(Math.max(0, at - began))}
    </time>
  );
  return [
    {
      id: "span",
      header: words.columns.span,
      cell: ({ row: { original: span } }) => <SpanName span={span} onSelect={onSelect} />,
    },
    { id: "attempt", header: words.columns.attempt, cell: ({ row }) => row.original.attempt ?? "" },
    { id: "began", header: words.columns.began, cell: ({ row }) => after(row.original.from) },
    {
      id: "ended",
      header: words.columns.ended,
      cell: ({ row: { original: span } }) => (span.to === null ? "" : after(span.to)),
    },
    {
      id: "took",
      header: words.columns.took,
      cell: ({ row: { original: span } }) => (span.to === null ? "" : lengthText(span.to - span.from)),
    },
    {
      id: "state",
      header: words.columns.state,
      cell: ({ row: { original: span } }) => (
        <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
          <StatePicture shown={span.shown} /> <span aria-hidden="true">{copy.states[span.shown]}</span>
        </span>
      ),
    },
  ];
};

function SpanName({ span: { name, key }, onSelect }: { span: TraceSpan; onSelect: (key: string) => void }) {
  if (key === null) return <span className="wrap-anywhere">{name}</span>;
  return (
    <button
      type="button"
      onClick={() => onSelect(key)}
      className="text-left wrap-anywhere text-accent-text underline-offset-3 hover:underline"
    >
      {name}
    </button>
  );
}
