import { createEngine, workflow } from "@holdpoint/core";
import { expect, test } from "vitest";
import { sqlite } from "./sqlite-store.ts";

test("a wait for parts of a millisecond is one that a database can store", async () => {
  const waits = workflow({ name: "waits" }, async (ctx) => {
    // Long enough to be given back to the store meanwhile.
    await ctx.sleepUntil(ctx.now().getTime() + 1_100.25);
    return "waited";
  });
  const engine = createEngine({ store: sqlite(":memory:"), workflows: [waits] });
  await engine.start();
  const run = await engine.run(waits, undefined);
  expect(await run.result({ timeout: "60s" })).toBe("waited");
  await engine.stop();
});
