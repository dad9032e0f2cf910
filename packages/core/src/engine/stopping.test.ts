import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { disciplines, World } from "../run/world.fixture.ts";
import { memoryStore } from "../store/index.ts";
import { wrapStore } from "../testing/store-calls.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { workflow } from "../workflow/definition.ts";
import { createEngine } from "./engine.ts";
import type { EngineOptions } from "./options.ts";

let world: World;
const open = (workflows: readonly AnyWorkflow[], options: Partial<EngineOptions> = {}): World => {
  world = new World(workflows, options);
  return world;
};
afterEach(() => world.stop());

const wait = (ms: number) => new Promise<void>((resolve) => void world.clock.timer(ms, resolve));

describe("stopping", () => {
  test("the running step ends and is recorded, the next one is another worker's", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.step("one", async () => {
        await wait(5000);
        world.did("one");
      });
      await ctx.step("two", () => world.did("two"));
      return "done";
    });
    open([flow]);
    const run = await world.begin(flow, undefined);
    const stopped = world.engine.stop();
    await world.clock.until(stopped);
    expect(world.effects).toEqual(["one"]);
    await world.store.open();
    expect(await world.store.run("default", run.id)).toMatchObject({ status: "ready" });
    expect(await world.store.workers("default")).toEqual([]);
    await world.engine.start();
    expect(await world.result(run)).toBe("done");
    expect(world.effects).toEqual(["one", "two"]);
    await world.check(run);
  });

  test("a step that does not end in time is given up: its signal fires, it runs again elsewhere", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) =>
      ctx.step("long", ({ signal }) => {
        signal.addEventListener("abort", () => world.did("aborted"));
        return world.count("aborted") > 0 ? "second time" : new Promise<string>(() => {});
      }),
    );
    open([flow], { drainTimeout: "10s" });
    const run = await world.begin(flow, undefined);
    const began = world.clock.now();
    await world.clock.until(world.engine.stop());
    expect(world.clock.now() - began).toBe(10_000);
    expect(world.effects).toEqual(["aborted"]);
    await world.engine.start();
    expect(await world.result(run)).toBe("second time");
  });

  test("waiting runs stay where they are, and nothing new is claimed", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => ctx.approve("sign", { title: "x" }));
    open([flow]);
    const run = await world.begin(flow, undefined);
    await world.clock.until(world.engine.stop());
    await world.store.open();
    expect((await world.store.run("default", run.id))?.status).toBe("parked");
    const late = await world.engine.run(flow, undefined);
    await world.clock.settle();
    expect((await late.describe()).status).toBe("ready");
  });

  test("twice is no error, and it can start again", async () => {
    const flow = workflow({ name: "flow" }, async () => 1);
    open([flow]);
    await world.engine.stop();
    await world.engine.start();
    await world.clock.until(world.engine.stop());
    await world.engine.stop();
    expect(await world.complete(flow, undefined)).toBe(1);
  });
});

test("a lost lease fires the signal of what runs, and the run goes on under a new one", async () => {
  const flow = workflow({ name: "flow" }, async (ctx) =>
    ctx.step("long", ({ signal, attempt }) => {
      signal.addEventListener("abort", () => world.did(`aborted: ${(signal.reason as Error).message}`));
      return world.effects.length > 0 ? `again, attempt ${attempt}` : new Promise<string>(() => {});
    }),
  );
  open([flow], { lease: "15s" });
  const run = await world.begin(flow, undefined);
  await world.clock.advance(60_000);
  expect(world.effects).toEqual([]);
  await world.clock.jump(16_000);
  expect(world.effects).toEqual(["aborted: cancelled: this worker lost the run"]);
  expect(await world.result(run)).toBe("again, attempt 1");
});

test("a run that was claimed under a lease which is lost while its history is read is not begun under the next one", async () => {
  const flow = workflow({ name: "flow", input: z.string() }, async (ctx) => {
    await ctx.step("pay", () => world.did("pay"));
  });
  let lost = false;
  const store = wrapStore(memoryStore(), async (call, proceed) => {
    if (call.method === "chunks" && !lost) {
      lost = true;
      await world.engine.crash();
    }
    return proceed();
  });
  open([flow], { store, limits: { inline: 100 } });
  const run = await world.begin(flow, "x".repeat(1000));
  await world.result(run);
  expect(lost).toBe(true);
  expect(world.effects).toEqual(["pay"]);
  await world.check(run);
});

