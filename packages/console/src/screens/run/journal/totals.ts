import type { SpanKind } from "./row.ts";
import type { RowBook } from "./row-book.ts";

/** How long a run did what, in ms. What happened side by side counts once. */
export type Totals = Readonly<Record<SpanKind, number>>;

/** The book keeps count of what is over: only what lasts is looked at here. */
export function totalsOf(book: RowBook, now: number): Totals {
  const since: Partial<Record<SpanKind, number>> = {};
  for (const { spans } of book.lasting) {
    const span = spans.at(-1);
    if (span?.to === null) since[span.kind] = Math.min(since[span.kind] ?? span.from, span.from);
  }
  const total = (kind: SpanKind): number => book.stretches[kind].length(since[kind] ?? null, now);
  return {
    run: total("run"),
    queue: total("queue"),
    human: total("human"),
    retry: total("retry"),
    wait: total("wait"),
  };
}
