import { z } from "zod";
import { MetricsSummary } from "../metrics.ts";
import { route } from "../route.ts";
import { moment, word } from "../text.ts";

export const metricsRoutes = {
  "metrics.summary": route({
    tag: "Metrics",
    summary: "Figures of a time",
    description:
      "What finished, how long it took and how long people took, in buckets for small charts, for each workflow and altogether. Runs count with all they called, when they finish; holds when they are closed. " +
      "It looks at 24,000 runs and as many holds at most, the newest of each bucket, and counts the others in an index.",
    permission: "metrics:read",
    query: z.strictObject({
      from: moment.optional().describe("a day before `to` by default"),
      to: moment.optional().describe("now by default; not itself in it"),
      workflow: word(128).optional().describe("only this one"),
      buckets: z.int().min(1).max(60).optional().describe("24 by default"),
    }),
    success: { 200: MetricsSummary },
  }),
};
