import type { RouteOutput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../../data/api.ts";
import { useMay } from "../../data/session.tsx";
import { spanText, useNow } from "../../data/time.ts";

export type Figures = RouteOutput<"metrics.summary">["workflows"][number];

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** How workflows went in the last seven days, by name; empty for who may not see it. The time is whole hours: it is asked once an hour. */
export function useFigures(workflow?: string): ReadonlyMap<string, Figures> {
  const may = useMay("metrics:read");
  const hour = Math.ceil(useNow() / hourMs) * hourMs;
  const asked = useQuery({
    ...api("metrics.summary", {
      from: new Date(hour - 7 * dayMs).toISOString(),
      to: new Date(hour).toISOString(),
      buckets: 1,
      ...(workflow !== undefined && { workflow }),
    }),
    enabled: may,
    staleTime: 60_000,
  });
  return useMemo(() => new Map((asked.data?.workflows ?? []).map((one) => [one.workflow, one])), [asked.data]);
}

export const percentText = (rate: number | null | undefined): string | null =>
  rate === null || rate === undefined ? null : `${Math.round(rate * 1000) / 10} %`;

/** A span as short as it is: `420 ms`, `3.2 s`, `2 h 10 m`. */
export function shortSpan(ms: number | null | undefined): string | null {
  if (ms === null || ms === undefined) return null;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${Math.round(ms / 100) / 10} s` : spanText(ms);
}

/** How much of all the time of its runs people took, from 0 to 1. */
export function humanShare({ runs: { humanWaitMs, otherMs } }: Figures): number | null {
  const all = humanWaitMs + otherMs;
  return all > 0 ? humanWaitMs / all : null;
}
