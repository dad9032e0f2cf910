import type { Counted, Engine, HoldTimes, RunTimes, StoreSizes, TimeSpan } from "@holdpoint/core";
import { isOwnWorkflow } from "../routes/own-workflows.ts";
import { holdFigures, runFigures, spreadOf, type Weighted } from "./figures.ts";

/** Which time, in how many pieces, and of which workflow. Milliseconds since 1970. */
export interface SummaryAsked {
  from: number;
  to: number;
  buckets: number;
  workflow: string | null;
}

/** So many runs, and so many holds, are looked at for one summary. */
const most = 24_000;
const mostOpen = 10_000;
const mostWorkflows = 50;

/** What finished and was closed in one piece of the time. */
interface Bucket {
  from: number;
  runs: Weighted<RunTimes>[];
  holds: Weighted<HoldTimes>[];
  estimated: boolean;
}

/**
 * Figures of a time. What it reads is bounded whatever the store holds: of each bucket the newest runs that finished and holds that were closed, found by an index on those times,
 * and a count of the others in that index; open holds, at most 10,000.
 */
export async function metricsSummary(engine: Engine, asked: SummaryAsked, sizes: Sizes) {
  const { from, to } = asked;
  const bucketMs = Math.ceil((to - from) / asked.buckets);
  const buckets: Bucket[] = [];
  // One after the other: a store in this process goes on with its own work in between.
  for (let at = from; at < to; at += bucketMs)
    buckets.push(await look(engine, { from: at, to: Math.min(at + bucketMs, to), limit: perBucket(asked) }, asked));
  const runs = buckets.flatMap((bucket) => bucket.runs);
  const holds = buckets.flatMap((bucket) => bucket.holds);
  return {
    from: moment(from),
    to: moment(to),
    bucketMs,
    estimated: buckets.some(({ estimated }) => estimated),
    now: await standing(engine, sizes),
    runs: runFigures(runs),
    holds: holdFigures(holds),
    workflows: byWorkflow(runs, holds),
    buckets: buckets.map((one) => ({
      from: moment(one.from),
      runs: runFigures(one.runs),
      holds: holdFigures(one.holds),
    })),
  };
}

const moment = (at: number): string => new Date(at).toISOString();
const perBucket = ({ buckets }: SummaryAsked): number => Math.floor(most / buckets);

async function look({ store, namespace }: Engine, span: TimeSpan, { workflow }: SummaryAsked): Promise<Bucket> {
  const finished = await store.finishedTimes(namespace, span);
  const closed = await store.closedTimes(namespace, span);
  const isAsked = (one: { workflow: string }): boolean =>
    workflow === null ? !isOwnWorkflow(one.workflow) : one.workflow === workflow;
  return {
    from: span.from,
    runs: weighted(finished).filter(({ value }) => isAsked(value)),
    holds: weighted(closed).filter(({ value }) => isAsked(value)),
    estimated: [finished, closed].some(({ count, items }) => count > items.length),
  };
}

const weighted = <T>({ count, items }: Counted<T>): Weighted<T>[] =>
  items.map((value) => ({ value, weight: count / items.length }));

function byWorkflow(runs: readonly Weighted<RunTimes>[], holds: readonly Weighted<HoldTimes>[]) {
  const all = new Map<string, { runs: Weighted<RunTimes>[]; holds: Weighted<HoldTimes>[] }>();
  const of = (workflow: string) => {
    const known = all.get(workflow) ?? { runs: [], holds: [] };
    all.set(workflow, known);
    return known;
  };
  for (const one of runs) of(one.value.workflow).runs.push(one);
  for (const one of holds) of(one.value.workflow).holds.push(one);
  return [...all]
    .map(([workflow, own]) => ({ workflow, runs: runFigures(own.runs), holds: holdFigures(own.holds) }))
    .sort((a, b) => b.runs.finished + b.holds.closed - a.runs.finished - a.holds.closed)
    .slice(0, mostWorkflows);
}

/** How it stands now, of all workflows. */
async function standing({ store, namespace }: Engine, { sizes, at }: Sizes) {
  const now = Date.now();
  const oldestMs = (since: number): number => Math.max(0, now - since);
  const open = await store.openTimes(namespace, mostOpen);
  return {
    at: moment(at),
    runs: sizes.runs,
    queues: sizes.queues.map(({ queue, count, oldest }) => ({ queue, count, oldestMs: oldestMs(oldest) })),
    holds: {
      open: sizes.openHolds,
      age: spreadOf(open.map(({ openedAt }) => ({ value: oldestMs(openedAt), weight: 1 }))),
      bySeverity: sizes.holds.map(({ severity, count, oldest }) => ({ severity, count, oldestMs: oldestMs(oldest) })),
    },
  };
}

/** How much a store holds, and when that was counted. */
export interface Sizes {
  sizes: StoreSizes;
  at: number;
}

/** Counting a million runs takes a while: who looks again soon sees the same. */
const freshMs = 10_000;

/** Counts what stores hold, at most every ten seconds for each, however many ask at once. */
export class CountedSizes {
  private readonly known = new WeakMap<Engine, { asked: number; counting: Promise<Sizes> }>();

  /** Much has just gone: the next look counts anew. */
  forget(engine: Engine): void {
    this.known.delete(engine);
  }

  of(engine: Engine): Promise<Sizes> {
    const known = this.known.get(engine);
    const now = performance.now();
    if (known && now - known.asked < freshMs) return known.counting;
    const counting = engine.store.sizes(engine.namespace).then((sizes) => ({ sizes, at: Date.now() }));
    this.known.set(engine, { asked: now, counting });
    counting.catch(() => this.known.delete(engine));
    return counting;
  }
}
