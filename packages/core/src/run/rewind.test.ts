import { afterEach, expect, test } from "vitest";
import { memoryStore } from "../store/index.ts";
import { wrapStore } from "../testing/store-calls.ts";
import { workflow } from "../workflow/definition.ts";
import { World } from "./world.fixture.ts";

let world: World;
afterEach(() => world.stop());

const after = (ms: number) => new Promise<void>((resolve) => void world.clock.timer(ms, resolve));

test("what code beside a failure went on to do before it was stopped is not done again by a retry", async () => {
  let broken = true;
  const flow = workflow({ name: "flow" }, (ctx) =>
    ctx.all({
      failing: () =>
        ctx.all({
          inner: () =>
            ctx.step("fails", async () => {
              await after(10);
              if (broken) throw new Error("broken");
            }),
        }),
      beside: async () => {
        // It ends while the failure is being written; the next step begins before the write that stops this branch.
        await ctx.all({ inner: () => ctx.step("slow", () => after(12)) });
        return ctx.step("next", () => world.did("next"));
      },
    }),
  );
  const store = wrapStore(memoryStore(), async (call, proceed) => {
    if (call.operations.some((one) => one.type === "advance" && one.entries.length > 0)) await after(5);
    return proceed();
  });
  world = new World([flow], { store });
  const run = await world.begin(flow, undefined);
  expect((await world.failure(run)).message).toMatch(/broken/);
  expect(world.effects).toEqual(["next"]);
  expect(await world.entryNames(run.id)).toContain("all#1.beside/step:next#1 settled");
  broken = false;
  await run.retry();
  await world.result(run);
  expect(world.effects).toEqual(["next"]);
  await world.check(run);
});
