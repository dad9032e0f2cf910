import { workflow } from "@holdpoint/core";
import { createTestEngine, type TestEngine } from "@holdpoint/core/testing";
import { afterEach, describe, expect, test } from "vitest";
import { bulkFilter, bulkMap, bulkReduce } from "./collections.ts";

let engine: TestEngine | null = null;
afterEach(() => engine?.stop());

describe.each(["normal", "park", "crash"] as const)("lists in batches inside a run (%s)", (discipline) => {
  test("map, filter and reduce give what those of a list would, a batch being one step, done once", async () => {
    const seen: string[] = [];
    const flow = workflow({ name: "flow" }, async (ctx) => {
      const doubled = await bulkMap(ctx, [1, 2, 3], async (n) => seen.push(`map ${n}`) && n * 2, { batchSize: 2 });
      const even = await bulkFilter(ctx, [1, 2, 3, 4], (n, index) => seen.push(`filter ${index}`) > 0 && n % 2 === 0, {
        batchSize: 3,
        concurrency: 1,
        name: "is even",
      });
      const sum = await bulkReduce(ctx, [1, 2, 3, 4, 5], (a, n) => a + n, 1, { batchSize: 2 });
      return { doubled, even, sum, none: await bulkMap(ctx, [], String) };
    });
    engine = createTestEngine({ workflows: [flow], discipline });
    const run = await engine.run(flow, undefined);
    expect(await run.result()).toEqual({ doubled: [2, 4, 6], even: [2, 4], sum: 16, none: [] });
    expect([...seen].sort()).toEqual(
      ["filter 0", "filter 1", "filter 2", "filter 3", "map 1", "map 2", "map 3"].sort(),
    );
    const keys = (await run.journal()).filter(({ type }) => type === "step.settled").map(({ key }) => key);
    expect([...keys].sort()).toEqual([
      "map#1.0/step:map#1",
      "map#1.1/step:map#1",
      "map#2.0/step:is even#1",
      "map#2.1/step:is even#1",
      "step:reduce#1",
      "step:reduce#2",
      "step:reduce#3",
    ]);
  });

  test("a batch that fails is tried again as often as is said", async () => {
    let left = 2;
    const flow = workflow({ name: "flow" }, (ctx) =>
      bulkMap(
        ctx,
        [1],
        (n) => {
          if (left-- > 0) throw new Error("busy");
          return n;
        },
        { retries: 2 },
      ),
    );
    engine = createTestEngine({ workflows: [flow], discipline });
    expect(await (await engine.run(flow, undefined)).result()).toEqual([1]);
  });
});

test("a batch size that cannot be worked with is refused", async () => {
  const flow = workflow({ name: "flow" }, (ctx) => bulkMap(ctx, [1], String, { batchSize: 0 }));
  engine = createTestEngine({ workflows: [flow] });
  await expect((await engine.run(flow, undefined)).result()).rejects.toThrow(
    "bulk.batchSize: 0 must be a whole number from 1",
  );
});
