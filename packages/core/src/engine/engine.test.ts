import { describe, expect, test } from "vitest";
import { z } from "zod";
import { memoryStore } from "../store/index.ts";
import { workflow } from "../workflow/definition.ts";
import { createEngine } from "./engine.ts";

const add = workflow(
  { name: "add", input: z.object({ a: z.number(), b: z.number() }), output: z.number() },
  async (ctx, { a, b }) => {
    const x = await ctx.step("x", () => a);
    const y = await ctx.step("y", async () => b);
    return x + y;
  },
);

const ask = workflow({ name: "ask", input: z.object({ what: z.string() }) }, async (ctx, { what }) => {
  const { approved, by } = await ctx.approve("ok?", {
    title: `Do ${what}?`,
    deadline: [{ after: "1h", decide: { approved: false } }],
  });
  if (!approved) return "no";
  return ctx.step("do", () => `${what} by ${by}`);
});

describe("engine", () => {
  test("runs a workflow to its result", async () => {
    const engine = createEngine({ store: memoryStore(), workflows: [add] });
    await engine.start();
    const run = await engine.run(add, { a: 1, b: 2 });
    expect(await run.result({ timeout: "2s" })).toBe(3);
    expect((await run.describe()).outcome).toBe("success");
    expect((await engine.verify(run.id)).verdict).toBe("intact");
    await engine.stop();
  });

  test("the result of a run that has ended meanwhile is there at once", async () => {
    const engine = createEngine({ store: memoryStore(), workflows: [add] });
    await engine.start();
    const waits: number[] = [];
    for (let i = 0; i < 5; i++) {
      const run = await engine.run(add, { a: 1, b: 2 });
      await new Promise((resolve) => setTimeout(resolve, 50));
      const asked = performance.now();
      expect(await run.result()).toBe(3);
      waits.push(performance.now() - asked);
    }
    // Waiting to be told would be half a second each time, on a machine however busy.
    expect(Math.min(...waits)).toBeLessThan(400);
    await engine.stop();
  });

  test("waits for a person, and goes on with the answer", async () => {
    const engine = createEngine({ store: memoryStore(), workflows: [ask] });
    await engine.start();
    const waits: number[] = [];
    for (let i = 0; i < 5; i++) {
      const run = await engine.run(ask, { what: "it" });
      const asked = performance.now();
      const hold = await run.hold("ok?", { timeout: "20s" });
      waits.push(performance.now() - asked);
      await engine.decide(hold, { approved: true }, { by: "ana" });
      expect(await run.result({ timeout: "20s" })).toBe("it by ana");
      expect((await engine.verify(run.id)).problems).toEqual([]);
    }
    // Heard of, not looked up: looking again takes half a second.
    expect(Math.min(...waits)).toBeLessThan(400);
    await engine.stop();
  });

  test.each(["park", "crash"] as const)("discipline %s: the same result", async (discipline) => {
    const engine = createEngine({ store: memoryStore(), workflows: [add, ask], discipline });
    await engine.start();
    const run = await engine.run(add, { a: 1, b: 2 });
    expect(await run.result({ timeout: "2s" })).toBe(3);
    const asked = await engine.run(ask, { what: "it" });
    const hold = await asked.hold("ok?", { timeout: "2s" });
    await engine.decide(hold, { approved: true }, { by: "ana" });
    expect(await asked.result({ timeout: "2s" })).toBe("it by ana");
    expect((await engine.verify(asked.id)).problems).toEqual([]);
    await engine.stop();
  });
});
