import { createHash } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { systemClock } from "../clock.ts";
import { HoldConflictError } from "../errors.ts";
import { memoryStore } from "../store/index.ts";
import type { Store } from "../store/store.ts";
import { type StoreMethod, wrapStore } from "../testing/store-calls.ts";
import { workflow } from "../workflow/definition.ts";
import { Deployments, reaches } from "./deployments.fixture.ts";
import { createEngine, type Engine } from "./engine.ts";

const short = { timeout: "60s" } as const;
const chainKey = createHash("sha256").update("secret").digest();

const child = workflow({ name: "part", input: z.string() }, (ctx, what) => ctx.step("part", () => `${what} in part`));

const order = workflow({ name: "order", input: z.string(), output: z.string() }, async (ctx, what) => {
  ctx.set({ customer: what });
  ctx.emit(`${what} in stream`);
  const part = await ctx.child(child, what);
  const { by } = await ctx.approve("pay", { title: `Pay for ${what}?`, context: { what } });
  await ctx.step("large", () => `${what} `.repeat(50_000));
  return `${part} ${by}`;
});

const waiting = workflow({ name: "waiting", input: z.string() }, async (ctx, what) => {
  ctx.set({ customer: what });
  await ctx.step("begin", () => 1);
  await ctx.signal("go", z.unknown());
});

/** A store on which something happens just after a call of `method` was answered, once. */
function interrupted(method: StoreMethod, act: () => Promise<unknown>): { store: Store; arm: () => void } {
  let armed = false;
  const store = wrapStore(memoryStore(), async (call, proceed) => {
    const result = await proceed();
    if (armed && call.method === method) {
      armed = false;
      await act();
    }
    return result;
  });
  return {
    store,
    arm: () => {
      armed = true;
    },
  };
}

describe("a run that is erased while somebody works on it", () => {
  const limits = { inline: 100 };

  // The first value that cannot be read is the input, or one in the middle of a dry replay.
  test.each(["an input", undefined])(
    "a late answer to its hold is told that the hold is closed (%s)",
    async (input) => {
      const asking = workflow({ name: "asking", input: z.string().optional() }, async (ctx) => {
        await ctx.step("before", () => "a result");
        return ctx.hold("name", { title: "Name?", form: z.string() });
      });
      const { store, arm } = interrupted("hold", async () => {
        await (await engine.get("a")).cancel("enough");
        await expect((await engine.get("a")).result(short)).rejects.toThrow("enough");
        await engine.erase({ run: "a" });
      });
      const engine = createEngine({ store, workflows: [asking], residence: { count: 0 } });
      await engine.start();
      const run = await engine.run(asking, input, { id: "a" });
      const hold = await run.hold("name", short);
      arm();
      await expect(engine.decide(hold, "Ana")).rejects.toThrow(HoldConflictError);
      await engine.stop();
    },
  );

  test("a retry is told that there is nothing left", async () => {
    const failing = workflow({ name: "failing", input: z.string() }, async (ctx) => {
      await ctx.step("fail", () => Promise.reject(new Error("no")));
    });
    const { store, arm } = interrupted("history", () => engine.erase({ run: "b" }));
    const engine = createEngine({ store, workflows: [failing], limits });
    await engine.start();
    const run = await engine.run(failing, "x".repeat(1000), { id: "b" });
    await expect(run.result(short)).rejects.toThrow();
    arm();
    await expect(run.retry()).rejects.toThrow("run b was erased: there is nothing to go on from");
    await engine.stop();
  });
});

