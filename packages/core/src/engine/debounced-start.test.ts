import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { createTestEngine } from "../testing/index.ts";
import { workflow } from "../workflow/definition.ts";
import type { DebounceOptions } from "./run-options.ts";

const index = workflow({ name: "index", input: z.object({ text: z.string() }) }, async (ctx, { text }) => {
  return { text, at: (ctx.now().getTime() - Date.UTC(2026, 0, 1)) / 1000, by: ctx.run.createdBy };
});

function engineOf() {
  const engine = createTestEngine({ workflows: [index] });
  onTestFinished(() => engine.stop());
  const start = (text: string, more: Partial<DebounceOptions> = {}, by = text) =>
    engine.run(index, { text }, { by, debounce: { key: "doc-1", window: "30s", ...more } });
  return { engine, start };
}

describe("a debounced start", () => {
  test("of several within the window one run comes, with the last input, when nobody has started it for that long", async () => {
    const { engine, start } = engineOf();
    const first = await start("one");
    await engine.advance("20s");
    const second = await start("two");
    await engine.advance("20s");
    expect(await first.status()).toBe("ready");
    const third = await start("three");
    expect([second.id, third.id]).toEqual([first.id, first.id]);
    expect(await first.result()).toEqual({ text: "three", at: 70, by: "three" });
    expect((await engine.runs()).items).toHaveLength(1);
    expect((await engine.verify(first.id)).verdict).toBe("intact");
  });

  test("the wait ends at its longest, counted from the first of them", async () => {
    const { engine, start } = engineOf();
    const run = await start("0", { maxWait: "1m" });
    for (let i = 1; i <= 5; i++) {
      await engine.advance("11s");
      await start(`${i}`, { maxWait: "1m" });
    }
    expect(await run.result()).toMatchObject({ text: "5", at: 60 });
  });

  test("with the first input it only waits longer", async () => {
    const { engine, start } = engineOf();
    const long = "x".repeat(200_000);
    const run = await start(long, { input: "first" }, "ana");
    await engine.advance("20s");
    await start("other", { input: "first" }, "ben");
    const result = await run.result();
    expect(result).toMatchObject({ at: 50, by: "ben" });
    expect(result.text === long).toBe(true);
    expect((await engine.verify(run.id)).verdict).toBe("intact");
  });

  test("after the run has begun the next start is another run; so is one with another key", async () => {
    const { engine, start } = engineOf();
    const first = await start("one");
    await first.result();
    const second = await start("two");
    const other = await start("three", { key: "doc-2" });
    expect(new Set([first.id, second.id, other.id]).size).toBe(3);
    expect(await second.result()).toMatchObject({ text: "two" });
    expect(await engine.runs()).toMatchObject({ items: [{}, {}, {}] });
  });

  test("many at once are one run", async () => {
    const { engine, start } = engineOf();
    const runs = await Promise.all(Array.from({ length: 20 }, (_, i) => start(`${i}`)));
    expect(new Set(runs.map(({ id }) => id)).size).toBe(1);
    expect(await runs[0]?.result()).toMatchObject({ at: 30 });
    expect((await engine.runs()).items).toHaveLength(1);
  });

  test.each([
    [{ key: "" }, {}, "debounce.key: must be 1 to 256 characters"],
    [{ window: 0 }, {}, "debounce.window: must be longer than nothing"],
    [{ maxWait: "1s" }, {}, "debounce.maxWait: must not be shorter than the window"],
    [{}, { id: "x" }, "debounce.id: and debounce cannot both be given"],
    [{}, { delay: "1m" }, "debounce.delay: and debounce cannot both be given"],
  ])("that is wrong is refused: %o %o", async (debounce, options, message) => {
    const { engine } = engineOf();
    const call = engine.run(index, { text: "x" }, { ...options, debounce: { key: "k", window: "30s", ...debounce } });
    await expect(call).rejects.toThrow(message);
  });
});
