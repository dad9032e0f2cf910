import type { RouteOutput } from "@holdpoint/client";

/** One thing that happened in the run. */
export type RunEvent = RouteOutput<"runs.journal">["items"][number];

/** What passed in a stretch of time: a worker's work, waiting for a worker, for a person, before another try, or for anything else. */
export type SpanKind = "run" | "queue" | "human" | "retry" | "wait";

/** A stretch of time, in ms since the epoch; `to` is null while it lasts. */
export interface Span {
  kind: SpanKind;
  from: number;
  to: number | null;
  failed: boolean;
}

/** How a row ended; `open` while it has not, `left` when the run went on or ended without it. */
export type RowState = "ok" | "error" | "unknown" | "open" | "left";

/** One line of the timeline: a call of the workflow, a combinator, or a branch of one. */
export interface Row {
  /** Its key in the journal; of a branch the path of its scope. */
  key: string;
  /** `step`, `hold`, `signal`, `sleep`, `child`, `all`, `branch`, … */
  kind: string;
  name: string;
  /** Which one of its name in its scope, from 1. */
  n: number;
  depth: number;
  parent: Row | null;
  children: Row[];
  state: RowState;
  spans: Span[];
  /** What the journal has of it, in order. */
  events: RunEvent[];
  from: number;
  /** Null while it lasts. */
  to: number | null;
  attempts: number;
  /** It was taken over from the run that this one was forked from. */
  inherited: boolean;
  /** Raised by every change, so that a line knows whether it must be drawn again. */
  revision: number;
}

/** Something that came from outside and is a moment only: a cancel, a pause, a retry. */
export interface Mark {
  at: number;
  kind: string;
  by: string | null;
}
