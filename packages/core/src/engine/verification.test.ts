import { describe, expect, test } from "vitest";
import { z } from "zod";
import { encodePayload } from "../journal/payload.ts";
import { memoryStore } from "../store/index.ts";
import type { HoldRow, Store } from "../store/store.ts";
import { workflow } from "../workflow/definition.ts";
import { createEngine, type Engine } from "./engine.ts";

const large = workflow({ name: "large" }, async (ctx) => {
  await ctx.step("load", () => ({ text: "0123456789".repeat(20_000), when: new Date(0) }));
  return "done";
});

const pay = workflow({ name: "pay", input: z.object({ amount: z.number() }) }, async (ctx, { amount }) => {
  const { approved } = await ctx.approve("pay?", { title: `Pay $${amount}?`, context: { amount }, severity: "high" });
  return approved;
});

/** A store that gives back something else than was written, as a tampered database would. */
function tampered(store: Store, changes: Partial<Store>): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(name in changes ? changes : target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

async function recorded(start: (engine: Engine) => Promise<string>): Promise<{ store: Store; id: string }> {
  const store = memoryStore();
  const engine = createEngine({ store, workflows: [large, pay] });
  await engine.start();
  const id = await start(engine);
  await engine.stop();
  return { store, id };
}

async function problemsOf(store: Store, id: string): Promise<string[]> {
  const engine = createEngine({ store, workflows: [] });
  const { problems } = await engine.verify(id);
  return problems.map(({ kind, message }) => `${kind}: ${message}`);
}

const largeRun = () =>
  recorded(async (engine) => {
    const run = await engine.run(large, undefined);
    await run.result({ timeout: "60s" });
    return run.id;
  });

const paidRun = () =>
  recorded(async (engine) => {
    const run = await engine.run(pay, { amount: 5 });
    const hold = await run.hold("pay?", { timeout: "60s" });
    await engine.decide(hold, { approved: true }, { by: "ana" });
    await run.result({ timeout: "60s" });
    return run.id;
  });

describe("a large value", () => {
  test("is whole as it was written", async () => {
    const { store, id } = await largeRun();
    expect(await problemsOf(store, id)).toEqual([]);
  });

  test("is named when a part of it was edited, or is gone", async () => {
    const { store, id } = await largeRun();
    const edited = tampered(store, {
      chunks: async (...wanted) =>
        (await store.chunks(...wanted)).map((bytes) => bytes && Buffer.from(bytes).fill(65, 0, 1)),
    });
    expect(await problemsOf(edited, id)).toEqual([
      expect.stringMatching(/^edited: a part of the large value of entry \d/),
    ]);
    const gone = tampered(store, { chunks: async (_namespace, _pk, hashes) => hashes.map(() => null) });
    expect(await problemsOf(gone, id)).toEqual([
      expect.stringMatching(/^deleted: a part of the large value of entry \d/),
    ]);
  });
});

describe("a hold", () => {
  const changed = (store: Store, change: (hold: HoldRow) => HoldRow): Store =>
    tampered(store, {
      holds: async (...wanted) => {
        const page = await store.holds(...wanted);
        return { ...page, items: page.items.map(change) };
      },
    });

  test("is as it was decided", async () => {
    const { store, id } = await paidRun();
    expect(await problemsOf(store, id)).toEqual([]);
  });

  test.each<[string, (hold: HoldRow) => HoldRow, RegExp]>([
    ["its title", (hold) => ({ ...hold, title: "Pay $5000?" }), /what the reviewer was shown was edited/],
    ["its severity", (hold) => ({ ...hold, severity: "low" }), /what the reviewer was shown was edited/],
    ["its evidence hash", (hold) => ({ ...hold, evidenceHash: new Uint8Array(32) }), /does not show what was recorded/],
    ["who decided", (hold) => ({ ...hold, decidedBy: "ben" }), /it says "ben" decided, "ana" did/],
    [
      "the answer",
      (hold) => ({ ...hold, decision: encodePayload({ value: { approved: false } }, { subject: "answer" }).payload }),
      /shows another answer/,
    ],
    ["its id", (hold) => ({ ...hold, id: "other" }), /an answer that was never delivered/],
  ])("is named when somebody edited %s", async (_, change, message) => {
    const { store, id } = await paidRun();
    const problems = await problemsOf(changed(store, change), id);
    expect(problems.join("\n")).toMatch(message);
    expect(problems.every((problem) => /^(edited|truncated): hold "pay\?"/.test(problem))).toBe(true);
  });

  test("is still whole after erasure", async () => {
    const { store, id } = await paidRun();
    const engine = createEngine({ store, workflows: [pay] });
    await engine.erase({ run: id }, { by: "dpo" });
    expect(await engine.verify(id)).toMatchObject({ verdict: "erased", problems: [] });
  });
});
