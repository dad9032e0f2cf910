import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { systemClock } from "../clock.ts";
import type { WorkflowContext } from "../workflow/context.ts";
import { type AnyWorkflow, type WorkflowOptions, workflow } from "../workflow/definition.ts";
import { Deployments, disciplines, eventually, reaches } from "./deployments.fixture.ts";
import type { Engine } from "./engine.ts";

const short = { timeout: "60s" } as const;
/** The machine's clock, two hours later. */
const later = { ...systemClock, now: () => systemClock.now() + 7_200_000 };

describe.each(disciplines)("a failed run is retried (%s)", (discipline) => {
  const world = new Deployments(discipline);
  /** What the world does to a step of this name: throws while it is in here. */
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

  async function failed(flow: AnyWorkflow, others: readonly AnyWorkflow[] = []) {
    const engine = await world.deploy([flow, ...others]);
    const run = await engine.run(flow, undefined);
    await expect(run.result(short)).rejects.toThrow();
    expect((await run.describe()).status).toBe("failed");
    return { engine, run, id: run.id };
  }

  async function intact(engine: Engine, id: string): Promise<void> {
    expect(await engine.verify(id)).toMatchObject({ verdict: "intact", problems: [] });
    // What was recorded replays without a difference: a last look by a fresh process.
    const { runs } = await engine.check({ status: ["completed", "failed"] });
    expect(runs.find((one) => one.id === id)).toMatchObject({ verdict: "goes on" });
  }

  const ten = code(async (ctx) => {
    const done: string[] = [];
    for (let i = 1; i <= 10; i++) done.push(await step(ctx, `s${i}`));
    return done.join(" ");
  });

  test("it goes on at the failed step: what was done before is not called again", async () => {
    broken.add("s7");
    const { id } = await failed(ten);
    broken.clear();
    const engine = await world.deploy([ten]);
    const run = await engine.get(id);
    await run.retry({ by: "ana" });
    expect(await run.result(short)).toBe("s1 s2 s3 s4 s5 s6 s7 s8 s9 s10");
    expect(world.effects.join(" ")).toBe("s1 s2 s3 s4 s5 s6 s7 s7 s8 s9 s10");
    await intact(engine, id);
  });

  test("it fails again, twice, and each time goes on where it was", async () => {
    broken.add("s3");
    const { engine, run, id } = await failed(ten);
    await run.retry();
    await expect(run.result(short)).rejects.toThrow(/s3 is broken/);
    broken.delete("s3");
    broken.add("s5");
    await run.retry();
    await expect(run.result(short)).rejects.toThrow(/s5 is broken/);
    broken.clear();
    await run.retry();
    expect(await run.result(short)).toMatch(/s10$/);
    expect(world.effects.join(" ")).toBe("s1 s2 s3 s3 s3 s4 s5 s5 s6 s7 s8 s9 s10");
    await intact(engine, id);
  });

  test("attempts are counted afresh, and failed ones stay in the journal", async () => {
    broken.add("pay");
    const flow = code((ctx) => step(ctx, "pay", { retry: { attempts: 2, initial: 1, jitter: 0 } }));
    const { engine, run, id } = await failed(flow);
    expect(world.count("pay")).toBe(2);
    await run.retry();
    await expect(run.result(short)).rejects.toThrow(/after 2 attempts/);
    expect(world.count("pay")).toBe(4);
    await intact(engine, id);
    const attempts = (await run.journal()).filter((event) => event.key === "step:pay#1");
    expect(attempts.map(({ type, attempt }) => `${type} ${attempt}`)).toEqual([
      "step.attempt 1",
      "step.settled 2",
      "step.attempt 1",
      "step.settled 2",
    ]);
  });

  test("parallel failures are all made again; what succeeded beside them is not", async () => {
    broken.add("a").add("b");
    const flow = code(async (ctx) => {
      await step(ctx, "first");
      const results = await Promise.allSettled([step(ctx, "a"), step(ctx, "b"), step(ctx, "c")]);
      for (const one of results) if (one.status === "rejected") throw one.reason;
      return step(ctx, "last");
    });
    const { engine, run, id } = await failed(flow);
    broken.clear();
    await run.retry();
    expect(await run.result(short)).toBe("last");
    expect(world.effects.join(" ")).toBe("first a b c a b last");
    await intact(engine, id);
  });

  test("branches that were cut off by the failure go on", async () => {
    broken.add("a");
    const flow = code(async (ctx) => {
      await ctx.all({
        a: () => step(ctx, "a"),
        b: async () => {
          await step(ctx, "b1");
          await ctx.sleep(30);
          return step(ctx, "b2");
        },
      });
      return step(ctx, "last");
    });
    const { engine, run, id } = await failed(flow);
    broken.clear();
    await run.retry();
    expect(await run.result(short)).toBe("last");
    expect([world.count("a"), world.count("b1"), world.count("b2"), world.count("last")]).toEqual([2, 1, 1, 1]);
    await intact(engine, id);
  });

  test("a failure that the code caught is not made again", async () => {
    broken.add("primary").add("ship");
    const flow = code(async (ctx) => {
      await step(ctx, "primary").catch(() => step(ctx, "fallback"));
      return step(ctx, "ship");
    });
    const { engine, run, id } = await failed(flow);
    broken.clear();
    await run.retry();
    expect(await run.result(short)).toBe("ship");
    expect(world.effects.join(" ")).toBe("primary fallback ship ship");
    await intact(engine, id);
  });

  test("an earlier error that is thrown again at the end is no reason to go back beyond an earlier retry", async () => {
    broken.add("a").add("b");
    const flow = code(async (ctx) => {
      const first = await step(ctx, "a").then(
        () => null,
        (error: unknown) => error,
      );
      await step(ctx, "b");
      await step(ctx, "c");
      if (first && broken.has("strict")) throw first;
      return step(ctx, "d");
    });
    const { engine, run, id } = await failed(flow);
    broken.delete("b");
    broken.add("strict");
    await run.retry();
    await expect(run.result(short)).rejects.toThrow(/a is broken/);
    broken.clear();
    await run.retry();
    expect(await run.result(short)).toBe("d");
    expect(world.effects.join(" ")).toBe("a b b c d");
    await intact(engine, id);
  });

  test("what followed the failure is void: done anew if the code gets there again", async () => {
    broken.add("pay");
    const flow = code(async (ctx) => {
      try {
        return await step(ctx, "pay");
      } catch (error) {
        await step(ctx, "tell");
        await ctx.approve("sorry", { title: "Seen?" });
        throw error;
      }
    });
    const engine = await world.deploy([flow]);
    const run = await engine.run(flow, undefined);
    await engine.decide(await run.hold("sorry", short), { approved: true }, { by: "ana" });
    await expect(run.result(short)).rejects.toThrow(/pay is broken/);
    await run.retry();
    const again = await run.hold("sorry", short);
    expect(world.effects.join(" ")).toBe("pay tell pay tell");
    broken.clear();
    await engine.decide(again, { approved: true }, { by: "ben" });
    await expect(run.result(short)).rejects.toThrow(/pay is broken/);
    await run.retry();
    expect(await run.result(short)).toBe("pay");
    expect((await run.holds()).map((hold) => `${hold.status} ${hold.decidedBy}`).sort()).toEqual([
      "decided ana",
      "decided ben",
    ]);
    await intact(engine, run.id);
  });

  test("a mistake in the code is mended and the run goes on from where it threw", async () => {
    const flow = (mended: boolean) =>
      code(async (ctx) => {
        const order = await ctx.step("load", () => ({ lines: world.did("load", ["a", "b"]) }));
        const { lines } = (mended ? order : {}) as typeof order;
        const count = lines.length;
        await step(ctx, "pay");
        return count;
      });
    const { id, run } = await failed(flow(false));
    await expect(run.result(short)).rejects.toMatchObject({ cause: expect.any(TypeError) });
    await run.retry();
    await expect(run.result(short)).rejects.toMatchObject({ cause: expect.any(TypeError) });
    const engine = await world.deploy([flow(true)]);
    await (await engine.get(id)).retry();
    expect(await (await engine.get(id)).result(short)).toBe(2);
    expect(world.effects.join(" ")).toBe("load pay");
    await intact(engine, id);
  });

  test("a hold that was withdrawn by the failure is asked again; one decided before is not", async () => {
    broken.add("pay");
    const flow = code(async (ctx) => {
      const first = await ctx.approve("before", { title: "Start?" });
      const { ok } = await ctx.all({
        ok: () => ctx.approve("beside", { title: "Go on?" }),
        paid: async () => {
          await ctx.signal("go", z.unknown());
          return step(ctx, "pay");
        },
      });
      return `${first.by} ${ok.by}`;
    });
    const engine = await world.deploy([flow]);
    const run = await engine.run(flow, undefined);
    await engine.decide(await run.hold("before", short), { approved: true }, { by: "ana" });
    const withdrawn = await run.hold("beside", short);
    await run.signal("go");
    await expect(run.result(short)).rejects.toThrow(/pay is broken/);
    broken.clear();
    await run.retry();
    const hold = await run.hold("beside", short);
    expect(hold.id).not.toBe(withdrawn.id);
    await engine.decide(hold, { approved: true }, { by: "ben" });
    expect(await run.result(short)).toBe("ana ben");
    expect((await engine.hold(withdrawn.id)).status).toBe("withdrawn");
    expect(world.effects.join(" ")).toBe("pay pay");
    await intact(engine, run.id);
  });

  test("a signal that came after the failure is not lost", async () => {
    broken.add("pay");
    const flow = code(async (ctx) => {
      const paid = step(ctx, "pay");
      paid.catch(() => {});
      await ctx.signal("look", z.unknown());
      const words = await ctx.signal("words", z.string());
      await paid;
      return words;
    });
    const engine = await world.deploy([flow]);
    const run = await engine.run(flow, undefined);
    await eventually(async () => expect(world.count("pay")).toBe(1));
    await run.signal("words", "hello");
    await run.signal("look");
    await expect(run.result(short)).rejects.toThrow(/pay is broken/);
    broken.clear();
    await run.retry();
    expect(await run.result(short)).toBe("hello");
    await intact(engine, run.id);
  });

  test("a failed child is started afresh, and one cut off by the failure too", async () => {
    const child = workflow({ name: "part", input: z.string() }, async (ctx, what) => {
      if (what === "slow") await ctx.signal("go", z.unknown());
      return step(ctx, what);
    });
    broken.add("quick");
    const flow = code(async (ctx) => {
      await step(ctx, "first");
      const done = await ctx.all({ quick: () => ctx.child(child, "quick"), slow: () => ctx.child(child, "slow") });
      return `${done.quick} ${done.slow}`;
    });
    const { engine, run, id } = await failed(flow, [child]);
    const childrenOf = async () => (await engine.runs({ parentId: id })).items.map((one) => one.status).sort();
    await eventually(async () => expect(await childrenOf()).toEqual(["cancelled", "failed"]));
    broken.clear();
    await run.retry();
    await eventually(async () => expect(await childrenOf()).toEqual(["cancelled", "completed", "failed", "parked"]));
    const slow = (await engine.runs({ parentId: id, status: ["parked"] })).items[0];
    await (await engine.get(slow?.id ?? "")).signal("go");
    expect(await run.result(short)).toBe("quick slow");
    expect(world.happened("first quick quick slow"), world.effects.join(" ")).toBe(true);
    await intact(engine, id);
  });

  test("an abandoned child that ended while its parent was over gives its result to the retried parent", async () => {
    const child = workflow({ name: "part" }, async (ctx) => {
      await ctx.signal("go", z.unknown());
      return step(ctx, "part");
    });
    broken.add("pay");
    const flow = code(async (ctx) => {
      const part = await ctx.spawn(child, undefined, { parentClose: "abandon", id: "the-part" });
      await step(ctx, "pay");
      return part.result();
    });
    const { engine, run, id } = await failed(flow, [child]);
    const part = await engine.get("the-part");
    await part.signal("go");
    await part.result(short);
    broken.clear();
    await run.retry();
    expect(await run.result(short)).toBe("part");
    expect(world.happened("pay part pay"), world.effects.join(" ")).toBe(true);
    await intact(engine, id);
  });

  test("the result of an abandoned child is not lost with the process that asked for the retry", async () => {
    const child = workflow({ name: "part" }, async (ctx) => {
      await ctx.signal("go", z.unknown());
      return step(ctx, "part");
    });
    broken.add("pay");
    const flow = code(async (ctx) => {
      const part = await ctx.spawn(child, undefined, { parentClose: "abandon", id: "lone-part" });
      await step(ctx, "pay");
      return part.result();
    });
    const { engine, run } = await failed(flow, [child]);
    const part = await engine.get("lone-part");
    await part.signal("go");
    await part.result(short);
    broken.clear();
    // Whoever asks for it may die at once: what the run missed is fetched by who claims it.
    await (await (await world.only([flow, child])).get(run.id)).retry();
    const row = await world.store.run("default", run.id);
    const [history] = await world.store.history("default", [{ pk: row?.pk ?? 0, after: 0 }]);
    expect(history?.mail.map(({ kind }) => kind)).toEqual(["retry"]);
    const after = await world.deploy([flow, child]);
    expect(await (await after.get(run.id)).result(short)).toBe("part");
    await intact(after, run.id);
  });

  test("a signal that did not come in time is waited for anew", async () => {
    const flow = code((ctx) => ctx.signal("go", z.string(), { timeout: "1h" }));
    const before = await world.deploy([flow]);
    const { id } = await before.run(flow, undefined);
    await reaches(before, id, "parked");
    const engine = await world.deploy([flow], { clock: later });
    const run = await engine.get(id);
    await expect(run.result(short)).rejects.toThrow(/"go"/);
    await run.retry();
    await run.signal("go", "in time");
    expect(await run.result(short)).toBe("in time");
    await intact(engine, id);
  });

  test("a run that took too long gets its time anew", async () => {
    const flow = code(
      async (ctx) => {
        await step(ctx, "first");
        await ctx.signal("go", z.unknown());
        return step(ctx, "last");
      },
      { timeout: "1h" },
    );
    const engine = await world.deploy([flow]);
    const run = await engine.run(flow, undefined);
    await reaches(engine, run.id, "parked");
    const then = await world.deploy([flow], { clock: later });
    await expect((await then.get(run.id)).result(short)).rejects.toThrow(/did not finish within 3600000 ms/);
    await (await then.get(run.id)).retry();
    await reaches(then, run.id, "parked");
    await (await then.get(run.id)).signal("go");
    expect(await (await then.get(run.id)).result(short)).toBe("last");
    expect(world.effects.join(" ")).toBe("first last");
    await intact(then, run.id);
  });

  test("what it emits after the retry is in the stream, once", async () => {
    broken.add("pay");
    const flow = code(async (ctx) => {
      ctx.emit("start");
      try {
        await step(ctx, "pay");
      } catch (error) {
        ctx.emit("broken");
        await step(ctx, "tell");
        throw error;
      }
      ctx.emit("paid");
      await step(ctx, "pack");
      ctx.emit("end");
      return "ok";
    });
    const { engine, run, id } = await failed(flow);
    broken.clear();
    await run.retry();
    await run.result(short);
    expect((await run.stream()).map(({ value }) => value)).toEqual(["start", "broken", "paid", "end"]);
    await intact(engine, id);
  });

  test("a run that has begun to undo its steps is refused, and says from where it can be forked", async () => {
    broken.add("pay");
    const undo = { compensate: () => world.did("release") };
    const flow = code(async (ctx) => {
      await step(ctx, "load");
      await step(ctx, "reserve", undo);
      return step(ctx, "pay");
    });
    const { engine, run } = await failed(flow);
    await expect(run.retry()).rejects.toThrow(/begun to undo its steps.*fork it from "step:reserve#1"/);
    await expect(run.fork({ from: "step:pay#1", decisions: "reuse" })).rejects.toThrow(/"step:reserve#1" was undone/);
    broken.clear();
    const fork = await run.fork({ from: "step:reserve#1", decisions: "reuse" });
    expect(await fork.result(short)).toBe("pay");
    expect(world.effects.join(" ")).toBe("load reserve pay release reserve pay");
    await intact(engine, fork.id);
  });

  test("nor is one whose failing race undid its losers: what they had done is gone", async () => {
    broken.add("pay");
    const flow = code((ctx) =>
      ctx.race({
        pay: async () => {
          await ctx.signal("go", z.unknown());
          return step(ctx, "pay");
        },
        book: async () => {
          await step(ctx, "book", { compensate: () => world.did("cancel booking") });
          await ctx.signal("never", z.unknown());
        },
      }),
    );
    const engine = await world.deploy([flow]);
    const run = await engine.run(flow, undefined);
    await eventually(async () => expect(world.effects).toEqual(["book"]));
    await run.signal("go");
    await expect(run.result(short)).rejects.toThrow(/pay is broken/);
    expect(world.effects).toEqual(["book", "pay", "cancel booking"]);
    await expect(run.retry()).rejects.toThrow(/fork it from "race#1.book\/step:book#1" or before/);
    broken.clear();
    const fork = await run.fork({ from: "race#1.book/step:book#1", decisions: "reuse" });
    await fork.signal("go");
    expect(await fork.result(short)).toMatchObject({ winner: "pay" });
    await intact(engine, fork.id);
  });

  test("a run that is not over cannot be retried", async () => {
    const flow = code((ctx) => ctx.signal("go", z.unknown()));
    const engine = await world.deploy([flow]);
    const run = await engine.run(flow, undefined);
    await reaches(engine, run.id, "parked");
    await expect(run.retry()).rejects.toThrow(/is parked: only a failed or diverged run can be retried/);
  });
});
