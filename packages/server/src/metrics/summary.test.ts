import type { Counted, RunTimes, TimeSpan } from "@holdpoint/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Office } from "../fixtures/office.ts";

let office: Office;
beforeAll(async () => {
  office = await new Office().open();
});
afterAll(() => office.close());

test("a summary counts what finished, what people decided and what waits now, for each workflow and bucket", async () => {
  const olga = await office.client("operator", "olga");
  const ben = await office.client("reviewer", "ben");
  for (const n of [1, 2, 3]) {
    const run = await olga.runs.start({ workflow: "refund", input: { orderId: `M-${n}`, amount: n } });
    const hold = await (await office.engine.get(run.id)).hold("approve refund");
    if (n === 3) continue;
    await ben.holds.decide({ hold: hold.id, answer: { approved: true } });
    await (await office.engine.get(run.id)).result();
  }
  const broken = await olga.runs.start({ workflow: "fragile" });
  await (await office.engine.get(broken.id)).result().catch(() => {});

  const to = new Date(Date.now() + 60_000).toISOString();
  const all = await olga.metrics.summary({ to, buckets: 4 });
  expect(all).toMatchObject({ estimated: false, bucketMs: 21_600_000, to });
  expect(all.runs).toMatchObject({ finished: 3, completed: 2, failed: 1, successRate: 0.666667 });
  expect(all.holds).toMatchObject({ closed: 2, decided: 2, expiryRate: 0 });
  expect(all.now).toMatchObject({ runs: { parked: 1 }, holds: { open: 1, bySeverity: [{ count: 1 }] } });
  expect(all.buckets.map(({ runs }) => runs.finished)).toEqual([0, 0, 0, 3]);
  expect(all.workflows.map(({ workflow, runs }) => [workflow, runs.finished])).toEqual([
    ["refund", 2],
    ["fragile", 1],
  ]);
  const one = await olga.metrics.summary({ to, workflow: "fragile" });
  expect(one.runs).toMatchObject({ finished: 1, successRate: 0 });
  expect(one.holds.closed).toBe(0);
  await expect(olga.metrics.summary({ from: to, to })).rejects.toMatchObject({
    status: 422,
    message: expect.stringContaining("query.from"),
  });
});

test("of much more than is looked at the figures are in proportion, and say so", async () => {
  const { store } = office.engine;
  const asked: TimeSpan[] = [];
  const finished = store.finishedTimes;
  store.finishedTimes = async (_namespace, span): Promise<Counted<RunTimes>> => {
    asked.push(span);
    const times = { workflow: "refund", createdAt: span.from, finishedAt: span.from + 10, waited: 4 };
    const items: RunTimes[] = [
      { ...times, status: "completed" },
      { ...times, status: "failed" },
    ];
    return { count: 1000, items };
  };
  const olga = await office.client("operator", "olga");
  const { estimated, runs } = await olga.metrics.summary({ buckets: 60 });
  store.finishedTimes = finished;
  expect(estimated).toBe(true);
  expect(runs).toMatchObject({ finished: 60_000, completed: 30_000, humanWaitMs: 240_000, otherMs: 360_000 });
  expect(asked.reduce((sum, { limit }) => sum + limit, 0)).toBeLessThanOrEqual(24_000);
});
