import { RequestError } from "../http/errors.ts";
import { metricsSummary } from "../metrics/summary.ts";
import type { Handler } from "./call.ts";
import { millis } from "./wire.ts";

const dayMs = 86_400_000;

export const summarizeMetrics: Handler<"metrics.summary"> = async ({ server, engine, query }) => {
  const to = query.to === undefined ? Date.now() : millis(query.to);
  const from = query.from === undefined ? to - dayMs : millis(query.from);
  const { buckets = 24, workflow = null } = query;
  if (to - from < buckets) {
    const message = "must be before `to`";
    throw new RequestError(422, "VALIDATION", `query.from: ${message}`, { issues: [{ path: "query.from", message }] });
  }
  await engine.open();
  const body = await metricsSummary(engine, { from, to, buckets, workflow }, await server.sizes.of(engine));
  return { status: 200, body };
};
