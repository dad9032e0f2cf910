import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { EngineOptions } from "../engine/options.ts";
import { ChildFailedError } from "../errors.ts";
import { memoryStore } from "../store/index.ts";
import { wrapStore } from "../testing/store-calls.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { workflow } from "../workflow/definition.ts";
import { disciplines, World } from "./world.fixture.ts";

let world: World;
const open = (workflows: readonly AnyWorkflow[], options: Partial<EngineOptions> = {}): World => {
  world = new World(workflows, options);
  return world;
};
afterEach(() => world.stop());

const double = workflow({ name: "double", input: z.number() }, async (ctx, n) => {
  await ctx.sleep("1m");
  return ctx.step("double", () => world.did(`double ${n}`, n * 2));
});
const failing = workflow({ name: "failing" }, async (ctx) => {
  await ctx.step("fail", () => Promise.reject(new RangeError("no good")));
});
const waiting = workflow({ name: "waiting" }, async (ctx) => {
  await ctx.step("begin", () => world.did("begin"), { compensate: () => world.did("undo begin") });
  await ctx.approve("sign", { title: "x" });
});

describe.each(disciplines)("a child, %s", (discipline) => {
  test("gives its result to its parent, once", async () => {
    const parent = workflow({ name: "parent" }, async (ctx) => {
      const one = await ctx.child(double, 4, { attributes: { kind: "child" } });
      const [two, three] = await Promise.all([ctx.child(double, 5), ctx.child(double, 6, { id: "six" })]);
      await ctx.sleep("1h");
      return [one, two, three];
    });
    open([parent, double], { discipline });
    const run = await world.begin(parent, undefined, { id: "P", thread: "T", by: "ana" });
    expect(await world.result(run)).toEqual([8, 10, 12]);
    expect(world.effects.sort()).toEqual(["double 4", "double 5", "double 6"]);
    const { items } = await world.engine.runs({ workflow: "double" });
    expect(items).toHaveLength(3);
    for (const child of items) expect(child).toMatchObject({ thread: "T", createdBy: "ana", status: "completed" });
    expect((await world.engine.get("six")).id).toBe("six");
    expect((await world.engine.runs({ attributes: { kind: "child" } })).items).toHaveLength(1);
    expect((await world.engine.runs({ parentId: "P" })).items).toHaveLength(3);
    for (const child of items) await world.check(await world.engine.get(child.id));
    await world.check(run);
  });

  test("that fails throws ChildFailedError with its error as cause, the same replayed", async () => {
    const seen: ChildFailedError[] = [];
    const parent = workflow({ name: "parent" }, async (ctx) => {
      await ctx.child(failing, undefined, { id: "F" }).catch((error: ChildFailedError) => seen.push(error));
      await ctx.sleep("1h");
    });
    open([parent, failing], { discipline });
    await world.complete(parent, undefined);
    for (const error of seen) {
      expect(error).toBeInstanceOf(ChildFailedError);
      expect(error.message).toBe('child "failing" (F) failed: step "fail" failed after 1 attempt: no good');
      expect((error.cause as Error).cause).toBeInstanceOf(RangeError);
    }
    expect(seen.length).toBeGreaterThan(discipline === "normal" ? 0 : 1);
  });

  test("whose input does not fit is not started", async () => {
    const parent = workflow({ name: "parent" }, async (ctx) =>
      ctx.child(double, "four" as never).catch((error: Error) => error.message),
    );
    open([parent, double], { discipline });
    expect(await world.complete(parent, undefined)).toMatch(/^input of "double": /);
    expect((await world.engine.runs({ workflow: "double" })).items).toEqual([]);
  });

  test("that is cancelled says so; cancelling the parent reaches it and undoes it", async () => {
    const parent = workflow({ name: "parent" }, async (ctx) => ctx.child(waiting, undefined, { id: "W" }));
    const catching = workflow({ name: "catching" }, async (ctx) =>
      ctx.child(waiting, undefined, { id: "V" }).catch((error: Error) => error.message),
    );
    open([parent, catching, waiting], { discipline });
    const run = await world.begin(parent, undefined);
    await world.clock.until((await world.engine.get("W")).hold("sign"));
    await run.cancel("stop");
    expect((await world.failure(run)).message).toBe("cancelled: stop");
    const child = await world.engine.get("W");
    expect((await world.failure(child)).message).toBe("cancelled: stop");
    expect(world.effects).toEqual(["begin", "undo begin"]);
    const other = await world.begin(catching, undefined);
    await world.clock.until((await world.engine.get("V")).hold("sign"));
    await (await world.engine.get("V")).cancel("by hand");
    expect(await world.result(other)).toBe('child "waiting" (V) was cancelled: cancelled: by hand');
    await world.check(run);
    await world.check(child);
  });

  test("spawned and not waited for: cancelled with its parent, or left alone", async () => {
    const parent = workflow({ name: "parent" }, async (ctx) => {
      const kept = await ctx.spawn(waiting, undefined, { id: "kept", parentClose: "abandon" });
      const lost = await ctx.spawn(waiting, undefined, { id: "lost" });
      await ctx.sleep("1m");
      return [kept.id, lost.id];
    });
    open([parent, waiting], { discipline });
    const run = await world.begin(parent, undefined);
    expect(await world.result(run)).toEqual(["kept", "lost"]);
    expect((await world.failure(await world.engine.get("lost"))).message).toBe("cancelled: its parent ended");
    const kept = await world.engine.get("kept");
    const hold = await world.clock.until(kept.hold("sign"));
    await world.engine.decide(hold, { approved: true });
    await world.result(kept);
    await world.check(run);
    await world.check(kept);
  });

  test("spawned and waited for later, in any order", async () => {
    const parent = workflow({ name: "parent" }, async (ctx) => {
      const a = await ctx.spawn(double, 1);
      const b = await ctx.spawn(double, 2);
      await ctx.step("work", () => world.did("work"));
      const second = await b.result();
      return [await a.result(), second, await b.result()];
    });
    open([parent, double], { discipline });
    const run = await world.begin(parent, undefined);
    expect(await world.result(run)).toEqual([2, 4, 4]);
    await world.check(run);
  });

  test("the handle of a spawned child has its place in the order, replayed as live", async () => {
    const parent = workflow({ name: "parent" }, async (ctx) => {
      const order: string[] = [];
      const add = (name: string) => (): void => void order.push(name);
      await Promise.all([
        ctx.step("a", () => 1).then(add("a")),
        ctx.spawn(double, 1).then(add("spawn")),
        ctx.step("b", () => 1).then(add("b")),
      ]);
      await ctx.sleep("1h");
      return order;
    });
    open([parent, double], { discipline });
    const run = await world.begin(parent, undefined);
    const order = await world.result(run);
    expect(await world.keptResult(run)).toEqual(order);
  });

  test("a child of a lost branch is cancelled", async () => {
    const parent = workflow({ name: "parent" }, async (ctx) => {
      const { winner } = await ctx.race({
        child: () => ctx.child(waiting, undefined, { id: "C" }),
        clock: () => ctx.sleep("1m"),
      });
      await ctx.sleep("1m");
      return winner;
    });
    open([parent, waiting], { discipline });
    const run = await world.begin(parent, undefined);
    expect(await world.result(run)).toBe("clock");
    expect((await world.failure(await world.engine.get("C"))).message).toBe('cancelled: "clock" of race#1 came first');
    await world.check(run);
  });

  test("continueAsNew: same id, chain goes on, unread signals come along, the parent gets the last result", async () => {
    const looping = workflow({ name: "looping", input: z.object({ n: z.number() }) }, async (ctx, { n }) => {
      ctx.set({ round: n, only: n === 1 ? true : null });
      ctx.emit(n);
      const word = await ctx.signal("word", z.string());
      await ctx.step("round", () => world.did(`${n}: ${word}`));
      if (n < 3) ctx.continueAsNew({ n: n + 1 });
      return `ended with ${word} in generation ${ctx.run.generation}`;
    });
    const parent = workflow({ name: "parent" }, async (ctx) => ctx.child(looping, { n: 1 }, { id: "L" }));
    open([parent, looping], { discipline });
    const run = await world.begin(parent, undefined);
    await world.clock.settle();
    const child = await world.engine.get("L");
    for (const word of ["a", "b", "c"]) await child.signal("word", word);
    expect(await world.result(run)).toBe("ended with c in generation 3");
    expect(world.effects).toEqual(["1: a", "2: b", "3: c"]);
    expect(await child.describe()).toMatchObject({ generation: 3, attributes: { round: 3 } });
    await world.check(child);
    await world.check(run);
  });
});

