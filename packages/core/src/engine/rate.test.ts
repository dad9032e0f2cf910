import { describe, expect, onTestFinished, test } from "vitest";
import { createTestEngine } from "../testing/index.ts";
import { workflow } from "../workflow/definition.ts";
import type { QueueOptions } from "./options.ts";

const quick = workflow({ name: "quick" }, async (ctx) => ctx.now().getTime());
const napping = workflow({ name: "napping" }, async (ctx) => {
  const began = ctx.now().getTime();
  await ctx.sleep("10s");
  return [began, ctx.now().getTime()];
});

function engineWith(queue: QueueOptions) {
  const engine = createTestEngine({ workflows: [quick, napping], queues: { default: queue } });
  onTestFinished(() => engine.stop());
  return engine;
}

/** In seconds from the beginning of the test engine's time. */
const seconds = (time: number): number => (time - Date.UTC(2026, 0, 1)) / 1000;

describe("a rate of starts", () => {
  test("begins runs evenly", async () => {
    const engine = engineWith({ rate: { limit: 6, per: "1m" } });
    const runs = await Promise.all(Array.from({ length: 4 }, (_, i) => engine.run(quick, undefined, { id: `r${i}` })));
    const began = await Promise.all(runs.map((run) => run.result()));
    expect(began.every((at) => at === Date.UTC(2026, 0, 1))).toBe(true);
    const times = await Promise.all(runs.map(async (run) => (await run.describe()).finishedAt?.getTime() ?? 0));
    expect(times.map(seconds).sort((a, b) => a - b)).toEqual([0, 10, 20, 30]);
  });

  test("with a burst begins so many at once after a pause", async () => {
    const engine = engineWith({ rate: { limit: 6, per: "1m", burst: 3 } });
    const runs = await Promise.all(Array.from({ length: 5 }, (_, i) => engine.run(quick, undefined, { id: `r${i}` })));
    for (const run of runs) await run.result();
    const times = await Promise.all(runs.map(async (run) => (await run.describe()).finishedAt?.getTime() ?? 0));
    expect(times.map(seconds).sort((a, b) => a - b)).toEqual([0, 0, 0, 10, 20]);
  });

  test("of a key counts each key by itself", async () => {
    const engine = engineWith({ perKey: { rate: { limit: 1, per: "1h" } } });
    const start = (id: string, concurrencyKey: string) => engine.run(quick, undefined, { id, concurrencyKey });
    const runs = [await start("a1", "a"), await start("a2", "a"), await start("b1", "b")];
    for (const run of runs) await run.result();
    const times = await Promise.all(runs.map(async (run) => (await run.describe()).finishedAt?.getTime() ?? 0));
    expect(times.map(seconds)).toEqual([0, 3600, 0]);
  });

  test("does not count a run that goes on", async () => {
    const engine = engineWith({ rate: { limit: 1, per: "1h" } });
    const first = await engine.run(napping, undefined);
    const second = await engine.run(napping, undefined);
    expect((await first.result()).map(seconds)).toEqual([0, 10]);
    await second.result();
    expect(seconds((await second.describe()).finishedAt?.getTime() ?? 0)).toBe(3610);
  });

  test.each([
    [{ limit: 0, per: "1m" }, "queues.default.rate.limit: 0 must be a whole number from 1"],
    [{ limit: 5, per: "1m", burst: 6 }, "queues.default.rate.burst: 6 must be a whole number from 1 to the limit, 5"],
    [{ limit: 5, per: "soon" }, `queues.default.rate.per: "soon" is not a duration`],
    [{ limit: 5, per: 0 }, "queues.default.rate.per: must be longer"],
  ])("that is none is refused: %o", (rate, message) => {
    expect(() => createTestEngine({ workflows: [quick], queues: { default: { rate } } })).toThrow(message);
  });
});
