import type { Store } from "@holdpoint/core";
import { debounced } from "../operations/debounce.ts";
import { changes } from "../operations/feed.ts";
import { logLines } from "../operations/log.ts";
import type { Context, Program } from "../operations/program.ts";
import * as read from "../operations/read.ts";
import { record, records } from "../operations/record.ts";
import { firings, schedules } from "../operations/schedule.ts";
import { closedTimes, finishedTimes, openTimes } from "../operations/times.ts";
import type { QueryDialect } from "../queries/dialect.ts";
import { holds } from "../queries/holds.ts";
import { runs } from "../queries/runs.ts";

/** Runs a program in a namespace. */
export type InNamespace = <T>(namespace: string, program: (context: Context) => Program<T>) => Promise<T>;

/** How a store reads. */
export interface Reading {
  /** Several statements; where the database has it, they see one moment. */
  reading: InNamespace;
  /** A single statement, which sees one moment by itself. */
  looking: InNamespace;
  /** Loaded when somebody lists: it brings the query builder. */
  dialect(): Promise<QueryDialect>;
}

type Lookups = Pick<
  Store,
  | "chunks"
  | "run"
  | "runByPk"
  | "generations"
  | "tombstone"
  | "runs"
  | "children"
  | "stream"
  | "labels"
  | "hold"
  | "holdByKey"
  | "holds"
  | "holdEvents"
  | "changes"
  | "debounced"
  | "schedules"
  | "firings"
  | "record"
  | "records"
  | "logLines"
  | "cached"
  | "finishedTimes"
  | "closedTimes"
  | "openTimes"
>;

/** What is only looked up, and alike in every database. */
export function lookups({ reading, looking, dialect }: Reading): Lookups {
  return {
    chunks: (namespace, pk, hashes) => reading(namespace, (context) => read.chunks(context, pk, hashes)),
    run: (namespace, id) => looking(namespace, (context) => read.runById(context, id)),
    runByPk: (namespace, pk) => looking(namespace, (context) => read.runByPk(context, pk)),
    generations: (namespace, id) => looking(namespace, (context) => read.generations(context, id)),
    tombstone: (namespace, id) => looking(namespace, (context) => read.tombstone(context, id)),
    async runs(namespace, filter, page) {
      const queries = await dialect();
      return reading(namespace, (context) => runs(queries, context, filter, page));
    },
    children: (namespace, pk) => looking(namespace, (context) => read.children(context, pk)),
    stream: (namespace, pk, after, limit) => reading(namespace, (context) => read.stream(context, pk, after, limit)),
    labels: (namespace, pk) => reading(namespace, (context) => read.labels(context, pk)),

    hold: (namespace, id) => looking(namespace, (context) => read.hold(context, id)),
    holdByKey: (namespace, pk, key) => looking(namespace, (context) => read.holdByKey(context, pk, key)),
    async holds(namespace, filter, page) {
      const queries = await dialect();
      return reading(namespace, (context) => holds(queries, context, filter, page));
    },
    holdEvents: (namespace, id) => looking(namespace, (context) => read.holdEvents(context, id)),
    changes: (namespace, page) => reading(namespace, (context) => changes(context, page)),

    debounced: (namespace, workflow, key) => reading(namespace, (context) => debounced(context, workflow, key)),
    schedules: (namespace, filter, page) => looking(namespace, (context) => schedules(context, filter, page)),
    firings: (namespace, id, page) => reading(namespace, (context) => firings(context, id, page)),

    record: (namespace, kind, id, now) => looking(namespace, (context) => record(context, kind, id, now)),
    records: (namespace, kind, page) => looking(namespace, (context) => records(context, kind, page)),
    logLines: (namespace, log, page) => reading(namespace, (context) => logLines(context, log, page)),
    finishedTimes: (namespace, span) => reading(namespace, (context) => finishedTimes(context, span)),
    closedTimes: (namespace, span) => reading(namespace, (context) => closedTimes(context, span)),
    openTimes: (namespace, limit) => looking(namespace, (context) => openTimes(context, limit)),
    cached: (namespace, key, now) => looking(namespace, (context) => read.cached(context, key, now)),
  };
}
