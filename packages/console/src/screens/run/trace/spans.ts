import type { RouteOutput } from "@holdpoint/client";
import type { Row, RunEvent } from "../journal/row.ts";
import type { RowBook } from "../journal/row-book.ts";
import { type Shown, shownOf } from "../journal/shown.ts";

/** A span of the run's trace as the journal knows it. */
export interface TraceSpan {
  id: string;
  /** As it is called in the trace: `step pay`. */
  name: string;
  /** What to look at; null for the run as a whole. */
  key: string | null;
  /** From 1; null where there are none. */
  attempt: number | null;
  /** In ms since the epoch. */
  from: number;
  /** Null while it lasts. */
  to: number | null;
  shown: Shown;
}

type Run = Pick<RouteOutput<"runs.show">, "workflow" | "status" | "createdAt" | "finishedAt">;

/**
 * The run as a whole, each attempt of its steps and each wait for a person, by their beginnings. What was taken over from another run is
 * in that one's trace.
 */
export function spansOf(run: Run, book: RowBook, ended: boolean): TraceSpan[] {
  const spans = [wholeOf(run)];
  for (const row of book.all()) {
    if (row.inherited) continue;
    if (row.kind === "step") spans.push(...attemptsOf(row, ended));
    else if (row.kind === "hold") spans.push(...waitsOf(row, ended));
  }
  return spans.sort((a, b) => a.from - b.from);
}

function wholeOf({ workflow, status, createdAt, finishedAt }: Run): TraceSpan {
  const shown = status === "failed" ? "error" : status === "cancelled" ? "left" : finishedAt === null ? "open" : "ok";
  const times = { from: Date.parse(createdAt), to: finishedAt === null ? null : Date.parse(finishedAt) };
  return { id: "run", name: `run ${workflow}`, key: null, attempt: null, ...times, shown };
}

const ofAttempt = ({ type }: RunEvent): boolean => type === "step.attempt" || type === "step.settled";

function attemptsOf(row: Row, ended: boolean): TraceSpan[] {
  const name = `step ${row.name}`;
  const spans = row.events.filter(ofAttempt).map((event): TraceSpan => {
    const { attempt, outcome } = event;
    const times = { from: Date.parse(event.startedAt), to: Date.parse(event.at) };
    return { id: event.id, name, key: row.key, attempt: attempt || null, ...times, shown: outcome ?? "ok" };
  });
  const last = row.spans.at(-1);
  if (last?.kind !== "run" || last.to !== null) return spans;
  const attempt = row.attempts || spans.length + 1;
  return [
    ...spans,
    { id: `${row.key} open`, name, key: row.key, attempt, from: last.from, to: null, shown: shownOf(row, ended) },
  ];
}

function waitsOf(row: Row, ended: boolean): TraceSpan[] {
  const waits = row.spans.filter(({ kind }) => kind === "human");
  return waits.map(({ from, to }, n) => {
    const shown = to === null ? shownOf(row, ended) : n === waits.length - 1 ? shownOf(row, ended) : "ok";
    return { id: `${row.key} ${n}`, name: `hold ${row.name}`, key: row.key, attempt: null, from, to, shown };
  });
}
