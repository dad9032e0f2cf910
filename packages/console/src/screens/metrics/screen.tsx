import type { RouteInput, RouteOutput } from "@holdpoint/client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { api, apiKey, call } from "../../data/api.ts";
import { useMay } from "../../data/session.tsx";
import { Answered } from "../../ui/answered.tsx";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { Field, Select } from "../../ui/field.tsx";
import { Page, Panel, Section } from "../../ui/page.tsx";
import { NoPermission } from "../../ui/states.tsx";
import { Charts } from "./charts.tsx";
import { copy } from "./copy.ts";
import { lengthText, shareText } from "./figures.ts";
import { Figure, NowFigures } from "./now.tsx";
import { Rules } from "./rules.tsx";

type Summary = RouteOutput<"metrics.summary">;
type Range = keyof typeof copy.ranges;

const metrics = getRouteApi("/metrics");
const hourMs = 3_600_000;
const lengths: Readonly<Record<Range, { ms: number; buckets: number }>> = {
  "1h": { ms: hourMs, buckets: 12 },
  "24h": { ms: 24 * hourMs, buckets: 24 },
  "7d": { ms: 7 * 24 * hourMs, buckets: 28 },
  "30d": { ms: 30 * 24 * hourMs, buckets: 30 },
  "90d": { ms: 90 * 24 * hourMs, buckets: 30 },
};
/** Figures move slowly, and counting costs: they are asked for once a minute while somebody looks. */
const askAgainMs = 60_000;

/** How much gets done, how long it takes, and how long people take. */
export function MetricsScreen() {
  const search = metrics.useSearch();
  const navigate = useNavigate({ from: "/metrics" });
  const may = useMay("metrics:read");
  const range: Range =
    search.range !== undefined && Object.hasOwn(lengths, search.range) ? (search.range as Range) : "24h";
  const { workflow } = search;
  const summary = useQuery({
    queryKey: apiKey("metrics.summary", { range, workflow }),
    queryFn: ({ signal }) => call("metrics.summary", asked(range, workflow), signal),
    refetchInterval: askAgainMs,
    placeholderData: keepPreviousData,
    enabled: may,
  });
  const workflows = useQuery(api("workflows.list", {}));
  if (!may)
    return (
      <Page title={copy.title}>
        <NoPermission detail="Figures are for people with the permission metrics:read." />
      </Page>
    );
  const names = new Set([...(workflows.data?.items.map(({ name }) => name) ?? []), ...(workflow ? [workflow] : [])]);
  return (
    <Page
      title={copy.title}
      actions={
        <div className="flex flex-wrap gap-3">
          <Field label={copy.range} className="flex items-center gap-2">
            {(control) => (
              <Select
                {...control}
                value={range}
                onChange={({ target }) => void navigate({ search: (before) => ({ ...before, range: target.value }) })}
              >
                {Object.entries(copy.ranges).map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label={copy.workflow} className="flex min-w-0 items-center gap-2">
            {(control) => (
              <Select
                {...control}
                className="max-w-52"
                value={workflow ?? ""}
                onChange={({ target }) =>
                  void navigate({
                    search: { ...(search.range ? { range } : {}), ...(target.value ? { workflow: target.value } : {}) },
                  })
                }
              >
                <option value="">{copy.all}</option>
                {[...names].map((name) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
      }
    >
      <Answered query={summary} rows={8}>
        {(figures) => <Figures summary={figures} />}
      </Answered>
      <Rules workflow={workflow} />
    </Page>
  );
}

const asked = (range: Range, workflow: string | undefined): RouteInput<"metrics.summary"> => {
  const { ms, buckets } = lengths[range];
  const to = Date.now();
  return {
    from: new Date(to - ms).toISOString(),
    to: new Date(to).toISOString(),
    buckets,
    ...(workflow === undefined ? {} : { workflow }),
  };
};

function Figures({ summary }: { summary: Summary }) {
  const { runs, holds, now, workflows, estimated } = summary;
  const time = runs.humanWaitMs + runs.otherMs;
  const slow = (spread: { p95: number } | null) => (spread ? { hint: copy.slow(lengthText(spread.p95)) } : {});
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        {estimated && <p className="text-sm text-muted">{copy.estimated}</p>}
        <dl className="grid grid-cols-2 gap-3 lg:grid-cols-6">
          <Figure name={copy.finished} value={runs.finished} />
          <Figure name={copy.successRate} value={shareText(runs.successRate)} />
          <Figure name={copy.latency} value={lengthText(runs.latency?.p50)} {...slow(runs.latency)} />
          <Figure
            name={copy.human}
            value={shareText(time === 0 ? null : runs.humanWaitMs / time)}
            hint={copy.humanHint}
          />
          <Figure name={copy.timeToDecide} value={lengthText(holds.timeToDecide?.p50)} {...slow(holds.timeToDecide)} />
          <Figure name={copy.expiryRate} value={shareText(holds.expiryRate)} />
        </dl>
        <Charts summary={summary} />
      </div>
      <NowFigures now={now} />
      {workflows.length > 0 && (
        <Section title={copy.byWorkflow}>
          <Panel>
            <DataTable
              label={copy.byWorkflow}
              columns={columns}
              rows={workflows}
              rowId={({ workflow: name }) => name}
            />
          </Panel>
        </Section>
      )}
    </div>
  );
}

const columns: ColumnDef<Summary["workflows"][number]>[] = [
  { header: copy.workflow, cell: ({ row }) => <span className="wrap-anywhere">{row.original.workflow}</span> },
  { header: copy.finished, cell: ({ row }) => row.original.runs.finished },
  { header: copy.successRate, cell: ({ row }) => shareText(row.original.runs.successRate) },
  { header: copy.latency, cell: ({ row }) => lengthText(row.original.runs.latency?.p50) },
  { header: copy.closed, cell: ({ row }) => row.original.holds.closed },
  { header: copy.timeToDecide, cell: ({ row }) => lengthText(row.original.holds.timeToDecide?.p50) },
  { header: copy.expiryRate, cell: ({ row }) => shareText(row.original.holds.expiryRate) },
];