describe("continueAsNew", () => {
  test("its input is checked where it is called", async () => {
    const looping = workflow({ name: "looping", input: z.number() }, async (ctx) => ctx.continueAsNew("x"));
    open([looping]);
    expect((await world.failure(await world.begin(looping, 1))).message).toMatch(/^input of "looping": /);
  });

  test("with a step in flight fails by the step's name", async () => {
    const looping = workflow({ name: "looping" }, async (ctx) => {
      void ctx.step("left", () => new Promise(() => {}));
      await ctx.step("b", () => 1);
      ctx.continueAsNew(undefined);
    });
    open([looping]);
    expect((await world.failure(await world.begin(looping, undefined))).message).toMatch(/still running: step:left#1/);
  });

  test("a cancellation that came too late for one generation ends the next", async () => {
    const looping = workflow({ name: "looping", input: z.number() }, async (ctx, n) => {
      await ctx.step("round", () => world.did(`round ${n}`));
      if (n < 50) ctx.continueAsNew(n + 1);
    });
    open([looping]);
    const { store } = world;
    const { commit } = store;
    store.commit = async (namespace, operations) => {
      if (operations.some((one) => one.type === "advance" && one.then.type === "continueAsNew")) {
        store.commit = commit;
        const mail = { key: "", dedupe: null, outcome: null, payload: null, sender: "ana", at: 0, salt: null };
        await commit(namespace, [
          { type: "deliver", to: { id: "K" }, allowedIn: null, mail: { ...mail, kind: "cancel" } },
        ]);
      }
      return commit(namespace, operations);
    };
    const run = await world.begin(looping, 1, { id: "K" });
    expect((await world.failure(run)).message).toMatch(/^cancelled/);
    expect(world.effects).toEqual(["round 1"]);
    expect(await run.describe()).toMatchObject({ generation: 2, status: "cancelled" });
    await world.check(run);
  });

  test("children that were not waited for end with their generation, or are left alone", async () => {
    const looping = workflow({ name: "looping", input: z.number() }, async (ctx, n) => {
      if (n === 2) return "done";
      await ctx.spawn(waiting, undefined, { id: "lost" });
      await ctx.spawn(waiting, undefined, { id: "kept", parentClose: "abandon" });
      return ctx.continueAsNew(2);
    });
    open([looping, waiting]);
    const run = await world.begin(looping, 1);
    expect(await world.result(run)).toBe("done");
    expect((await world.failure(await world.engine.get("lost"))).message).toBe("cancelled: its parent ended");
    expect((await (await world.engine.get("kept")).describe()).status).toBe("parked");
  });
});

test("a child whose id belongs to another run fails the call, not the process", async () => {
  const parent = workflow({ name: "parent" }, async (ctx) => {
    await ctx.step("a", () => 1, { compensate: () => world.did("undo a") });
    return ctx.child(double, 1, { id: "taken" });
  });
  open([parent, double]);
  await world.begin(double, 3, { id: "taken" });
  const run = await world.begin(parent, undefined);
  expect((await world.failure(run)).message).toMatch(/"taken"|taken is taken/);
  expect(world.effects).toContain("undo a");
});

test("creation is one write with the parent's entry, the finish one with the delivery", async () => {
  const quick = workflow({ name: "quick" }, async () => 7);
  const parent = workflow({ name: "parent" }, async (ctx) => ctx.child(quick, undefined));
  open([parent, quick]);
  const { store } = world;
  const { commit } = store;
  const seen: string[] = [];
  store.commit = async (namespace, operations) => {
    for (const one of operations) {
      if (one.type !== "advance") continue;
      seen.push(
        [
          ...one.entries.map(({ key, phase }) => `${key} ${phase}`),
          ...one.children.map(() => "+child"),
          one.then.type,
          ...(one.then.type === "finish" ? one.then.deliveries.map(({ mail }) => `>${mail.kind}`) : []),
        ].join(" "),
      );
    }
    return commit(namespace, operations);
  };
  expect(await world.complete(parent, undefined)).toBe(7);
  expect(seen).toEqual(["child:quick#1 opened +child park", "run settled finish >child", "run settled finish"]);
});

test("a child left alone that ends just as its failed parent is retried is not waited for in vain", async () => {
  let broken = true;
  let retrying = false;
  const alone = workflow({ name: "alone" }, async (ctx) => ctx.signal("go", z.string()));
  const parent = workflow({ name: "parent" }, async (ctx) => {
    const child = await ctx.spawn(alone, undefined, { id: "alone", parentClose: "abandon" });
    await ctx.step("break", () => {
      if (broken) throw new Error("broken");
    });
    return child.result();
  });
  const inner = memoryStore();
  const store = wrapStore(inner, async (call, proceed) => {
    const result = await proceed();
    if (call.method === "history" && retrying) {
      // The retry is asked for and not written yet.
      retrying = false;
      broken = false;
      await (await world.engine.get("alone")).signal("go", "gone");
      await world.clock.settle();
    }
    return result;
  });
  open([parent, alone], { store });
  const run = await world.begin(parent, undefined);
  expect((await run.describe()).status).toBe("failed");
  retrying = true;
  await run.retry();
  expect((await (await world.engine.get("alone")).describe()).status).toBe("completed");
  expect(await world.result(run)).toBe("gone");
  await world.check(run);
});

test("a run that is cancelled before it could spawn a child ends at once", async () => {
  const parent = workflow({ name: "parent" }, async (ctx) => {
    await ctx.signal("go", z.string());
    await ctx.spawn(waiting, undefined);
    world.did("spawned");
  });
  open([parent, waiting]);
  const run = await world.begin(parent, undefined);
  await run.pause();
  await run.signal("go", "on");
  await world.clock.settle();
  await run.cancel("enough");
  await world.clock.settle();
  expect(await run.describe()).toMatchObject({ status: "cancelled", note: "cancelled: enough" });
  expect(world.effects).toEqual([]);
  await world.check(run);
});
