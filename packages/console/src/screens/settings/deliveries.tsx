import type { RouteOutput } from "@holdpoint/client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "../../data/action.ts";
import { apiKey, call } from "../../data/api.ts";
import { Answered } from "../../ui/answered.tsx";
import { Button } from "../../ui/button.tsx";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { Field, Select } from "../../ui/field.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Nothing, Panel, Section } from "../../ui/page.tsx";
import { Badge } from "../../ui/status.tsx";
import { copy } from "./copy.ts";
import type { Webhook } from "./webhook-columns.tsx";

type Delivery = RouteOutput<"webhooks.deliveries">["items"][number];
type Status = keyof typeof copy.webhooks.statuses;

const words = copy.webhooks;
const tones = { waiting: "info", sent: "ok", skipped: "neutral", dead: "danger" } as const;
/** While a message waits it is looked at again: the feed does not tell of deliveries. */
const lookAgainMs = 2000;

/** What was sent to a webhook and what came of it; dead letters can be sent again. */
export function Deliveries({ webhook: { id, name } }: { webhook: Webhook }) {
  const [status, setStatus] = useState<Status>("all");
  const input = { webhook: id, limit: 20, ...(status === "all" ? {} : { status }) };
  const deliveries = useInfiniteQuery({
    queryKey: apiKey("webhooks.deliveries", input),
    queryFn: ({ pageParam, signal }) =>
      call("webhooks.deliveries", pageParam === null ? input : { ...input, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ cursor }) => cursor,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some((one) => one.status === "waiting")) ? lookAgainMs : false,
  });
  const replay = useAction(
    ["webhooks"],
    (delivery: string) => call("webhooks.replay", { webhook: id, delivery }),
    () => words.replayed,
  );
  const replayAll = useAction(
    ["webhooks"],
    () => call("webhooks.replayAll", { webhook: id }),
    ({ replayed, more }) => words.replayedMany(replayed.length, more),
  );
  return (
    <Section
      title={words.deliveriesOf(name)}
      actions={
        <>
          <Field label={words.status} className="flex items-center gap-2">
            {(control) => (
              <Select {...control} value={status} onChange={({ target }) => setStatus(target.value as Status)}>
                {Object.entries(words.statuses).map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {status === "dead" && (
            <Button busy={replayAll.isPending} onClick={() => replayAll.mutate(undefined)}>
              {words.replayAll}
            </Button>
          )}
        </>
      }
    >
      <Panel>
        <Answered query={deliveries}>
          {({ pages }) => {
            const items = pages.flatMap((page) => page.items);
            if (items.length === 0) return <Nothing>{words.noDeliveries}</Nothing>;
            return (
              <DataTable
                label={words.deliveriesOf(name)}
                columns={columns(replay.mutate)}
                rows={items}
                rowId={(one) => one.id}
              />
            );
          }}
        </Answered>
      </Panel>
      {deliveries.hasNextPage && (
        <Button busy={deliveries.isFetchingNextPage} onClick={() => void deliveries.fetchNextPage()}>
          {copy.sessions.more}
        </Button>
      )}
    </Section>
  );
}

const columns = (replay: (delivery: string) => void): ColumnDef<Delivery>[] => [
  { header: "Event", cell: ({ row }) => row.original.type },
  { header: "Created", cell: ({ row }) => <Moment at={row.original.createdAt} /> },
  {
    header: "State",
    cell: ({ row: { original: one } }) => (
      <div className="grid justify-items-start gap-1">
        <Badge tone={tones[one.status]}>{one.status === "dead" ? "dead letter" : one.status}</Badge>
        {one.reason && <span className="text-xs wrap-anywhere text-muted">{one.reason}</span>}
      </div>
    ),
  },
  { header: "Finished", cell: ({ row }) => row.original.finishedAt && <Moment at={row.original.finishedAt} /> },
  {
    id: "actions",
    header: () => <span className="sr-only">Actions</span>,
    cell: ({ row: { original: one } }) =>
      one.status === "dead" && (
        <Button size="sm" onClick={() => replay(one.id)}>
          {words.replay}
        </Button>
      ),
  },
];
