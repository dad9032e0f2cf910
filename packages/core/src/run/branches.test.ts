import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { createEngine } from "../engine/engine.ts";
import type { EngineOptions } from "../engine/options.ts";
import type { WorkflowContext } from "../workflow/context.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { workflow } from "../workflow/definition.ts";
import { disciplines, World } from "./world.fixture.ts";

let world: World;
const open = (workflows: readonly AnyWorkflow[], options: Partial<EngineOptions> = {}): World => {
  world = new World(workflows, options);
  return world;
};
afterEach(() => world.stop());

const stuck = () => new Promise<never>(() => {});
const wait = (ms: number) => new Promise<void>((resolve) => void world.clock.timer(ms, resolve));
const title = { title: "x" };
const keys = async (id: string): Promise<string[]> =>
  (await world.entryNames(id)).filter((name) => /settled|opened/.test(name)).map((name) => name.replace(/ .*/, ""));

describe.each(disciplines)("branches, %s", (discipline) => {
  test("all: each branch has its own keys, results come by name", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      const work = async (n: number): Promise<number> => {
        const a = await ctx.step("work", () => world.did(`work ${n}`, n));
        return ctx.step("work", () => world.did(`more ${n}`, a * 10));
      };
      const { left, right, plain } = await ctx.all({ left: () => work(1), right: () => work(2), plain: () => "plain" });
      return [left, right, plain, await ctx.all({})];
    });
    open([flow], { discipline });
    expect(await world.complete(flow, undefined, { id: "A" })).toEqual([10, 20, "plain", {}]);
    expect([...world.effects].sort()).toEqual(["more 1", "more 2", "work 1", "work 2"]);
    expect(new Set(await keys("A"))).toEqual(
      new Set([
        "run",
        "all#1.left/step:work#1",
        "all#1.right/step:work#1",
        "all#1.left/step:work#2",
        "all#1.right/step:work#2",
      ]),
    );
  });

  test("all: the first failure closes the others, withdraws their holds and stops their work", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      try {
        await ctx.all({
          bad: async () => {
            await ctx.sleep("1m");
            throw new Error("bad");
          },
          hold: () => ctx.approve("sign", title),
          long: () =>
            ctx.step("long", ({ signal }) => {
              signal.addEventListener("abort", () => world.did((signal.reason as Error).name));
              return stuck();
            }),
          nested: () => ctx.all({ deep: () => ctx.sleep("1d") }),
        });
      } catch (error) {
        await ctx.step("after", () => world.did("after"));
        return (error as Error).message;
      }
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    expect(await world.result(run)).toBe("bad");
    expect((await run.holds()).map(({ status }) => status)).toEqual(["withdrawn"]);
    expect(new Set(world.effects)).toEqual(new Set(["CancelledError", "after"]));
    await world.check(run);
  });

  test("race: the first to end wins, losers are undone before it settles", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      const { winner, value } = await ctx.race({
        slow: async () => {
          await ctx.step("book", () => world.did("book"), { compensate: () => world.did("unbook") });
          await ctx.approve("sign", title);
        },
        fast: async () => {
          await ctx.step("look", () => world.did("look"), { compensate: () => world.did("unlook") });
          await ctx.sleep("10s");
          return 7;
        },
      });
      await ctx.step("after", () => world.did("after"));
      return [winner, value];
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    expect(await world.result(run)).toEqual(["fast", 7]);
    expect(world.effects.slice(-2)).toEqual(["unbook", "after"]);
    expect(world.effects).not.toContain("unlook");
    expect((await run.holds()).map(({ status }) => status)).toEqual(["withdrawn"]);
    const names = await world.entryNames(run.id);
    expect(names.indexOf("race#1 settled")).toBeGreaterThan(0);
    expect(names.indexOf("shield:losers#1/step:undo book#1 settled")).toBeGreaterThan(names.indexOf("race#1 settled"));
    await world.check(run);
  });

  test("race: with keep the losers' steps stay; a failing first branch fails the race", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.race(
        {
          slow: async () => {
            await ctx.step("book", () => world.did("book"), { compensate: () => world.did("unbook") });
            await ctx.sleep("1h");
          },
          fast: () => ctx.sleep("10s"),
        },
        { keep: true },
      );
      return ctx
        .race({
          bad: async () => {
            await ctx.sleep("1s");
            throw new RangeError("bad");
          },
          never: () => ctx.approve("sign", title),
        })
        .catch((error: Error) => `${error.name}: ${error.message}`);
    });
    open([flow], { discipline });
    expect(await world.complete(flow, undefined)).toBe("RangeError: bad");
    expect(world.effects).toEqual(["book"]);
  });

  test("race: what a kept loser did is undone when the run fails", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.race(
        {
          slow: async () => {
            await ctx.step("book", () => world.did("book"), { compensate: () => world.did("unbook") });
            await ctx.sleep("1h");
          },
          fast: () => ctx.sleep("10s"),
        },
        { keep: true },
      );
      throw new Error("no");
    });
    open([flow], { discipline });
    expect((await world.failure(await world.begin(flow, undefined))).message).toBe("no");
    expect(world.effects).toEqual(["book", "unbook"]);
  });

  test("race: a decision for a loser's hold that came in between is superseded", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      const { winner } = await ctx.race({
        person: async () => {
          await ctx.approve("sign", title);
          await ctx.step("pay", () => world.did("pay"));
        },
        clock: () => ctx.sleep("10s"),
      });
      return winner;
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    const hold = await world.clock.until(run.hold("sign"));
    const desk = createEngine({ store: world.store, workflows: [], clock: world.clock, lease: "3650d" });
    const { commit } = world.store;
    world.store.commit = async (namespace, operations) => {
      if (operations.some((one) => one.type === "advance" && one.entries.some(({ kind }) => kind === "scope"))) {
        world.store.commit = commit;
        await desk.decide(hold, { approved: true }, { by: "ana" });
      }
      return commit(namespace, operations);
    };
    expect(await world.result(run)).toBe("clock");
    const [seen] = await run.holds();
    expect(seen).toMatchObject({ status: "superseded", decidedBy: "ana" });
    expect((await world.engine.holdEvents(hold.id)).map(({ action }) => action)).toEqual([
      "opened",
      "decided",
      "withdrawn",
    ]);
    await world.check(run);
  });

  test("any: the first to succeed; none is an AggregateError with the errors in order", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      const failing = async (ms: number, text: string): Promise<never> => {
        await ctx.sleep(ms);
        throw new Error(text);
      };
      const { winner, value } = await ctx.any({
        bad: () => failing(1000, "x"),
        good: async () => {
          await ctx.sleep("1m");
          return 5;
        },
        slow: () => ctx.sleep("1h"),
      });
      const none = await ctx
        .any({ one: () => failing(60_000, "one"), two: () => failing(30_000, "two") })
        .catch((error: AggregateError) => error.errors.map((inner: Error) => inner.message));
      return [winner, value, none];
    });
    open([flow], { discipline });
    expect(await world.complete(flow, undefined)).toEqual(["good", 5, ["one", "two"]]);
  });

  test("map: results in the items' order, keys by item, at most `concurrency` at once", async () => {
    let now = 0;
    let most = 0;
    const flow = workflow({ name: "flow", input: z.array(z.string()) }, async (ctx, items) =>
      ctx.map(
        items,
        async (item, index) => {
          const length = await ctx.step("measure", async () => {
            now++;
            most = Math.max(most, now);
            await wait(10 * (items.length - index));
            now--;
            return world.did(item, item.length);
          });
          return `${index}:${length}`;
        },
        { key: (item) => item, concurrency: 2 },
      ),
    );
    open([flow], { discipline });
    const items = ["a", "bb", "ccc/d", "dddd", "e"];
    expect(await world.complete(flow, items, { id: "M" })).toEqual(["0:1", "1:2", "2:5", "3:4", "4:1"]);
    if (discipline !== "crash") {
      expect(most).toBe(2);
      expect(world.effects).toHaveLength(5);
    }
    expect((await keys("M")).filter((key) => key.startsWith("map"))).toEqual(
      expect.arrayContaining(items.map((item) => `map#1.${item.replace("/", "%2F")}/step:measure#1`)),
    );
  });

  test("map: nothing for nothing, and a failure starts no further item", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      const none = await ctx.map([], () => 1);
      const error = await ctx
        .map(
          [1, 2, 3, 4],
          async (n) => {
            await ctx.step("try", () => world.did(`try ${n}`));
            if (n === 2) throw new Error("two");
            await ctx.sleep("1m");
          },
          { concurrency: 2 },
        )
        .catch((caught: Error) => caught.message);
      return [none, error];
    });
    open([flow], { discipline });
    expect(await world.complete(flow, undefined)).toEqual([[], "two"]);
    expect(world.effects).toEqual(["try 1", "try 2"]);
  });

  test("bare Promise.all over calls works, in the recorded order", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      const order: string[] = [];
      const noted = async (name: string, call: Promise<unknown>): Promise<void> => {
        await call;
        order.push(name);
      };
      await Promise.all([
        noted(
          "slow",
          ctx.step("s", () => wait(300)),
        ),
        noted(
          "fast",
          ctx.step("s", () => wait(100)),
        ),
        noted("sleep", ctx.sleep(200)),
        noted(
          "inline",
          ctx.step("s", () => 1),
        ),
      ]);
      await ctx.sleep("1h");
      return [...order, ctx.random()];
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    const result = await world.result(run);
    if (discipline === "normal") expect(result.slice(0, 4)).toEqual(["inline", "fast", "sleep", "slow"]);
    expect(await world.keptResult(run)).toEqual(result);
    await world.check(run);
  });

  test("the outer ctx used in a branch means the branch, helpers and nesting included", async () => {
    const helper = (ctx: WorkflowContext) => ctx.step("same", () => world.did("same"));
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.all({
        a: async () => {
          await helper(ctx);
          await ctx.map([1], async () => helper(ctx));
        },
        b: () => helper(ctx),
      });
      await helper(ctx);
    });
    open([flow], { discipline });
    await world.complete(flow, undefined, { id: "N" });
    expect((await keys("N")).filter((key) => key !== "run").sort()).toEqual([
      "all#1.a/map#1.0/step:same#1",
      "all#1.a/step:same#1",
      "all#1.b/step:same#1",
      "step:same#1",
    ]);
  });

  test("cancelling the run cancels what races, as a cancellation", async () => {
    const seen: string[] = [];
    const flow = workflow({ name: "flow" }, async (ctx) => {
      for (const way of ["race", "any", "all"] as const) {
        try {
          await ctx[way]({ a: () => ctx.sleep("1d"), b: () => ctx.approve("sign", title) });
        } catch (error) {
          seen.push(`${way}: ${(error as Error).name}`);
        }
      }
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    await run.cancel("stop");
    expect((await world.failure(run)).message).toBe("cancelled: stop");
    expect(new Set(seen)).toEqual(new Set(["race: CancelledError", "any: CancelledError", "all: CancelledError"]));
    await world.check(run);
  });

  test("wrong use is said at the call", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      const say = (error: Error): string => error.message;
      return [
        await ctx.race({}).catch(say),
        await ctx.any({}).catch(say),
        await ctx.map([1, 1], () => 1, { key: String }).catch(say),
        await ctx.map([1], () => 1, { concurrency: 0 }).catch(say),
        await ctx.map([1], () => 1, { concurrency: 1.5 }).catch(say),
      ];
    });
    open([flow], { discipline });
    expect(await world.complete(flow, undefined)).toEqual([
      "ctx.race: has no branches",
      "ctx.any: has no branches",
      'map#1.key: gives "1" for two items',
      "map#2.concurrency: 0 must be a whole number from 1",
      "map#3.concurrency: 1.5 must be a whole number from 1",
    ]);
  });
});

