import { createHash } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { WorkflowContext } from "../workflow/context.ts";
import { workflow } from "../workflow/definition.ts";
import { Deployments, disciplines, eventually, reaches } from "./deployments.fixture.ts";
import type { Engine } from "./engine.ts";

const short = { timeout: "60s" } as const;
const chainKey = createHash("sha256").update("secret").digest();

describe.each(disciplines)("a chain is whole (%s)", (discipline) => {
  const world = new Deployments(discipline, { chainKey });
  afterEach(async () => {
    await world.stop();
    world.effects.length = 0;
  });

  const step = (ctx: WorkflowContext, name: string) => ctx.step(name, () => world.did(name));
  const whole = async (engine: Engine, id: string): Promise<void> => {
    const anchors = await engine.anchors();
    expect(await engine.verify(id, anchors)).toMatchObject({ verdict: "intact", problems: [] });
  };

  test("after continueAsNew, from the head of the generation before, with unread signals taken along", async () => {
    const loop = workflow(
      { name: "loop", input: z.object({ n: z.number(), heard: z.array(z.string()) }) },
      async (ctx, { n, heard }) => {
        const word = await ctx.signal("word", z.string());
        await step(ctx, `turn ${n}`);
        const all = [...heard, word];
        return n < 4 ? ctx.continueAsNew({ n: n + 1, heard: all }) : all.join(" ");
      },
    );
    const engine = await world.deploy([loop]);
    const run = await engine.run(loop, { n: 1, heard: [] });
    for (const word of ["one", "two", "three"]) await run.signal("word", word, { dedupe: word });
    await eventually(async () => expect(await run.describe()).toMatchObject({ status: "parked", generation: 4 }));
    await run.signal("word", "four");
    expect(await run.result(short)).toBe("one two three four");
    expect(world.effects).toEqual(["turn 1", "turn 2", "turn 3", "turn 4"]);
    const generations = await world.store.generations("default", run.id);
    expect(generations.map(({ generation, outcome }) => `${generation} ${outcome}`)).toEqual([
      "1 continued",
      "2 continued",
      "3 continued",
      "4 success",
    ]);
    await whole(engine, run.id);
  });

  test("after a pause and a resume", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await step(ctx, "a");
      await ctx.signal("go", z.unknown());
      return step(ctx, "b");
    });
    const engine = await world.deploy([flow]);
    const run = await engine.run(flow, undefined);
    await reaches(engine, run.id, "parked");
    await run.pause({ by: "ana" });
    await run.signal("go");
    await reaches(engine, run.id, "paused");
    await whole(engine, run.id);
    expect(world.effects).toEqual(["a"]);
    await run.resume();
    expect(await run.result(short)).toBe("b");
    await whole(engine, run.id);
  });

  test("after a cancellation with compensations", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.step("a", () => world.did("a"), { compensate: () => world.did("undo a") });
      await ctx.signal("go", z.unknown());
    });
    const engine = await world.deploy([flow]);
    const run = await engine.run(flow, undefined);
    await reaches(engine, run.id, "parked");
    await run.cancel("enough", { by: "ana" });
    await expect(run.result(short)).rejects.toThrow(/cancelled/);
    expect(world.effects).toEqual(["a", "undo a"]);
    await whole(engine, run.id);
  });

  test("after a forced cancellation, of a retried run too", async () => {
    let broken = true;
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.step("a", () => {
        if (broken) throw new Error("broken");
      });
      await ctx.approve("ok", { title: "Ok?" });
    });
    const engine = await world.deploy([flow]);
    const run = await engine.run(flow, undefined);
    await expect(run.result(short)).rejects.toThrow();
    broken = false;
    await run.retry();
    await run.hold("ok", short);
    await run.cancel("at once", { force: true });
    await reaches(engine, run.id, "cancelled");
    expect((await run.holds()).map(({ status }) => status)).toEqual(["withdrawn"]);
    await whole(engine, run.id);
    await engine.erase({ run: run.id });
    expect(await engine.verify(run.id)).toMatchObject({ verdict: "erased", problems: [] });
  });

  describe("of a poisoned run", () => {
    let deadly = true;
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await step(ctx, "a");
      return ctx.step("deadly", async () => {
        world.did("deadly");
        if (!deadly) return "survived";
        await engine.crash();
        return new Promise<never>(() => {});
      });
    });
    let engine: Engine;

    async function poisoned() {
      deadly = true;
      engine = await world.deploy([flow]);
      const run = await engine.run(flow, undefined);
      const hold = await run.hold("poisoned run", short);
      // Where every write ends the worker, the claim that wrote the step before it is one of the five that died.
      expect(world.count("deadly")).toBe(discipline === "crash" ? 4 : 5);
      expect(hold).toMatchObject({ origin: "operator", context: { starting: ["step:deadly#1"] } });
      await whole(engine, run.id);
      return { run, hold };
    }

    test("that is tried again", async () => {
      const { run, hold } = await poisoned();
      deadly = false;
      await engine.decide(hold, { action: "retry" }, { by: "ana" });
      expect(await run.result(short)).toBe("survived");
      expect(world.count("a")).toBe(1);
      await whole(engine, run.id);
    });

    test("that is given up", async () => {
      const { run, hold } = await poisoned();
      await engine.decide(hold, { action: "cancel" }, { by: "ana" });
      await expect(run.result(short)).rejects.toThrow(/cancelled/);
      await whole(engine, run.id);
    });

    test("that is cancelled beside its hold, which is then withdrawn", async () => {
      const { run, hold } = await poisoned();
      await run.cancel("enough");
      await expect(run.result(short)).rejects.toThrow(/cancelled/);
      await eventually(async () => expect((await engine.hold(hold.id)).status).toBe("withdrawn"));
      await whole(engine, run.id);
    });
  });
});
