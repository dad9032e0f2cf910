import type { RouteOutput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../data/api.ts";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Empty, Failure, Loading } from "../../ui/states.tsx";
import { RunStatus } from "../../ui/status.tsx";
import { TextLink } from "../../ui/text-link.tsx";
import { copy } from "./copy.ts";

const words = copy.recent;
type Run = RouteOutput<"runs.list">["items"][number];
/** So many are looked at here; the others are on the screen of runs. */
const shown = 20;

const columns: ColumnDef<Run, unknown>[] = [
  {
    id: "run",
    header: words.run,
    cell: ({ row: { original } }) => (
      <TextLink to="/runs/$run" params={{ run: original.id }} className="font-mono text-sm wrap-anywhere">
        {original.id}
      </TextLink>
    ),
  },
  { id: "status", header: words.status, cell: ({ row: { original } }) => <RunStatus value={original.status} /> },
  { id: "version", header: words.version, cell: ({ row: { original } }) => original.version },
  { id: "began", header: words.began, cell: ({ row: { original } }) => <Moment at={original.createdAt} /> },
];

/** The newest runs of a workflow. */
export function RecentRuns({ workflow }: { workflow: string }) {
  const found = useQuery(api("runs.list", { workflow, limit: shown }));
  if (found.isPending) return <Loading />;
  if (!found.data) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data.items.length === 0) return <Empty title={words.none}>{words.noneNote}</Empty>;
  return <DataTable label={words.label} columns={columns} rows={found.data.items} rowId={({ id }) => id} />;
}
