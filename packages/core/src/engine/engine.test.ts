import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { type Clock, systemClock } from "../clock.ts";
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

/** The machine's clock on which nobody gets to look again: who waits goes on when told, or never. */
const clockWithoutLooks: Clock = {
  ...systemClock,
  timer: (delayMs, fn, options) => (delayMs < 200 ? systemClock.timer(delayMs, fn, options) : () => {}),
};

describe("engine", () => {
  test("runs a workflow to its result", async () => {
    const engine = createEngine({ store: memoryStore(), workflows: [add] });
    await engine.start();
    const run = await engine.run(add, { a: 1, b: 2 });
    expect(await run.result({ timeout: "60s" })).toBe(3);
    expect((await run.describe()).outcome).toBe("success");
    expect((await engine.verify(run.id)).verdict).toBe("intact");
    await engine.stop();
  });

  test("the result of a run that has ended meanwhile is there at once", async () => {
    const engine = createEngine({ store: memoryStore(), workflows: [add], clock: clockWithoutLooks });
    await engine.start();
    const run = await engine.run(add, { a: 1, b: 2 });
    await vi.waitFor(async () => expect(await run.status()).toBe("completed"));
    expect(await run.result()).toBe(3);
    await engine.stop();
  });

  test("waits for a person, and goes on with the answer", async () => {
    const engine = createEngine({ store: memoryStore(), workflows: [ask], clock: clockWithoutLooks });
    await engine.start();
    for (let i = 0; i < 5; i++) {
      const run = await engine.run(ask, { what: "it" });
      const hold = await run.hold("ok?");
      await engine.decide(hold, { approved: true }, { by: "ana" });
      expect(await run.result()).toBe("it by ana");
      expect((await engine.verify(run.id)).problems).toEqual([]);
    }
    await engine.stop();
  });

  test.each(["park", "crash"] as const)("discipline %s: the same result", async (discipline) => {
    const engine = createEngine({ store: memoryStore(), workflows: [add, ask], discipline });
    await engine.start();
    const run = await engine.run(add, { a: 1, b: 2 });
    expect(await run.result({ timeout: "60s" })).toBe(3);
    const asked = await engine.run(ask, { what: "it" });
    const hold = await asked.hold("ok?", { timeout: "60s" });
    await engine.decide(hold, { approved: true }, { by: "ana" });
    expect(await asked.result({ timeout: "60s" })).toBe("it by ana");
    expect((await engine.verify(asked.id)).problems).toEqual([]);
    await engine.stop();
  });
});
