import type { RouteOutput } from "@holdpoint/client";
import type { ReactNode } from "react";
import { type ColumnDef, DataTable } from "../../ui/data-table.tsx";
import { Nothing, Panel, Section } from "../../ui/page.tsx";
import { Severity } from "../../ui/status.tsx";
import { copy } from "./copy.ts";
import { lengthText } from "./figures.ts";

type Now = RouteOutput<"metrics.summary">["now"];

/** A figure with its name, and a line about it. */
export const Figure = ({ name, value, hint }: { name: string; value: ReactNode; hint?: string }) => (
  <div className="grid content-start gap-0.5 rounded-lg border border-line bg-surface p-4">
    <dt className="text-sm text-muted">{name}</dt>
    <dd className="text-xl font-semibold">{value}</dd>
    {hint && <dd className="text-xs text-muted">{hint}</dd>}
  </div>
);

/** A kind of what waits: a queue, or a severity of holds. */
interface Waiting {
  id: string;
  count: number;
  oldestMs: number;
}

const waiting: ColumnDef<Waiting>[] = [
  { header: copy.count, accessorKey: "count" },
  { header: copy.oldest, cell: ({ row }) => lengthText(row.original.oldestMs) },
];

/** What waits at this moment: for workers, and for people. */
export function NowFigures({ now: { runs, queues, holds } }: { now: Now }) {
  const underWay = (runs.ready ?? 0) + (runs.running ?? 0) + (runs.parked ?? 0) + (runs.paused ?? 0);
  return (
    <Section title={copy.now} hint={copy.nowHint}>
      <dl className="grid grid-cols-1 gap-3 sm:grid-cols-3">
        <Figure name={copy.running} value={underWay} />
        <Figure name={copy.open} value={holds.open} />
        <Figure
          name={copy.age}
          value={lengthText(holds.age?.p50)}
          {...(holds.age ? { hint: copy.slow(lengthText(holds.age.p95)) } : {})}
        />
      </dl>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-3 lg:grid-cols-2">
        <Panel>
          {holds.bySeverity.length === 0 ? (
            <Nothing>{copy.noHolds}</Nothing>
          ) : (
            <DataTable
              label={copy.severities}
              columns={[{ header: copy.severity, cell: ({ row }) => <Severity value={row.original.id} /> }, ...waiting]}
              rows={holds.bySeverity.map((one) => ({ ...one, id: one.severity }))}
              rowId={({ id }) => id}
            />
          )}
        </Panel>
        <Panel>
          {queues.length === 0 ? (
            <Nothing>{copy.noQueues}</Nothing>
          ) : (
            <DataTable
              label={copy.queues}
              columns={[{ header: copy.queue, cell: ({ row }) => row.original.id }, ...waiting]}
              rows={queues.map((one) => ({ ...one, id: one.queue }))}
              rowId={({ id }) => id}
            />
          )}
        </Panel>
      </div>
    </Section>
  );
}