test.each([true, false])(
  "a lost step whose result is recorded after the race: undone at the end unless kept (keep: %s)",
  async (keep) => {
    let finishSlow = (): void => {};
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.race(
        {
          slow: () =>
            ctx.step("book", () => new Promise<void>((resolve) => void (finishSlow = resolve)), {
              compensate: () => world.did("unbook"),
            }),
          fast: () => ctx.sleep("10s"),
        },
        { keep },
      );
      await ctx.step("after", () => world.did("after"));
    });
    open([flow]);
    const { store } = world;
    const { commit } = store;
    store.commit = async (namespace, operations) => {
      const closes = operations.some(
        (one) => one.type === "advance" && one.entries.some(({ kind }) => kind === "scope"),
      );
      if (!closes) return commit(namespace, operations);
      store.commit = commit;
      const results = await commit(namespace, operations);
      // The race is decided, and only now the slow one ends.
      finishSlow();
      await new Promise((resolve) => setImmediate(resolve));
      return results;
    };
    const run = await world.begin(flow, undefined);
    await world.result(run);
    const names = await world.entryNames(run.id);
    expect(names.indexOf("race#1.slow/step:book#1 settled")).toBeGreaterThan(names.indexOf("race#1 settled"));
    expect(world.effects).toEqual(keep ? ["after"] : ["after", "unbook"]);
    await world.check(run);
  },
);

