import { expect, test } from "vitest";
import { memoryStore } from "../store/index.ts";
import { wrapStore } from "../store/wrap-store.ts";
import { workflow } from "../workflow/definition.ts";
import { createEngine } from "./engine.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** An engine whose commits take a moment, whose runs end when they are let, and how often it has looked at a run. */
function slowly() {
  let looks = 0;
  const released = Promise.withResolvers<void>();
  const store = wrapStore(memoryStore(), async (call, proceed) => {
    if (call.method === "run") looks++;
    if (call.method === "commit") await new Promise((resolve) => setTimeout(resolve, 10));
    return proceed();
  });
  const note = workflow({ name: "note" }, async (ctx) => {
    await ctx.step("wait", () => released.promise);
    return "noted";
  });
  const engine = createEngine({ store, workflows: [note], log: quiet, concurrency: 2000, determinism: "off" });
  const start = (count: number) => Array.from({ length: count }, () => engine.run(note, undefined));
  return { engine, start, looks: () => looks, letGo: released.resolve };
}

test("whoever starts more runs than one commit takes, and then waits for them, looks at none of them", async () => {
  const { engine, start, looks, letGo } = slowly();
  await engine.start();
  const runs = await Promise.all(start(1200));
  const results = runs.map((run) => run.result());
  letGo();
  expect(await Promise.all(results)).toHaveLength(1200);
  expect(looks()).toBe(0);
  await engine.stop();
});

test("what has ended while others were being started is looked at: nobody will say so again", async () => {
  const { engine, start, looks, letGo } = slowly();
  letGo();
  await engine.start();
  const early = await Promise.all(start(500));
  const late = start(4000);
  const ended = async () => (await engine.runs({ status: ["completed"] }, { limit: 1 })).items.length;
  while ((await ended()) === 0) await new Promise(setImmediate);
  const before = looks();
  const results = early.map((run) => run.result());
  await Promise.resolve();
  expect(looks()).toBeGreaterThan(before);
  expect(await Promise.all(results)).toHaveLength(500);
  await Promise.all(late);
  await engine.stop();
});