describe("erasure", () => {
  let world = new Deployments("normal", { chainKey });
  afterEach(async () => {
    await world.stop();
    world = new Deployments("normal", { chainKey });
  });

  async function ordered(engine: Engine, what: string): Promise<string> {
    const run = await engine.run(order, what);
    await engine.decide(await run.hold("pay", short), { approved: true }, { by: "ana", note: `note on ${what}` });
    await run.result(short);
    return run.id;
  }

  /** Everything the store gives out about a run, as text. */
  async function everything(id: string): Promise<string> {
    const { store } = world;
    const found: unknown[] = [];
    for (const row of await store.generations("default", id)) {
      const [history] = await store.history("default", [{ pk: row.pk, after: 0 }]);
      found.push(row, history, await store.stream("default", row.pk, 0, 100), await store.labels("default", row.pk));
    }
    const holds = await store.holds("default", { runId: id }, { limit: 100, cursor: null });
    for (const hold of holds.items) found.push(hold, await store.holdEvents("default", hold.id));
    return JSON.stringify(found, (_, value: unknown) =>
      value instanceof Uint8Array || (value as { type?: string } | null)?.type === "Buffer"
        ? Buffer.from(value as Uint8Array).toString("latin1")
        : value,
    );
  }

  test("removes all content of a run, and the chain stays whole", async () => {
    const engine = await world.deploy([order, child]);
    const id = await ordered(engine, "secretword");
    await engine.label(id, "step:large#1", "secretword");
    expect(await everything(id)).toContain("secretword");
    const anchors = await engine.anchors();
    expect((await engine.erase({ run: id }, { by: "dpo" })).erased).toContain(id);
    expect(await everything(id)).not.toContain("secretword");
    expect(await engine.verify(id, anchors)).toMatchObject({ verdict: "erased", problems: [] });
    const run = await engine.get(id);
    expect(await run.describe()).toMatchObject({ status: "completed", note: "erased by dpo", attributes: {} });
    expect((await run.journal()).every((event) => event.value === undefined)).toBe(true);
    expect((await run.holds())[0]).toMatchObject({ title: "", status: "decided", decidedBy: "ana", decision: null });
    expect(await run.stream()).toEqual([]);
    await expect(run.result(short)).rejects.toThrow(/was erased/);
    await engine.erase({ run: id }, { by: "dpo" });
    expect(await engine.verify(id)).toMatchObject({ verdict: "erased", problems: [] });
  });

  test("of a subject takes every run with its attribute, and no other", async () => {
    const engine = await world.deploy([order, child]);
    const ids = [await ordered(engine, "cust-1"), await ordered(engine, "cust-1"), await ordered(engine, "cust-2")];
    const { erased } = await engine.erase({ attributes: { customer: "cust-1" } });
    expect(erased.filter((id) => !id.includes(".part-"))).toEqual(expect.arrayContaining(ids.slice(0, 2)));
    expect(erased).toHaveLength(4);
    expect((await engine.verify(ids[2] as string)).verdict).toBe("intact");
  });

  test("takes a run's children along: they were given its data", async () => {
    const engine = await world.deploy([order, child]);
    const id = await ordered(engine, "secretword");
    const [part] = (await engine.runs({ parentId: id })).items;
    await engine.erase({ run: id });
    expect(await everything(part?.id ?? "")).not.toContain("secretword");
    expect((await engine.verify(part?.id ?? "")).verdict).toBe("erased");
  });

  test("is refused as a whole while one of the runs lives", async () => {
    const engine = await world.deploy([order, child, waiting]);
    const done = await ordered(engine, "cust-3");
    const run = await engine.run(waiting, "cust-3", { id: "still-there" });
    await reaches(engine, run.id, "parked");
    await expect(engine.erase({ attributes: { customer: "cust-3" } })).rejects.toThrow(
      /cannot erase while still-there is not finished; cancel it first/,
    );
    await expect(engine.erase({ run: run.id })).rejects.toThrow(/not finished/);
    expect((await engine.verify(done)).verdict).toBe("intact");
    await run.cancel("leaves");
    await run.result(short).catch(() => {});
    expect((await engine.erase({ attributes: { customer: "cust-3" } })).erased).toHaveLength(3);
  });

  test("needs to know of whom", async () => {
    const engine = await world.deploy([order, child]);
    await expect(engine.erase({ attributes: {} })).rejects.toThrow(/must name at least one attribute/);
    await expect(engine.erase({ run: "nobody" })).rejects.toThrow(/no run "nobody"/);
  });

  test("an erased run is not retried, and a start with its id and input is still the same run", async () => {
    const failing = workflow({ name: "failing", input: z.string() }, (ctx) =>
      ctx.step("fail", () => {
        throw new Error("no");
      }),
    );
    const engine = await world.deploy([failing]);
    const run = await engine.run(failing, "a", { id: "failing-1" });
    await run.result(short).catch(() => {});
    await engine.erase({ run: run.id });
    await expect(run.retry()).rejects.toThrow(/was erased/);
    expect((await engine.run(failing, "a", { id: "failing-1" })).id).toBe("failing-1");
    await expect(engine.run(failing, "b", { id: "failing-1" })).rejects.toThrow(/another input/);
  });

  test("every generation of a run that went on as new is erased", async () => {
    const loop = workflow({ name: "loop", input: z.string() }, async (ctx, what) => {
      const all = await ctx.step("more", () => `${what} secretword`);
      return all.length < 60 ? ctx.continueAsNew(all) : all.length;
    });
    const engine = await world.deploy([loop]);
    const run = await engine.run(loop, "");
    await run.result(short);
    await engine.erase({ run: run.id });
    expect(await everything(run.id)).not.toContain("secretword");
    expect(await engine.verify(run.id)).toMatchObject({ verdict: "erased", problems: [] });
  });
});

