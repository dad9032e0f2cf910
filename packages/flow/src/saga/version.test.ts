import { type AnyWorkflow, createEngine, type Engine, memoryStore, workflow } from "@holdpoint/core";
import { afterEach, describe, expect, test } from "vitest";
import { saga } from "./saga.ts";

const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop();
});
const silent = (): void => {};
const log = { debug: silent, info: silent, warn: silent, error: silent };

/** Begins a run on the code of yesterday, and answers its hold on the code of today. */
async function redeployed(yesterday: AnyWorkflow, today: AnyWorkflow) {
  const store = memoryStore();
  const deploy = async (flow: AnyWorkflow): Promise<Engine> => {
    await engines.pop()?.stop();
    const engine = createEngine({ store, workflows: [flow], log });
    engines.push(engine);
    await engine.start();
    return engine;
  };
  const run = await (await deploy(yesterday)).run(yesterday, undefined, { id: "one" });
  await run.hold("go on");
  const engine = await deploy(today);
  const [hold] = await (await engine.get("one")).holds();
  await engine.decide(hold as never, { approved: true }, { by: "ana" });
  const again = await engine.get("one");
  const settled = async (): Promise<string> => (await again.describe()).status;
  await expect.poll(settled).toMatch(/completed|failed|diverged/);
  return again.describe();
}

const make = (version: number, accepts?: (stored: number) => boolean) =>
  saga("lasting", { version, ...(accepts && { accepts }) })
    .step("begin", () => 1, { compensate: () => 2 })
    .call("wait", (ctx) => ctx.approve("go on", { title: "Go on?" }));

describe("a saga that was begun by another version", () => {
  test("is left as it is, diverged", async () => {
    expect(await redeployed(make(1).build(), make(2).build())).toMatchObject({
      status: "diverged",
      note: expect.stringContaining('the code asks for "step:saga "lasting" of version 1 on version 2#1"'),
    });
  });

  test("is gone on with where that version accepts the older one", async () => {
    const accepting = make(2, (stored) => stored === 1).build();
    expect(await redeployed(make(1).build(), accepting)).toMatchObject({ status: "completed" });
  });

  test("inside a run the record tells by which version it was begun", async () => {
    const around = (inner: ReturnType<typeof make>) => workflow({ name: "around" }, (ctx) => inner.run(ctx, undefined));
    for (const [from, to] of [
      [1, 2],
      [2, 3],
      [1, 3],
    ] as const) {
      expect(await redeployed(around(make(from)), around(make(to)))).toMatchObject({ status: "diverged" });
      const asked: number[] = [];
      const accepting = make(to, (stored) => asked.push(stored) > 0);
      expect(await redeployed(around(make(from)), around(accepting))).toMatchObject({ status: "completed" });
      expect(new Set(asked)).toEqual(new Set([from]));
    }
    expect(await redeployed(around(make(3)), around(make(3)))).toMatchObject({ status: "completed" });
  });
});
