import type { RouteOutput } from "@holdpoint/client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { apiKey, call } from "../../data/api.ts";
import { momentText } from "../../data/time.ts";
import { Answered } from "../../ui/answered.tsx";
import { Button } from "../../ui/button.tsx";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { Nothing, Panel, Section } from "../../ui/page.tsx";
import { Badge } from "../../ui/status.tsx";
import { TextLink } from "../../ui/text-link.tsx";
import { copy } from "./copy.ts";

type Firing = RouteOutput<"schedules.history">["items"][number];
const tones = { started: "ok", waiting: "info", skipped: "neutral", missed: "warn", failed: "danger" } as const;

const columns: ColumnDef<Firing>[] = [
  { header: copy.due, cell: ({ row }) => momentText(row.original.dueAt) },
  {
    header: copy.outcome,
    cell: ({ row: { original: one } }) => (
      <div className="grid justify-items-start gap-1">
        <Badge tone={tones[one.outcome]}>{copy.outcomes[one.outcome]}</Badge>
        {one.note && <span className="text-xs wrap-anywhere text-muted">{one.note}</span>}
      </div>
    ),
  },
  {
    header: "Run",
    cell: ({ row: { original: one } }) =>
      one.runId && (
        <TextLink to="/runs/$run" params={{ run: one.runId }} className="font-mono text-xs wrap-anywhere">
          {one.runId}
        </TextLink>
      ),
  },
  { header: copy.by, cell: ({ row }) => <span className="wrap-anywhere">{row.original.by}</span> },
];

/** What a schedule did, newest first. */
export function History({ schedule }: { schedule: string }) {
  const navigate = useNavigate({ from: "/schedules" });
  const history = useInfiniteQuery({
    queryKey: apiKey("schedules.history", { schedule }),
    queryFn: ({ pageParam, signal }) =>
      call("schedules.history", { schedule, limit: 20, ...(pageParam === null ? {} : { cursor: pageParam }) }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ cursor }) => cursor,
  });
  return (
    <Section
      title={copy.historyOf(schedule)}
      actions={<Button onClick={() => void navigate({ search: {} })}>{copy.close}</Button>}
    >
      <Panel>
        <Answered query={history}>
          {({ pages }) => {
            const items = pages.flatMap((page) => page.items);
            return items.length === 0 ? (
              <Nothing>{copy.noHistory}</Nothing>
            ) : (
              <DataTable label={copy.historyOf(schedule)} columns={columns} rows={items} rowId={({ key }) => key} />
            );
          }}
        </Answered>
      </Panel>
      {history.hasNextPage && (
        <Button busy={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
          {copy.more}
        </Button>
      )}
    </Section>
  );
}
