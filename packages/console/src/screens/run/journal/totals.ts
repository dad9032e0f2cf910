import type { SpanKind } from "./row.ts";
import type { RowBook } from "./row-book.ts";

/** How long a run did what, in ms. What happened side by side counts once. */
export type Totals = Readonly<Record<SpanKind, number>>;

export function totalsOf(book: RowBook, now: number): Totals {
  const spans: Record<SpanKind, [number, number][]> = { run: [], queue: [], human: [], retry: [], wait: [] };
  for (const row of book.all())
    for (const { kind, from, to } of row.spans) spans[kind].push([from, to ?? (row.state === "left" ? from : now)]);
  return Object.fromEntries(Object.entries(spans).map(([kind, all]) => [kind, unionOf(all)])) as Record<
    SpanKind,
    number
  >;
}

function unionOf(spans: [number, number][]): number {
  spans.sort((a, b) => a[0] - b[0]);
  let sum = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const [from, to] of spans) {
    if (to <= until) continue;
    sum += to - Math.max(from, until);
    until = to;
  }
  return sum;
}
