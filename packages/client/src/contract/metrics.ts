import { z } from "zod";
import { moment } from "./text.ts";

const count = z.int().min(0);
const ms = z.number().min(0);
/** The middle one and the one that 95 of 100 are below, in ms; null of nothing. */
const spread = z.object({ p50: ms, p95: ms }).nullable().describe("in ms; null of nothing");
const rate = z.number().min(0).max(1).nullable().describe("from 0 to 1; null of nothing");

/** Runs that finished in a time, with all they called. */
const runFigures = {
  finished: count,
  completed: count,
  failed: count,
  cancelled: count,
  successRate: rate.describe("completed of completed and failed, from 0 to 1; null of nothing"),
  latency: spread.describe("from the start of a run to its end, in ms; null of nothing"),
  humanWaitMs: ms.describe("of all their time: waiting for people"),
  otherMs: ms.describe("of all their time: everything else, as running, queued, timers and other systems"),
};

/** Holds that were closed in a time. */
const holdFigures = {
  closed: count,
  decided: count,
  expired: count,
  withdrawn: count.describe("and superseded: nobody needed an answer any more"),
  expiryRate: rate.describe("expired of decided and expired, from 0 to 1; null of nothing"),
  timeToDecide: spread.describe("from the opening of a hold to its decision, in ms; null of nothing"),
};

/** Small charts, and the figures beside them. */
export const MetricsSummary = z
  .object({
    from: moment,
    to: moment,
    bucketMs: z.int().describe("how long each bucket is, in ms"),
    estimated: z
      .boolean()
      .describe(
        "true: so much finished that only the newest of each bucket were looked at; counts of all runs are right, the rest is in proportion",
      ),
    now: z
      .object({
        at: moment.describe("when it was counted: at most ten seconds ago"),
        runs: z.record(z.string(), count).describe("by status"),
        queues: z
          .array(z.object({ queue: z.string(), count, oldestMs: ms.describe("since when the oldest waits, in ms") }))
          .describe("ready runs that nobody has taken up yet"),
        holds: z.object({
          open: count,
          age: spread.describe("of open holds, in ms; null of nothing"),
          bySeverity: z.array(
            z.object({ severity: z.string(), count, oldestMs: ms.describe("since when the oldest waits, in ms") }),
          ),
        }),
      })
      .describe("of all workflows, whatever was asked for"),
    runs: z.object(runFigures),
    holds: z.object(holdFigures),
    workflows: z
      .array(z.object({ workflow: z.string(), runs: z.object(runFigures), holds: z.object(holdFigures) }))
      .describe("the fifty with the most that finished or was closed"),
    buckets: z.array(z.object({ from: moment, runs: z.object(runFigures), holds: z.object(holdFigures) })),
  })
  .meta({ id: "MetricsSummary" });
