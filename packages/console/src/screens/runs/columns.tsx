import type { ColumnDef } from "../../ui/data-table.tsx";
import { Moment } from "../../ui/moment.tsx";
import { RunStatus } from "../../ui/status.tsx";
import { TextLink } from "../../ui/text-link.tsx";
import { dollars } from "../run/agents/model-call.ts";
import { statusOf } from "../run/header.tsx";
import { lengthText } from "../run/timeline/lines.ts";
import { copy } from "./copy.ts";
import type { Run } from "./use-runs.ts";
import { WaitBar } from "./wait-bar.tsx";

const words = copy.columns;

/** The columns of the list, in their order. */
export const columnsFor = (now: number): ColumnDef<Run>[] => {
  const whole = ({ createdAt, finishedAt }: Run): number =>
    Math.max(0, (finishedAt === null ? now : Date.parse(finishedAt)) - Date.parse(createdAt));
  return [
    {
      id: "select",
      header: ({ table }) => (
        <input
          type="checkbox"
          aria-label={copy.selectAll}
          className="size-4 accent-accent"
          checked={table.getIsAllRowsSelected()}
          ref={(box) => {
            if (box) box.indeterminate = table.getIsSomeRowsSelected();
          }}
          onChange={table.getToggleAllRowsSelectedHandler()}
        />
      ),
      cell: ({ row }) => (
        <input
          type="checkbox"
          aria-label={copy.select(row.original.id)}
          className="size-4 accent-accent"
          checked={row.getIsSelected()}
          onClick={(event) => event.stopPropagation()}
          onChange={row.getToggleSelectedHandler()}
        />
      ),
    },
    {
      id: "run",
      header: words.run,
      cell: ({ row: { original: run } }) => (
        <span className="grid min-w-0">
          <TextLink
            to="/runs/$run"
            params={{ run: run.id }}
            className="font-medium text-ink no-underline hover:underline"
          >
            {run.workflow}
          </TextLink>
          <code className="max-w-56 truncate font-mono text-xs text-muted" title={run.id}>
            {run.id}
          </code>
        </span>
      ),
    },
    { id: "status", header: words.status, cell: ({ row }) => <RunStatus value={statusOf(row.original)} /> },
    { id: "version", header: words.version, cell: ({ row }) => `v${row.original.version}` },
    {
      id: "by",
      header: words.by,
      cell: ({ row }) => <span className="wrap-anywhere">{row.original.createdBy ?? "–"}</span>,
    },
    {
      id: "started",
      header: words.started,
      cell: ({ row }) => (
        <span className="whitespace-nowrap">
          <Moment at={row.original.createdAt} />
        </span>
      ),
    },
    {
      id: "took",
      header: words.took,
      cell: ({ row }) => <span className="whitespace-nowrap">{lengthText(whole(row.original))}</span>,
    },
    {
      id: "wait",
      header: words.wait,
      cell: ({ row }) => (
        <WaitBar
          human={row.original.humanWaitMs ?? 0}
          whole={Math.max(whole(row.original), row.original.humanWaitMs ?? 0)}
        />
      ),
    },
    {
      id: "cost",
      header: words.cost,
      cell: ({ row: { original: run } }) =>
        typeof run.attributes.aiCost === "number" ? dollars(run.attributes.aiCost) : "–",
    },
    {
      id: "attributes",
      header: words.attributes,
      cell: ({ row }) => (
        <span className="line-clamp-2 text-xs wrap-anywhere text-muted">
          {Object.entries(row.original.attributes)
            .map(([name, value]) => `${name}=${value}`)
            .join(" ")}
        </span>
      ),
    },
    { id: "queue", header: words.queue, cell: ({ row }) => row.original.queue },
    {
      id: "thread",
      header: words.thread,
      cell: ({ row }) => <span className="wrap-anywhere">{row.original.thread ?? "–"}</span>,
    },
    { id: "outcome", header: words.outcome, cell: ({ row }) => row.original.outcome ?? "–" },
  ];
};