test.each(disciplines)(
  "a lost branch that was being undone when a branch around it was closed is undone to the end (%s)",
  async (discipline) => {
    const wait = (ms: number) => new Promise<void>((resolve) => void world.clock.timer(ms, resolve));
    const flow = workflow({ name: "flow", input: z.enum(["all", "race"]) }, async (ctx, way) => {
      const inner = async () => {
        await ctx.race({
          booked: async () => {
            await ctx.step("book", () => 1, {
              compensate: async () => {
                await wait(5000);
                world.did("unbook");
              },
            });
            await ctx.sleep("1h");
          },
          quick: () => ctx.sleep("10s"),
        });
        await ctx.step("never", () => world.did("never"));
      };
      const other = async () => {
        await ctx.sleep("12s");
        if (way === "all") throw new Error("other failed");
      };
      await ctx[way]({ inner, other });
      return "done";
    });
    open([flow], { discipline });
    const failed = await world.begin(flow, "all");
    expect((await world.failure(failed)).message).toBe("other failed");
    expect([...new Set(world.effects)]).toEqual(["unbook"]);
    const won = await world.begin(flow, "race");
    expect(await world.result(won)).toBe("done");
    expect([...new Set(world.effects)]).toEqual(["unbook"]);
    for (const run of [failed, won]) {
      expect(await world.entryNames(run.id)).toContainEqual(expect.stringMatching(/undo book#1 settled/));
      await world.check(run);
    }
  },
);
