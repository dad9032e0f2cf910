import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { WorkflowContext } from "../workflow/context.ts";
import { type AnyWorkflow, type WorkflowOptions, workflow } from "../workflow/definition.ts";
import { Deployments, disciplines, eventually, reaches } from "./deployments.fixture.ts";
import type { Engine } from "./engine.ts";

const short = { timeout: "60s" } as const;

describe.each(disciplines)("a fork (%s)", (discipline) => {
  const world = new Deployments(discipline);
  const broken = new Set<string>();
  afterEach(async () => {
    await world.stop();
    world.effects.length = 0;
    broken.clear();
  });

  const code = (
    body: (ctx: WorkflowContext) => Promise<unknown>,
    options: Partial<WorkflowOptions> = {},
  ): AnyWorkflow => workflow({ name: "order", ...options }, body);
  const step = (ctx: WorkflowContext, name: string, options = {}) =>
    ctx.step(
      name,
      () => {
        world.did(name);
        if (broken.has(name)) throw new Error(`${name} is broken`);
        return name;
      },
      options,
    );

  async function intact(engine: Engine, id: string): Promise<void> {
    expect(await engine.verify(id)).toMatchObject({ verdict: "intact", problems: [] });
    const { runs } = await engine.check({ status: ["completed", "failed", "cancelled"] });
    expect(runs.find((one) => one.id === id)).toMatchObject({ verdict: "goes on", reason: null });
  }

  const three = code(async (ctx) => `${await step(ctx, "a")} ${await step(ctx, "b")} ${await step(ctx, "c")}`);

  test.each([
    ["a key", "step:b#1", "b c"],
    ["a number", 2, "b c"],
    ["the first step", "step:a#1", "a b c"],
    ["the start", 1, "a b c"],
    ["the last number", 4, ""],
  ])("from %s does again what comes after it, and only that", async (_, from, again) => {
    const engine = await world.deploy([three]);
    const run = await engine.run(three, undefined);
    await run.result(short);
    world.effects.length = 0;
    const fork = await run.fork({ from, decisions: "reuse", id: `fork-${from}`, by: "ana" });
    expect(await fork.result(short)).toBe("a b c");
    expect(world.effects.join(" ")).toBe(again);
    const view = await fork.describe();
    expect(view.forkedFrom?.id).toBe(run.id);
    expect(view.createdBy).toBe("ana");
    await intact(engine, fork.id);
    await intact(engine, run.id);
  });

  test.each([
    ["step:x#1", /"step:x#1" is not in the journal of .*; it has step:a#1, step:b#1, step:c#1/],
    [0, /0 must be a number of the journal/],
    [1.5, /1.5 must be a number of the journal/],
  ])("from %s is refused, and says what there is", async (from, message) => {
    const engine = await world.deploy([three]);
    const run = await engine.run(three, undefined);
    await run.result(short);
    await expect(run.fork({ from, decisions: "reuse" })).rejects.toThrow(message);
  });

  test("under an id that is taken is refused", async () => {
    const engine = await world.deploy([three]);
    const run = await engine.run(three, undefined);
    await run.result(short);
    await expect(run.fork({ from: 1, decisions: "reuse", id: run.id })).rejects.toThrow(/is taken/);
  });

  const asking = code(async (ctx) => {
    await step(ctx, "a");
    const { approved, by } = await ctx.approve("ok", { title: "Go on?" });
    if (!approved) return `refused by ${by}`;
    await step(ctx, "b");
    const second = await ctx.approve("sure", { title: "Really?" });
    await step(ctx, "c");
    return `${by} ${second.by}`;
  });

  async function decided(engine: Engine): Promise<string> {
    const run = await engine.run(asking, undefined);
    await engine.decide(await run.hold("ok", short), { approved: true }, { by: "ana" });
    await engine.decide(await run.hold("sure", short), { approved: true }, { by: "ben" });
    expect(await run.result(short)).toBe("ana ben");
    world.effects.length = 0;
    return run.id;
  }

  test("reuses decisions: nobody is asked again about what was decided before the point", async () => {
    const engine = await world.deploy([asking]);
    const id = await decided(engine);
    const fork = await (await engine.get(id)).fork({ from: "step:c#1", decisions: "reuse" });
    expect(await fork.result(short)).toBe("ana ben");
    expect(world.effects).toEqual(["c"]);
    expect(await fork.holds()).toEqual([]);
    await intact(engine, fork.id);
  });

  test("asks again: every decision anew, and what was done meanwhile is used, not repeated", async () => {
    const engine = await world.deploy([asking]);
    const id = await decided(engine);
    const fork = await (await engine.get(id)).fork({ from: "step:c#1", decisions: "ask" });
    await engine.decide(await fork.hold("ok", short), { approved: true }, { by: "eve" });
    await engine.decide(await fork.hold("sure", short), { approved: true }, { by: "dan" });
    expect(await fork.result(short)).toBe("eve dan");
    expect(world.effects).toEqual(["c"]);
    await intact(engine, fork.id);
  });

  test("asked again, another answer leads elsewhere", async () => {
    const engine = await world.deploy([asking]);
    const id = await decided(engine);
    const fork = await (await engine.get(id)).fork({ from: "step:c#1", decisions: "ask" });
    await engine.decide(await fork.hold("ok", short), { approved: false }, { by: "eve" });
    expect(await fork.result(short)).toBe("refused by eve");
    expect(world.effects).toEqual([]);
    await intact(engine, fork.id);
  });

  test("a hold that was open at the point opens again under the fork, and both are answered on their own", async () => {
    const engine = await world.deploy([asking]);
    const run = await engine.run(asking, undefined);
    const hold = await run.hold("ok", short);
    const fork = await run.fork({ from: 3, decisions: "reuse" });
    const other = await fork.hold("ok", short);
    expect(other.id).not.toBe(hold.id);
    await engine.decide(other, { approved: false }, { by: "eve" });
    expect(await fork.result(short)).toBe("refused by eve");
    await engine.decide(hold, { approved: false }, { by: "ana" });
    expect(await run.result(short)).toBe("refused by ana");
    await intact(engine, fork.id);
  });

  test("never undoes what it inherited, and undoes what it did itself", async () => {
    const flow = code(async (ctx) => {
      await step(ctx, "reserve", { compensate: () => world.did("release") });
      await step(ctx, "wait");
      await step(ctx, "charge", { compensate: () => world.did("refund") });
      return step(ctx, "ship");
    });
    const engine = await world.deploy([flow]);
    const run = await engine.run(flow, undefined);
    await run.result(short);
    world.effects.length = 0;
    broken.add("ship");
    const fork = await run.fork({ from: "step:wait#1", decisions: "reuse" });
    await expect(fork.result(short)).rejects.toThrow(/ship is broken/);
    expect(world.effects).toEqual(["wait", "charge", "ship", "refund"]);
    await intact(engine, fork.id);
  });

  test("of a run whose race undid its losers goes on after that race", async () => {
    const flow = code(async (ctx) => {
      const { winner } = await ctx.race({
        fast: async () => {
          await step(ctx, "look");
          await ctx.signal("go", z.unknown());
          return "fast";
        },
        slow: async () => {
          await step(ctx, "book", { compensate: () => world.did("cancel booking") });
          await ctx.signal("never", z.unknown());
        },
      });
      await step(ctx, "tell");
      return winner;
    });
    const engine = await world.deploy([flow]);
    const run = await engine.run(flow, undefined);
    await reaches(engine, run.id, "parked");
    await run.signal("go");
    await run.result(short);
    expect(world.effects.slice(2)).toEqual(["cancel booking", "tell"]);
    world.effects.length = 0;
    const fork = await run.fork({ from: "step:tell#1", decisions: "reuse" });
    expect(await fork.result(short)).toBe("fast");
    expect(world.effects).toEqual(["tell"]);
    await intact(engine, fork.id);
  });

  test("draws other random numbers after the point, and the same before", async () => {
    const flow = code(async (ctx) => {
      const first = ctx.uuid();
      await step(ctx, "a");
      const second = ctx.uuid();
      await step(ctx, "b");
      return [first, second, ctx.uuid()];
    });
    const engine = await world.deploy([flow]);
    const run = await engine.run(flow, undefined);
    const drawn = (await run.result(short)) as string[];
    const of = async (from: string) => (await (await run.fork({ from, decisions: "reuse" })).result(short)) as string[];
    const late = await of("step:b#1");
    expect(late[0]).toBe(drawn[0]);
    expect(new Set([...drawn.slice(1), ...late.slice(1)]).size).toBe(4);
    const early = await of("step:a#1");
    expect(new Set([...drawn, ...early]).size).toBe(6);
    const fork = await run.fork({ from: "step:b#1", decisions: "reuse" });
    await fork.result(short);
    await intact(engine, fork.id);
  });

  test("keeps the results of finished children and starts unfinished ones afresh", async () => {
    const child = workflow({ name: "part", input: z.string() }, async (ctx, what) => {
      if (what === "slow") await ctx.signal("go", z.unknown());
      return step(ctx, what);
    });
    const flow = code(async (ctx) => {
      const quick = await ctx.child(child, "quick");
      const slow = await ctx.child(child, "slow");
      return `${quick} ${slow}`;
    });
    const engine = await world.deploy([flow, child]);
    const run = await engine.run(flow, undefined);
    const slowOf = async (parentId: string): Promise<string> => {
      let id = "";
      await eventually(async () => {
        const [found] = (await engine.runs({ parentId, status: ["parked"] })).items;
        id = found?.id ?? "";
        expect(id).not.toBe("");
      });
      return id;
    };
    const theirs = await slowOf(run.id);
    const { entries } = await run.describe();
    const fork = await run.fork({ from: entries + 1, decisions: "reuse" });
    const ours = await slowOf(fork.id);
    expect(ours).not.toBe(theirs);
    await (await engine.get(ours)).signal("go");
    expect(await fork.result(short)).toBe("quick slow");
    expect(world.count("quick")).toBe(1);
    expect((await run.describe()).status).toBe("parked");
    await (await engine.get(theirs)).signal("go");
    await run.result(short);
    await intact(engine, fork.id);
  });

  test("copies large values whole", async () => {
    const large = "0123456789".repeat(30_000);
    const flow = code(async (ctx) => {
      const text = await ctx.step("load", () => world.did("load", large));
      const again = await ctx.step("keep", () => `${text}!`);
      return `${text.length} ${again.length} ${await step(ctx, "end")}`;
    });
    const engine = await world.deploy([flow]);
    const run = await engine.run(flow, undefined);
    await run.result(short);
    const fork = await run.fork({ from: "step:end#1", decisions: "reuse" });
    expect(await fork.result(short)).toBe("300000 300001 end");
    expect(world.count("load")).toBe(1);
    await intact(engine, fork.id);
  });

  test("of a fork keeps what both inherited, asks of asks included", async () => {
    const engine = await world.deploy([asking]);
    const id = await decided(engine);
    const first = await (await engine.get(id)).fork({ from: "step:c#1", decisions: "ask" });
    await engine.decide(await first.hold("ok", short), { approved: true }, { by: "eve" });
    await engine.decide(await first.hold("sure", short), { approved: true }, { by: "dan" });
    await first.result(short);
    const second = await first.fork({ from: "step:c#1", decisions: "reuse" });
    expect(await second.result(short)).toBe("eve dan");
    expect(world.effects).toEqual(["c", "c"]);
    const third = await second.fork({ from: "step:a#1", decisions: "ask" });
    await engine.decide(await third.hold("ok", short), { approved: false }, { by: "zoe" });
    expect(await third.result(short)).toBe("refused by zoe");
    for (const one of [first, second, third]) await intact(engine, one.id);
  });

  test("of a fork that was answered otherwise does not miss what that one left aside", async () => {
    const engine = await world.deploy([asking]);
    const id = await decided(engine);
    const first = await (await engine.get(id)).fork({ from: "step:c#1", decisions: "ask" });
    await engine.decide(await first.hold("ok", short), { approved: false }, { by: "eve" });
    await first.result(short);
    const second = await first.fork({ from: 99, decisions: "reuse" });
    expect(await second.result(short)).toBe("refused by eve");
    await intact(engine, second.id);
  });

  test("of a retried run follows it through its failures", async () => {
    broken.add("b");
    const flow = code(async (ctx) => {
      await ctx.approve("ok", { title: "Go on?" });
      const done = await ctx.all({ a: () => step(ctx, "a"), b: () => step(ctx, "b") });
      ctx.emit("done");
      return `${done.a} ${done.b} ${await step(ctx, "c")}`;
    });
    const engine = await world.deploy([flow]);
    const run = await engine.run(flow, undefined);
    await run.signal("noise", 1);
    await run.pause();
    await eventually(async () => expect((await run.describe()).status).toBe("paused"));
    await run.resume();
    await engine.decide(await run.hold("ok", short), { approved: true }, { by: "ana" });
    await expect(run.result(short)).rejects.toThrow();
    broken.clear();
    await run.retry();
    await run.result(short);
    const fork = await run.fork({ from: "step:c#1", decisions: "reuse" });
    expect(await fork.result(short)).toBe("a b c");
    expect(world.effects.join(" ")).toBe("a b b c c");
    expect((await fork.stream()).map(({ value }) => value)).toEqual(["done"]);
    await intact(engine, fork.id);
  });

  test("of a migrated run reads the record as the migration says", async () => {
    const engine = await world.deploy([
      code(async (ctx) => {
        await step(ctx, "old");
        await ctx.signal("go", z.unknown());
      }),
    ]);
    const run = await engine.run("order", undefined);
    await reaches(engine, run.id, "parked");
    const next = code(async (ctx) => {
      await step(ctx, "new");
      await ctx.signal("go", z.unknown());
      return step(ctx, "end");
    });
    const then = await world.deploy([next]);
    const same = await then.get(run.id);
    await same.migrate({ rename: { "step:old": "step:new" } });
    await same.signal("go");
    expect(await same.result(short)).toBe("end");
    const fork = await same.fork({ from: "signal:go#1", decisions: "reuse" });
    await fork.signal("go");
    expect(await fork.result(short)).toBe("end");
    expect(world.effects.join(" ")).toBe("old end end");
    await intact(then, fork.id);
  });

  test("of a cancelled run from after the cancellation is refused", async () => {
    const flow = code(async (ctx) => {
      await step(ctx, "a");
      await ctx.signal("go", z.unknown());
    });
    const engine = await world.deploy([flow]);
    const run = await engine.run(flow, undefined);
    await reaches(engine, run.id, "parked");
    await run.cancel("enough");
    await expect(run.result(short)).rejects.toThrow(/cancelled/);
    await expect(run.fork({ from: 99, decisions: "reuse" })).rejects.toThrow(
      /ended from outside at entry 4; fork it from before/,
    );
    const fork = await run.fork({ from: 3, decisions: "reuse" });
    await fork.signal("go");
    await fork.result(short);
    expect(world.effects).toEqual(["a"]);
  });

  test("of an erased run is refused", async () => {
    const engine = await world.deploy([three]);
    const run = await engine.run(three, undefined);
    await run.result(short);
    await engine.erase({ run: run.id });
    await expect(run.fork({ from: 1, decisions: "reuse" })).rejects.toThrow(/was erased/);
  });
});
