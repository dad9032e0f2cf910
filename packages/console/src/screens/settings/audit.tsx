import type { RouteInput, RouteOutput } from "@holdpoint/client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { apiKey, call } from "../../data/api.ts";
import { Answered } from "../../ui/answered.tsx";
import { Button } from "../../ui/button.tsx";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { JsonView } from "../../ui/json-view.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Nothing, Panel, Section } from "../../ui/page.tsx";
import { Badge } from "../../ui/status.tsx";
import { AuditActions } from "./audit-actions.tsx";
import { AuditFilter } from "./audit-filter.tsx";
import { copy } from "./copy.ts";
import type { SettingsSearch } from "./route.ts";

type Line = RouteOutput<"audit.list">["items"][number];
export type Wanted = Omit<RouteInput<"audit.export">, "format">;

const words = copy.audit;
const tones = { asked: "neutral", done: "ok", refused: "warn", failed: "danger" } as const;
const settings = getRouteApi("/settings");

/** The address as what the log is asked for. A day ends with its last moment, in the browser's time zone. */
function wantedOf({ by, action, target, outcome, from, until }: SettingsSearch): Wanted {
  const dayOf = (day: string, days: number): string | null => {
    const at = new Date(`${day}T00:00`);
    at.setDate(at.getDate() + days);
    return Number.isNaN(at.getTime()) ? null : at.toISOString();
  };
  const [begin, end] = [from && dayOf(from, 0), until && dayOf(until, 1)];
  return {
    ...(by ? { by } : {}),
    ...(action ? { action } : {}),
    ...(target ? { target } : {}),
    ...(outcome && Object.hasOwn(words.outcomes, outcome) ? { outcome: [outcome as keyof typeof words.outcomes] } : {}),
    ...(begin ? { from: begin } : {}),
    ...(end ? { until: end } : {}),
  };
}

/** Who asked for what, when, and what came of it. */
export function Audit() {
  const search = settings.useSearch();
  const wanted = wantedOf(search);
  const [shown, setShown] = useState<Line | null>(null);
  const lines = useInfiniteQuery({
    queryKey: apiKey("audit.list", wanted),
    queryFn: ({ pageParam, signal }) =>
      call("audit.list", { ...wanted, limit: 50, ...(pageParam === null ? {} : { before: pageParam }) }, signal),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
    // It grows by the very act of working here.
    staleTime: 0,
  });
  return (
    <Section title={words.title} hint={words.hint} actions={<AuditActions wanted={wanted} />}>
      <AuditFilter search={search} />
      <Panel>
        <Answered query={lines} rows={6}>
          {({ pages }) => {
            const items = pages.flatMap((page) => page.items);
            if (items.length === 0 && !lines.hasNextPage) return <Nothing>{words.none}</Nothing>;
            return (
              <DataTable label={words.title} columns={columns(setShown)} rows={items} rowId={({ n }) => String(n)} />
            );
          }}
        </Answered>
      </Panel>
      {lines.hasNextPage && (
        <Button
          busy={lines.isFetchingNextPage}
          className="justify-self-start"
          onClick={() => void lines.fetchNextPage()}
        >
          {words.more}
        </Button>
      )}
      <Dialog open={shown !== null} title={words.detailsOf(shown?.n ?? 0)} width="lg" onClose={() => setShown(null)}>
        <JsonView value={shown} name={`audit-${shown?.n}`} />
      </Dialog>
    </Section>
  );
}

const columns = (show: (line: Line) => void): ColumnDef<Line>[] => [
  {
    header: "Line",
    cell: ({ row: { original: line } }) => (
      <Button size="sm" look="quiet" aria-label={words.detailsOf(line.n)} onClick={() => show(line)}>
        {line.n}
      </Button>
    ),
  },
  { header: "When", cell: ({ row }) => <Moment at={row.original.at} /> },
  { header: "Who", cell: ({ row }) => <span className="wrap-anywhere">{row.original.by ?? words.nobody}</span> },
  {
    header: "What",
    cell: ({ row: { original: line } }) => (
      <div className="min-w-40 wrap-anywhere">
        <div>{line.action}</div>
        <div className="text-xs text-muted">
          {Object.values(line.target)
            .flat()
            .map((one) => (typeof one === "string" ? one : JSON.stringify(one)))
            .join(", ")}
        </div>
      </div>
    ),
  },
  {
    header: "Outcome",
    cell: ({ row: { original: line } }) => (
      <div className="grid justify-items-start gap-1">
        <Badge tone={tones[line.outcome]}>{words.outcomes[line.outcome]}</Badge>
        {line.code && <span className="font-mono text-xs text-muted">{line.code}</span>}
        {line.count > 1 && <span className="text-xs text-muted">{words.times(line.count)}</span>}
      </div>
    ),
  },
  { header: "From", cell: ({ row }) => <span className="text-xs text-muted">{row.original.address}</span> },
];
