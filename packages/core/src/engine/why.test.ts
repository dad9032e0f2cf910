import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { World } from "../run/world.fixture.ts";
import { workflow } from "../workflow/definition.ts";

let world: World;
afterEach(() => world.stop());

const asks = workflow({ name: "asks" }, async (ctx) => {
  const { approved } = await ctx.approve("sign", { title: "Sign it?", reviewers: { people: ["ben"] } });
  return approved;
});
const busy = workflow({ name: "busy" }, async (ctx) => {
  await ctx.all({
    money: () => ctx.signal("paid", z.number(), { timeout: "2d" }),
    part: () => ctx.child(asks, undefined, { id: "part" }),
    rest: () => ctx.sleep("1h"),
    call: () =>
      ctx.step(
        "call",
        () => {
          throw new Error("busy line");
        },
        { retry: { attempts: 9, initial: "10m", jitter: 0 } },
      ),
  });
});

describe("why a run is where it is", () => {
  test("everything its code has open is named: message, child, time and failed step, with when each goes on", async () => {
    world = new World([busy, asks]);
    const before = world.clock.now();
    const run = await world.begin(busy, undefined);
    const why = await run.why();
    expect(why).toMatchObject({ codeIsHere: true, workers: 1, pausedBy: null, run: { status: "parked" } });
    const at = (ms: number): Date => new Date(before + ms);
    expect(why.waits).toEqual([
      { type: "signal", key: expect.stringMatching(/signal:paid#1$/), name: "paid", until: at(2 * 86_400_000) },
      { type: "child", key: expect.stringMatching(/child:asks#1$/), id: "part", workflow: "asks", status: "parked" },
      { type: "time", key: expect.stringMatching(/sleep:#1$|sleep#1$/), until: at(3_600_000) },
      {
        type: "retry",
        key: expect.stringMatching(/step:call#1$/),
        attempts: 1,
        error: "busy line",
        until: at(600_000),
      },
    ]);
    const [hold] = (await (await world.engine.get("part")).why()).waits;
    expect(hold).toMatchObject({ type: "hold", hold: { title: "Sign it?", people: ["ben"], status: "open" } });
  });

  test("a paused run says who paused it, and what it would wait for", async () => {
    world = new World([asks]);
    const run = await world.begin(asks, undefined);
    await run.pause({ by: "ana" });
    await world.clock.settle();
    expect(await run.why()).toMatchObject({
      pausedBy: "ana",
      run: { status: "paused" },
      waits: [{ type: "hold", hold: { name: "sign" } }],
    });
  });

  test("where its code is not, what the store knows is said", async () => {
    world = new World([busy, asks]);
    const run = await world.begin(busy, undefined);
    const other = new World([], { store: world.store, clock: world.clock });
    const why = await (await other.engine.get(run.id)).why();
    expect(why.codeIsHere).toBe(false);
    expect(why.workers).toBe(1);
    expect(why.waits.map(({ type }) => type)).toEqual(["time"]);
    const part = await (await other.engine.get("part")).why();
    expect(part.waits).toMatchObject([{ type: "hold", hold: { title: "Sign it?" } }]);
  });

  test("a run that is over waits for nothing; one whose step is at work says which", async () => {
    const slow = workflow({ name: "slow" }, async (ctx) => {
      await ctx.step("think", () => new Promise((resolve) => world.clock.timer(1000, () => resolve(1))));
    });
    world = new World([slow]);
    const run = await world.begin(slow, undefined);
    expect((await run.why()).waits).toEqual([{ type: "step", key: "step:think#1" }]);
    await world.result(run);
    expect(await run.why()).toMatchObject({ run: { status: "completed" }, waits: [] });
  });
});
