import { afterEach, describe, expect, test } from "vitest";
import { StoreError } from "../errors.ts";
import { World } from "../run/world.fixture.ts";
import { memoryStore } from "../store/index.ts";
import { wrapStore } from "../testing/store-calls.ts";
import { workflow } from "../workflow/definition.ts";

const asking = workflow({ name: "asking" }, async (ctx) => {
  const { by, note } = await ctx.approve("sign", {
    title: "Pay?",
    deadline: [{ after: "1m", decide: { approved: false, note: "nobody answered" } }],
  });
  return { by, note };
});
const later = workflow({ name: "later" }, async (ctx) => {
  await ctx.sleep("60010ms");
  const { note } = await ctx.approve("sign", {
    title: "Pay?",
    deadline: [{ after: "50ms", decide: { approved: false, note: "nobody answered" } }],
  });
  return note;
});

let world: World;
afterEach(() => world.stop());

describe("deadlines on a store that is slow or fails", () => {
  test("one that passes while earlier ones are being handled is not missed", async () => {
    const inner = memoryStore();
    const store = wrapStore(inner, async (call, proceed) => {
      const result = await proceed();
      // The answer is on its way for so long that the other run's deadline comes and goes.
      if (call.method === "dueHolds") await new Promise<void>((resolve) => world.clock.timer(100, resolve));
      return result;
    });
    world = new World([asking, later], { store });
    const first = await world.begin(asking, undefined);
    const second = await world.begin(later, undefined);
    await world.clock.advance(70_000);
    expect((await first.describe()).status).toBe("completed");
    expect((await second.describe()).status).toBe("completed");
  });

  test("one is found although the question for the next deadline failed", async () => {
    const inner = { ...memoryStore(), close: async () => {} };
    let failures = 0;
    const store = wrapStore(inner, async (call, proceed) => {
      if (call.method === "nextHoldAt" && failures++ < 2) throw new StoreError("connection reset");
      return proceed();
    });
    // The engine that opened the hold is gone; this one has to ask for the deadline.
    const before = new World([asking], { store: inner });
    const run = await before.begin(asking, undefined);
    await before.stop();
    world = new World([asking], { store, clock: before.clock });
    await world.engine.start();
    await world.clock.advance(61_000);
    expect((await (await world.engine.get(run.id)).describe()).status).toBe("completed");
  });

  test("on a shared store one is found of which nobody told", async () => {
    const inner = { ...memoryStore(), close: async () => {} };
    world = new World([], { store: { ...inner, shared: true, watch: () => () => {} } });
    await world.engine.start();
    const other = new World([asking], { store: inner, clock: world.clock });
    const run = await other.begin(asking, undefined);
    await other.stop();
    await world.clock.advance(66_000);
    const [hold] = await run.holds();
    expect(hold).toMatchObject({ status: "decided", decidedBy: null });
  });
});
