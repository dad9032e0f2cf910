import type { RouteOutput } from "@holdpoint/client";
import { useMemo } from "react";
import { Chart, type Series } from "./chart.tsx";
import { copy } from "./copy.ts";
import { lengthText } from "./figures.ts";

type Summary = RouteOutput<"metrics.summary">;
type Bucket = Summary["buckets"][number];

const words = copy.charts;
const countText = (value: number | null): string => String(value ?? 0);

/** Each chart: what it is of, and how a bucket becomes its values. */
export function Charts({ summary: { buckets, bucketMs } }: { summary: Summary }) {
  const from = useMemo(() => buckets.map((bucket) => Date.parse(bucket.from)), [buckets]);
  const of = (label: string, color: string, value: (bucket: Bucket) => number | null): Series => ({
    label,
    color,
    values: buckets.map(value),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `of` reads the buckets alone
  const [throughput, latency, decisions, timeToDecide] = useMemo(
    () =>
      [
        [
          of(words.throughput.completed, "--hp-ok", ({ runs }) => runs.completed),
          of(words.throughput.failed, "--hp-danger", ({ runs }) => runs.failed),
          of(words.throughput.cancelled, "--hp-line-strong", ({ runs }) => runs.cancelled),
        ],
        [
          of(words.latency.p50, "--hp-info", ({ runs }) => runs.latency?.p50 ?? null),
          of(words.latency.p95, "--hp-warn", ({ runs }) => runs.latency?.p95 ?? null),
        ],
        [
          of(words.decisions.decided, "--hp-ok", ({ holds }) => holds.decided),
          of(words.decisions.expired, "--hp-warn", ({ holds }) => holds.expired),
          of(words.decisions.withdrawn, "--hp-line-strong", ({ holds }) => holds.withdrawn),
        ],
        [
          of(words.timeToDecide.p50, "--hp-info", ({ holds }) => holds.timeToDecide?.p50 ?? null),
          of(words.timeToDecide.p95, "--hp-warn", ({ holds }) => holds.timeToDecide?.p95 ?? null),
        ],
      ] as const,
    [buckets],
  );
  const common = { from, bucketMs };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-2">
      <Chart {...common} title={words.throughput.title} series={throughput} text={countText} bars />
      <Chart {...common} title={words.latency.title} series={latency} text={lengthText} />
      <Chart {...common} title={words.decisions.title} series={decisions} text={countText} bars />
      <Chart {...common} title={words.timeToDecide.title} series={timeToDecide} text={lengthText} />
    </div>
  );
}
