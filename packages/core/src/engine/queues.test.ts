import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { disciplines, World } from "../run/world.fixture.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { workflow } from "../workflow/definition.ts";
import type { EngineOptions } from "./options.ts";

let world: World;
const open = (workflows: readonly AnyWorkflow[], options: Partial<EngineOptions> = {}): World => {
  world = new World(workflows, options);
  return world;
};
afterEach(() => world.stop());

/** Works for a minute, waits for a minute, works for a minute; tells how many do so at once. */
const counted = () => {
  const seen = { working: 0, most: 0, alive: new Set<string>(), mostAlive: 0 };
  const flow = workflow({ name: "flow", input: z.string() }, async (ctx, name) => {
    const work = async (): Promise<void> => {
      seen.alive.add(name);
      seen.working++;
      seen.most = Math.max(seen.most, seen.working);
      seen.mostAlive = Math.max(seen.mostAlive, seen.alive.size);
      await new Promise<void>((resolve) => void world.clock.timer(60_000, resolve));
      seen.working--;
    };
    await ctx.step("first", work);
    await ctx.sleep("1m");
    await ctx.step("second", async () => {
      await work();
      seen.alive.delete(name);
      world.did(name);
    });
  });
  return { seen, flow };
};

describe("queues", () => {
  test("execute at most `concurrency` runs at once; a waiting run frees its place", async () => {
    const { seen, flow } = counted();
    open([flow], { queues: { small: { concurrency: 2 } } });
    await world.engine.start();
    const runs = await Promise.all(
      ["a", "b", "c", "d", "e"].map((name) => world.engine.run(flow, name, { queue: "small" })),
    );
    await Promise.all(runs.map((run) => world.result(run)));
    expect(seen.most).toBe(2);
    expect(seen.mostAlive).toBeGreaterThan(2);
    expect([...world.effects].sort()).toEqual(["a", "b", "c", "d", "e"]);
  });

  test("higher priority goes first, then age", async () => {
    const flow = workflow({ name: "flow", input: z.string() }, async (ctx, name) => {
      await ctx.step("s", () => world.did(name));
    });
    open([flow], { queues: { one: { concurrency: 1 } } });
    const start = (name: string, priority: number) => world.engine.run(flow, name, { queue: "one", priority });
    await start("low", -1);
    await start("first", 0);
    await start("second", 0);
    await start("urgent", 9);
    await world.clock.until(world.engine.runUntilIdle());
    expect(world.effects).toEqual(["urgent", "first", "second", "low"]);
  });

  test("perKey while running: one executes per key, others of the key wait their turn", async () => {
    const { seen, flow } = counted();
    open([flow], { queues: { keyed: { perKey: { limit: 1 } } } });
    await world.engine.start();
    const start = (name: string, concurrencyKey: string) =>
      world.engine.run(flow, name, { queue: "keyed", concurrencyKey });
    const runs = await Promise.all([start("a", "k"), start("b", "k"), start("c", "k"), start("x", "other")]);
    await Promise.all(runs.map((run) => world.result(run)));
    expect(seen.most).toBe(2);
    expect(seen.mostAlive).toBeGreaterThan(2);
  });

  test.each(disciplines)(
    "perKey unfinished: the key is a mutex over whole runs, waits included (%s)",
    async (discipline) => {
      const { seen, flow } = counted();
      open([flow], { discipline, queues: { keyed: { perKey: { limit: 1, while: "unfinished" } } } });
      await world.engine.start();
      const start = (name: string) => world.engine.run(flow, name, { queue: "keyed", concurrencyKey: "k" });
      const runs = [await start("a"), await start("b"), await start("c")];
      await Promise.all(runs.map((run) => world.result(run)));
      expect(seen.mostAlive).toBe(1);
      expect([...new Set(world.effects)]).toEqual(["a", "b", "c"]);
    },
  );

  test("a full queue does not hold up another", async () => {
    const { flow } = counted();
    const quick = workflow({ name: "quick", queue: "fast" }, async (ctx) => ctx.step("q", () => world.did("quick")));
    open([flow, quick], { queues: { slow: { concurrency: 1 } } });
    await world.engine.start();
    for (const name of ["a", "b", "c"]) await world.engine.run(flow, name, { queue: "slow" });
    await world.begin(quick, undefined);
    expect(world.effects).toEqual(["quick"]);
  });

  test("the process executes at most its own `concurrency`", async () => {
    const { seen, flow } = counted();
    open([flow], { concurrency: 3 });
    await world.engine.start();
    const runs = await Promise.all(["a", "b", "c", "d", "e"].map((name) => world.engine.run(flow, name)));
    await Promise.all(runs.map((run) => world.result(run)));
    expect(seen.most).toBe(3);
  });
});