describe.each(disciplines)("runUntilIdle, %s", (discipline) => {
  test("works without start until nothing is ready, and rests again", async () => {
    const child = workflow({ name: "child", input: z.number() }, async (ctx, n) => ctx.step("c", () => n * 2));
    const flow = workflow({ name: "flow" }, async (ctx) => {
      const n = await ctx.child(child, 4);
      await ctx.sleep(200);
      return ctx.step("end", async () => world.did("end", n));
    });
    const waiting = workflow({ name: "waiting" }, async (ctx) => ctx.approve("sign", { title: "x" }));
    open([flow, waiting, child], { discipline });
    const run = await world.engine.run(flow, undefined);
    const held = await world.engine.run(waiting, undefined);
    await world.clock.until(world.engine.runUntilIdle());
    expect((await run.describe()).status).toBe("completed");
    expect(await held.describe()).toMatchObject({ status: "parked", waiting: "hold" });
    const [hold] = await held.holds();
    await world.engine.decide(hold?.id ?? "", { approved: true });
    expect((await held.describe()).status).toBe("ready");
    await world.clock.until(world.engine.runUntilIdle());
    expect((await held.describe()).status).toBe("completed");
    expect(await world.store.workers("default")).toEqual([]);
  });
});

describe("poison", () => {
  /** A step that kills its worker: the process's state is thrown away while it runs. */
  const deadly = (lives: number) =>
    workflow({ name: "deadly" }, async (ctx) =>
      ctx.step("kill", async () => {
        world.did("kill");
        if (world.count("kill") > lives) return "survived";
        await world.engine.crash();
        return new Promise<string>(() => {});
      }),
    );
  const harmless = workflow({ name: "harmless" }, async (ctx) => ctx.step("s", () => world.did("harmless")));

  test("a run that was claimed five times without a write is held for an operator; others go on", async () => {
    open([deadly(100), harmless]);
    const run = await world.begin(deadly(100), undefined);
    await world.begin(harmless, undefined);
    const hold = await world.clock.until(run.hold("poisoned run"));
    expect(world.count("kill")).toBe(5);
    expect(world.effects).toContain("harmless");
    expect(hold).toMatchObject({ origin: "operator", severity: "high" });
    expect(hold.context).toMatchObject({ starting: ["step:kill#1"] });
    expect(await run.describe()).toMatchObject({ status: "parked", waiting: "operator" });
    await world.engine.crash();
    await world.clock.advance(60_000);
    expect(world.count("kill")).toBe(5);
  });

  test("a step that kills its worker is called five times, not six, when the run wrote something just before", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.step("before", () => world.did("before"));
      await ctx.step("kill", async () => {
        world.did("kill");
        await world.engine.crash();
        return new Promise<string>(() => {});
      });
    });
    open([flow]);
    const run = await world.begin(flow, undefined);
    const hold = await world.clock.until(run.hold("poisoned run"));
    expect(hold.title).toContain("stopped its worker 5 times, starting step:kill#1");
    expect([world.count("before"), world.count("kill")]).toEqual([1, 5]);
  });

  test("retried it has five more tries; cancelled it ends", async () => {
    const flow = deadly(7);
    open([flow]);
    const run = await world.begin(flow, undefined);
    const hold = await world.clock.until(run.hold("poisoned run"));
    await expect(world.engine.decide(hold, { action: "what" })).rejects.toThrow(/must be "retry" or "cancel"/);
    await world.engine.decide(hold, { action: "retry" }, { by: "op" });
    expect(await world.result(run)).toBe("survived");
    expect(world.count("kill")).toBe(8);
    expect((await world.engine.verify(run.id)).problems).toEqual([]);
    const second = await world.begin(deadly(0), undefined);
    expect(await world.result(second)).toBe("survived");
  });

  test("cancelled it ends without running the step again", async () => {
    const flow = deadly(100);
    open([flow]);
    const run = await world.begin(flow, undefined);
    const hold = await world.clock.until(run.hold("poisoned run"));
    await world.engine.decide(hold, { action: "cancel" }, { by: "op" });
    expect((await world.failure(run)).message).toBe("cancelled: cancelled by an operator");
    expect(world.count("kill")).toBe(5);
  });

  test("a slow run that writes is no poison however often its worker dies", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      for (let i = 0; i < 8; i++) await ctx.step("s", () => world.did(`${i}`));
      return "done";
    });
    open([flow], { discipline: "crash" });
    expect(await world.complete(flow, undefined)).toBe("done");
  });
});

test("what one process starts another one executes", async () => {
  const flow = workflow({ name: "flow" }, async (ctx) => ctx.step("s", () => world.did("s", 7)));
  const store = memoryStore();
  open([flow], { store });
  const web = createEngine({ store, workflows: [flow], clock: world.clock });
  await world.engine.start();
  const run = await web.run(flow, undefined);
  expect(await world.clock.until(run.result())).toBe(7);
});
