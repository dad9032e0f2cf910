import type { RouteOutput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { api } from "../../data/api.ts";
import { Button } from "../../ui/button.tsx";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { TextInput } from "../../ui/field.tsx";
import { Empty, Failure, Loading } from "../../ui/states.tsx";
import { Badge } from "../../ui/status.tsx";
import { TextLink } from "../../ui/text-link.tsx";
import { copy } from "../workflow/copy.ts";
import { type Figures, humanShare, percentText, shortSpan, useFigures } from "../workflow/figures.ts";

const route = getRouteApi("/workflows");
const words = copy.columns;

type Row = RouteOutput<"workflows.list">["items"][number] & { isPipeline: boolean; figures: Figures | undefined };

const figure = (id: keyof typeof words, read: (figures: Figures) => string | null): ColumnDef<Row, unknown> => ({
  id,
  header: words[id],
  cell: ({ row: { original } }) => {
    const text = original.figures ? read(original.figures) : null;
    return <span className="whitespace-nowrap">{text ?? copy.none}</span>;
  },
});

const columns: ColumnDef<Row, unknown>[] = [
  {
    id: "name",
    header: words.name,
    cell: ({ row: { original } }) => (
      <span className="inline-flex flex-wrap items-center gap-2">
        <TextLink to="/workflows/$workflow" params={{ workflow: original.name }} className="font-medium wrap-anywhere">
          {original.name}
        </TextLink>
        {original.isPipeline && <Badge>{copy.pipeline}</Badge>}
      </span>
    ),
  },
  { id: "version", header: words.version, cell: ({ row: { original } }) => original.version },
  figure("finished", ({ runs }) => String(runs.finished)),
  figure("success", ({ runs }) => percentText(runs.successRate)),
  figure("latency", ({ runs }) => shortSpan(runs.latency?.p50)),
  figure("human", (figures) => percentText(humanShare(figures))),
  figure("decide", ({ holds }) => shortSpan(holds.timeToDecide?.p50)),
];

/** What this server can run, and how it goes. */
export function WorkflowsScreen() {
  const { q = "" } = route.useSearch();
  const navigate = useNavigate();
  const found = useQuery(api("workflows.list", {}));
  const pipelines = useQuery({ ...api("pipelines.list", {}), retry: false });
  const figures = useFigures();
  const names = useMemo(() => new Set(pipelines.data?.items.map(({ name }) => name)), [pipelines.data]);
  const all = found.data?.items ?? [];
  const rows = all
    .filter(({ name }) => name.toLowerCase().includes(q.trim().toLowerCase()))
    .map((one): Row => ({ ...one, isPipeline: names.has(one.name), figures: figures.get(one.name) }));
  const build = (): void => void navigate({ to: "/builder" });
  return (
    <div className="overflow-y-auto">
      <div className="mx-auto grid w-full max-w-6xl gap-5 px-4 py-6 sm:px-6">
        <header className="flex flex-wrap items-end gap-3">
          <div className="min-w-0 grow basis-60">
            <h1 className="text-lg font-semibold">{copy.title}</h1>
            <p className="text-muted">{copy.lead}</p>
          </div>
          <TextInput
            type="search"
            aria-label={copy.filter}
            placeholder={copy.filter}
            className="sm:w-56"
            value={q}
            onChange={({ target }) =>
              void navigate({ to: "/workflows", search: target.value === "" ? {} : { q: target.value }, replace: true })
            }
          />
          <Button onClick={build}>{copy.build}</Button>
        </header>
        {found.isPending && <Loading />}
        {found.error && <Failure error={found.error} onRetry={() => void found.refetch()} />}
        {found.data && all.length === 0 && (
          <Empty title={copy.empty}>
            <p>{copy.emptyNote}</p>
            <Button onClick={build}>{copy.build}</Button>
          </Empty>
        )}
        {all.length > 0 && rows.length === 0 && (
          <p className="py-8 text-center text-muted">{copy.filtered(all.length)}</p>
        )}
        {rows.length > 0 && (
          <div className="rounded-lg border border-line bg-surface">
            <DataTable label={copy.title} columns={columns} rows={rows} rowId={({ name }) => name} />
          </div>
        )}
      </div>
    </div>
  );
}
