import { createTestEngine, type TestEngine } from "@holdpoint/core/testing";
import { afterEach, describe, expect, test } from "vitest";
import { canonicalJson, contentKey } from "./content-key.ts";
import { saga } from "./saga.ts";

let engine: TestEngine | null = null;
afterEach(() => engine?.stop());

describe("a result that is kept by what it was made from", () => {
  const made: string[] = [];
  const summary = (version = 1, config = "small") =>
    saga<{ text: string; tenant?: string; breaks?: boolean }>("summary", { version })
      .step("summarise", ({ input }) => `${input.text.slice(0, made.push(input.text))}…`, {
        cache: ({ input }) => ({
          ttl: "1d",
          inputs: { text: input.text },
          config,
          ...(input.tenant && { tenant: input.tenant }),
        }),
        compensate: ({ result }) => void made.push(`undo ${result}`),
      })
      .step("publish", ({ input }) => {
        if (input.breaks) throw new Error("no paper");
      })
      .build();

  test("is made once, and found by every run that would make it from the same", async () => {
    made.length = 0;
    const flow = summary();
    engine = createTestEngine({ workflows: [flow] });
    const { summarise } = await (await engine.run(flow, { text: "long" })).result();
    expect(await (await engine.run(flow, { text: "long" })).result()).toMatchObject({ summarise });
    expect(made).toEqual(["long"]);
    await (await engine.run(flow, { text: "other" })).result();
    await (await engine.run(flow, { text: "long", tenant: "acme" })).result();
    expect(made).toEqual(["long", "other", "long"]);
  });

  test("is undone by the saga that made it, never by one that found it", async () => {
    made.length = 0;
    const flow = summary();
    engine = createTestEngine({ workflows: [flow] });
    await (await engine.run(flow, { text: "kept" })).result();
    await expect((await engine.run(flow, { text: "kept", breaks: true })).result()).rejects.toThrow("no paper");
    expect(made).toEqual(["kept"]);
    await expect((await engine.run(flow, { text: "mine", breaks: true })).result()).rejects.toThrow("no paper");
    expect(made).toEqual(["kept", "mine", "undo mi…"]);
  });
});

describe("contentKey", () => {
  test("is the same for the same content, however it was put together", () => {
    expect(canonicalJson({ b: 2, a: 1 })).toBe('{"a":1,"b":2}');
    const key = contentKey({ stage: "s", inputs: { b: [1, { d: 1, c: 2 }], a: 1 } });
    expect(contentKey({ stage: "s", inputs: { a: 1, b: [1, { c: 2, d: 1 }] } })).toBe(key);
    expect(key).toMatch(/^s\|_global\|[0-9a-f]{64}\|[0-9a-f]{64}$/);
  });

  test("differs with stage, tenant, inputs, version and config", () => {
    const base = { stage: "s", inputs: 1 };
    const others = [
      base,
      { ...base, stage: "t" },
      { ...base, tenant: "a" },
      { ...base, inputs: 2 },
      { ...base, inputs: "1" },
      { ...base, inputs: [1] },
      { ...base, inputs: new Date(1) },
      { ...base, inputs: null },
      { ...base, inputs: undefined },
      { ...base, version: 2 },
      { ...base, config: { model: "x" } },
    ];
    expect(new Set(others.map(contentKey)).size).toBe(others.length);
  });
});