describe("retention", () => {
  let world = new Deployments("normal", { chainKey });
  afterEach(async () => {
    await world.stop();
    world = new Deployments("normal", { chainKey });
  });
  const day = 86_400_000;
  const later = (days: number) => ({ ...systemClock, now: () => systemClock.now() + days * day });

  test("removes finished runs past their term with their children, and leaves what answers for them", async () => {
    let engine = await world.deploy([order, child]);
    const run = await engine.run(order, "book", { id: "order-1" });
    const hold = await run.hold("pay", short);
    await engine.decide(hold, { approved: true }, { by: "ana" });
    await run.result(short);
    engine = await world.only([order, child], { clock: later(29) });
    expect(await engine.retain()).toMatchObject({ removed: 0 });
    engine = await world.only([order, child], { clock: later(31) });
    expect(await engine.retain()).toMatchObject({ removed: 1, tombstones: 0, holds: 0 });
    expect((await engine.runs()).items).toEqual([]);
    // A late redelivery of the start does not pay twice.
    const again = await engine.run(order, "book", { id: "order-1" });
    expect(again.id).toBe("order-1");
    expect((await engine.runs()).items).toEqual([]);
    await expect(again.result(short)).rejects.toThrow(/ended as success and was removed by retention/);
    await expect(engine.run(order, "pen", { id: "order-1" })).rejects.toThrow(/another input/);
    expect(await engine.verify("order-1")).toMatchObject({ verdict: "removed", problems: [] });
    // Holds have a term of their own: by default they stay.
    expect(await engine.hold(hold.id)).toMatchObject({ runId: "order-1", decidedBy: "ana", status: "decided" });
    engine = await world.only([order, child], { clock: later(432) });
    expect(await engine.retain()).toMatchObject({ tombstones: 2 });
    expect((await engine.run(order, "pen", { id: "order-1" })).id).toBe("order-1");
  });

  test("keeps a tree while one of its runs lives", async () => {
    const parent = workflow({ name: "parent" }, async (ctx) => {
      await ctx.spawn(waiting, "child", { parentClose: "abandon", id: "alone" });
      await ctx.child(child, "x");
      await ctx.signal("go", z.unknown());
    });
    let engine = await world.deploy([parent, child, waiting]);
    const run = await engine.run(parent, undefined);
    await reaches(engine, run.id, "parked");
    engine = await world.only([parent, child, waiting], { clock: later(100) });
    expect(await engine.retain()).toMatchObject({ removed: 0 });
    engine = await world.deploy([parent, child, waiting]);
    await (await engine.get(run.id)).signal("go");
    await (await engine.get(run.id)).result(short);
    engine = await world.only([parent, child, waiting], { clock: later(100) });
    expect(await engine.retain()).toMatchObject({ removed: 1 });
    // An abandoned child is a tree of its own.
    expect((await engine.runs()).items.map(({ id }) => id)).toEqual(["alone"]);
  });

  test("holds go when their own term says so, and false keeps runs for ever", async () => {
    let engine = await world.deploy([order, child]);
    const run = await engine.run(order, "book");
    const hold = await run.hold("pay", short);
    await engine.decide(hold, { approved: true }, { by: "ana" });
    await run.result(short);
    engine = await world.only([order, child], { clock: later(1000), retention: { runs: false } });
    expect(await engine.retain()).toEqual({ removed: 0, tombstones: 0, holds: 0, records: 0 });
    engine = await world.only([order, child], { clock: later(20), retention: { runs: "10d", holds: "15d" } });
    expect(await engine.retain()).toMatchObject({ removed: 1, holds: 1 });
    await expect(engine.hold(hold.id)).rejects.toThrow(/no hold/);
  });
});
