import type { RouteOutput } from "@holdpoint/client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useAction } from "../../data/action.ts";
import { apiKey, call } from "../../data/api.ts";
import { client } from "../../data/client.ts";
import { Answered } from "../../ui/answered.tsx";
import { Button } from "../../ui/button.tsx";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { download } from "../../ui/json-view.tsx";
import { Nothing, Panel } from "../../ui/page.tsx";
import { Badge } from "../../ui/status.tsx";
import { copy } from "./copy.ts";

const words = copy.done;
type Item = RouteOutput<"annotations.items">["items"][number];

/** What is done, newest first, and all of it as a file for a training. Nobody is named. */
export function DoneItems({ queue }: { queue: string }) {
  const list = useInfiniteQuery({
    queryKey: apiKey("annotations.items", { queue }),
    queryFn: ({ pageParam, signal }) =>
      call("annotations.items", { queue, limit: 50, ...(pageParam !== null && { cursor: pageParam }) }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ cursor }) => cursor,
  });
  const keep = useAction([], async () => {
    const lines = await client.annotations.export({ queue });
    download(`${queue}.jsonl`, await new Response(lines).text(), "application/jsonl");
  });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex justify-end">
        <Button
          icon={<Download size={15} aria-hidden="true" />}
          busy={keep.isPending}
          disabled={items.length === 0}
          onClick={() => keep.mutate(undefined)}
        >
          {words.export}
        </Button>
      </div>
      <Panel>
        <Answered query={list} absent={copy.absent}>
          {() =>
            items.length === 0 ? (
              <Nothing>{words.none}</Nothing>
            ) : (
              <DataTable label={copy.tabs.done} columns={columns} rows={items} rowId={({ id }) => id} />
            )
          }
        </Answered>
      </Panel>
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {words.more}
        </Button>
      )}
    </div>
  );
}

const columns: ColumnDef<Item, unknown>[] = [
  { id: "id", header: words.id, cell: ({ row }) => <span className="wrap-anywhere">{row.original.id}</span> },
  {
    id: "label",
    header: words.label,
    cell: ({ row }) => <span className="font-medium wrap-anywhere">{String(row.original.label)}</span>,
  },
  {
    id: "source",
    header: words.source,
    cell: ({ row: { original } }) => (
      <Badge tone={original.source === "agreement" ? "ok" : original.source === "check" ? "danger" : "warn"}>
        {words.sources[original.source]}
      </Badge>
    ),
  },
  {
    id: "answers",
    header: words.answers,
    cell: ({ row }) => row.original.annotators.map(({ label }) => String(label)).join(", "),
  },
  {
    id: "predicted",
    header: words.predicted,
    cell: ({ row: { original } }) =>
      original.predicted === null ? <span className="text-muted">{words.nothing}</span> : String(original.predicted),
  },
];
