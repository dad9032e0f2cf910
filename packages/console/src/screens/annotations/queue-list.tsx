import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Tags } from "lucide-react";
import { api } from "../../data/api.ts";
import { useMay } from "../../data/session.tsx";
import { Answered } from "../../ui/answered.tsx";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { Page, Panel } from "../../ui/page.tsx";
import { Empty } from "../../ui/states.tsx";
import { copy } from "./copy.ts";
import { useMine } from "./use-work.ts";

interface Queue {
  queue: string;
}

/** The queues there are, each with what waits in it for whoever looks, and how well its annotators agree. */
export function QueueList() {
  const list = useQuery(api("annotations.list", {}));
  return (
    <Page title={copy.title}>
      <p className="max-w-prose text-muted">{copy.lead}</p>
      <Panel>
        <Answered query={list}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title={copy.none} icon={<Tags size={20} aria-hidden="true" />}>
                <p>{copy.noneText}</p>
              </Empty>
            ) : (
              <DataTable label={copy.title} columns={columns} rows={items} rowId={({ queue }) => queue} />
            )
          }
        </Answered>
      </Panel>
    </Page>
  );
}

function Mine({ queue }: Queue) {
  const may = useMay("holds:decide");
  const { holds, more } = useMine(queue);
  if (holds === undefined) return <span className="text-muted">…</span>;
  return may && holds.length > 0 ? (
    <span className="font-medium">{copy.mine(holds.length, more)}</span>
  ) : (
    <span className="text-muted">{copy.mine(0, false)}</span>
  );
}

type Figure = "waiting" | "done" | "disputed" | "agreement";

function FigureOf({ queue, figure }: Queue & { figure: Figure }) {
  const { data } = useQuery(api("annotations.report", { queue }));
  if (!data) return <span className="text-muted">…</span>;
  if (figure !== "agreement") return data[figure];
  const alpha = data.agreement.krippendorff;
  return alpha === null ? <span className="text-muted">–</span> : alpha.toFixed(2);
}

const figure = (of: Figure): ColumnDef<Queue, unknown> => ({
  id: of,
  header: copy.columns[of],
  cell: ({ row }) => (
    <span className="tabular-nums">
      <FigureOf queue={row.original.queue} figure={of} />
    </span>
  ),
});

const columns: ColumnDef<Queue, unknown>[] = [
  {
    id: "queue",
    header: copy.columns.queue,
    cell: ({ row }) => (
      <Link
        to="/annotations"
        search={{ queue: row.original.queue }}
        className="font-medium text-accent-text underline-offset-2 wrap-anywhere hover:underline"
      >
        {row.original.queue}
      </Link>
    ),
  },
  { id: "mine", header: copy.columns.mine, cell: ({ row }) => <Mine queue={row.original.queue} /> },
  ...(["waiting", "done", "disputed", "agreement"] as const).map(figure),
];
