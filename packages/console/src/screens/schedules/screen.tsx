import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { CalendarClock, Ellipsis, Plus } from "lucide-react";
import { useState } from "react";
import { useAction, useChanged } from "../../data/action.ts";
import { apiKey, call } from "../../data/api.ts";
import { useMay } from "../../data/session.tsx";
import { Answered } from "../../ui/answered.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Page, Panel } from "../../ui/page.tsx";
import { Empty } from "../../ui/states.tsx";
import { Badge } from "../../ui/status.tsx";
import { copy } from "./copy.ts";
import { History } from "./history.tsx";
import { NewSchedule } from "./new-schedule.tsx";
import { type Schedule, whenText } from "./when.ts";

const schedules = getRouteApi("/schedules");

/** What starts by itself: when, and what became of it. */
export function SchedulesScreen() {
  const { schedule } = schedules.useSearch();
  const navigate = useNavigate({ from: "/schedules" });
  const [operates, writes] = [useMay("schedules:operate"), useMay("schedules:write")];
  const [creating, setCreating] = useState(false);
  const [removing, setRemoving] = useState<string | null>(null);
  const changed = useChanged("schedules");
  const list = useInfiniteQuery({
    queryKey: apiKey("schedules.list"),
    queryFn: ({ pageParam, signal }) => call("schedules.list", pageParam === null ? {} : { cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ cursor }) => cursor,
  });
  const pause = useAction(["schedules"], ({ id, paused }: Schedule) =>
    paused ? call("schedules.resume", { schedule: id }) : call("schedules.pause", { schedule: id }),
  );
  const run = useAction(
    ["schedules", "runs"],
    (id: string) => call("schedules.run", { schedule: id }),
    ({ runId }) => copy.started(runId),
  );
  const actions = (one: Schedule): (MenuItem | null)[] => [
    { label: copy.history, onSelect: () => void navigate({ search: { schedule: one.id } }) },
    ...(operates
      ? [
          { label: copy.run, onSelect: () => run.mutate(one.id) },
          { label: one.paused ? copy.resume : copy.pause, onSelect: () => pause.mutate(one) },
        ]
      : []),
    ...(writes ? [null, { label: copy.remove, danger: true, onSelect: () => setRemoving(one.id) }] : []),
  ];
  const create = writes && (
    <Button look="primary" icon={<Plus size={16} aria-hidden="true" />} onClick={() => setCreating(true)}>
      {copy.create}
    </Button>
  );
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title={copy.title} actions={items.length > 0 && create}>
      <Panel>
        <Answered query={list}>
          {() =>
            items.length === 0 ? (
              <Empty title={copy.none} icon={<CalendarClock size={20} aria-hidden="true" />}>
                <p>{copy.noneText}</p>
                {create}
              </Empty>
            ) : (
              <DataTable label={copy.title} columns={columns(actions)} rows={items} rowId={({ id }) => id} />
            )
          }
        </Answered>
      </Panel>
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {copy.more}
        </Button>
      )}
      {schedule !== undefined && <History key={schedule} schedule={schedule} />}
      <NewSchedule open={creating} onClose={() => setCreating(false)} />
      <FormDialog
        open={removing !== null}
        title={copy.removeTitle(removing ?? "")}
        submit={copy.removeSubmit(removing ?? "")}
        danger
        onClose={() => setRemoving(null)}
        onSubmit={async () => {
          await call("schedules.remove", { schedule: removing ?? "" });
          if (schedule === removing) await navigate({ search: {} });
          await changed();
        }}
      >
        <p className="text-muted">{copy.removeText}</p>
      </FormDialog>
    </Page>
  );
}

const columns = (actions: (schedule: Schedule) => (MenuItem | null)[]): ColumnDef<Schedule>[] => [
  {
    header: copy.id,
    cell: ({ row: { original: one } }) => (
      <div className="min-w-36 wrap-anywhere">
        <div className="font-medium">{one.id}</div>
        <div className="text-xs text-muted">{one.workflow}</div>
      </div>
    ),
  },
  {
    header: copy.kind,
    cell: ({ row }) => <span className="min-w-32 wrap-anywhere">{whenText(row.original.when)}</span>,
  },
  {
    header: copy.nextRun,
    cell: ({ row: { original: one } }) => (one.nextAt && !one.paused ? <Moment at={one.nextAt} /> : "–"),
  },
  {
    header: copy.state,
    cell: ({ row: { original: one } }) => (
      <div className="grid justify-items-start gap-1">
        <Badge tone={one.paused ? "warn" : "ok"}>{one.paused ? copy.paused : copy.active}</Badge>
        {one.note && <span className="text-xs wrap-anywhere text-muted">{one.note}</span>}
      </div>
    ),
  },
  {
    id: "actions",
    header: () => <span className="sr-only">Actions</span>,
    cell: ({ row: { original: one } }) => (
      <Menu
        trigger={
          <IconButton label={copy.menu(one.id)}>
            <Ellipsis size={16} aria-hidden="true" />
          </IconButton>
        }
        items={actions(one)}
      />
    ),
  },
];
