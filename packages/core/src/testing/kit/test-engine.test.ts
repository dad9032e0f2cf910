import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { RunFailedError } from "../../errors.ts";
import type { WorkflowContext } from "../../workflow/context.ts";
import { workflow } from "../../workflow/definition.ts";
import { createTestEngine, elapse, hangs, reply, type TestEngine, type TestEngineOptions, takes } from "./index.ts";

const engines: TestEngine[] = [];
function testEngine(options: TestEngineOptions): TestEngine {
  const engine = createTestEngine(options);
  engines.push(engine);
  return engine;
}
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop();
});

const day = 86_400_000;

const refund = workflow(
  {
    name: "refund",
    input: z.object({ orderId: z.string(), amount: z.number() }),
    output: z.object({ status: z.enum(["refunded", "declined"]) }),
  },
  async (ctx, { orderId, amount }) => {
    await ctx.step("load order", (): { id: string } => {
      throw new Error(`no shop in tests, asked for ${orderId}`);
    });
    if (amount > 100) {
      const { approved } = await ctx.approve("approve refund", {
        title: `Refund $${amount}`,
        severity: "high",
        reviewers: { people: ["ana", "ben"] },
        deadline: [{ after: "3d", decide: { approved: false, note: "nobody answered" } }],
      });
      if (!approved) return { status: "declined" as const };
    }
    await ctx.step("pay back", (): string => "really paid", { retry: { attempts: 4, initial: "1h", max: "1d" } });
    return { status: "refunded" as const };
  },
);
const steps = { "load order": () => ({ id: "A-7" }), "pay back": () => "R-1" };
const large = { orderId: "A-7", amount: 120 };

describe("time", () => {
  const weeks = workflow({ name: "weeks" }, async (ctx) => {
    for (let n = 0; n < 10; n++) await ctx.sleep("21d");
    return ctx.now().toISOString();
  });

  test("sleeps of weeks take milliseconds of real time", async () => {
    const engine = testEngine({ workflows: [weeks] });
    const run = await engine.run(weeks, undefined);
    expect(await run.result()).toBe("2026-07-30T00:00:00.000Z");
  });

  test("stands still unless something waits", async () => {
    const engine = testEngine({ workflows: [weeks], now: new Date("2030-05-01") });
    const run = await engine.run(weeks, undefined);
    await engine.runUntilIdle();
    expect((await run.describe()).waiting).toBe("time");
    expect(engine.now()).toEqual(new Date("2030-05-01"));
  });

  test("advance passes exactly what it says, and everything due on the way happens in order", async () => {
    const seen: string[] = [];
    const sleeper = workflow({ name: "sleeper", input: z.object({ days: z.number() }) }, async (ctx, { days }) => {
      await ctx.sleep(`${days}d`);
      await ctx.step("note", () => void seen.push(`${days} at ${ctx.now().toISOString()}`));
    });
    const engine = testEngine({ workflows: [sleeper] });
    for (const days of [9, 2, 40]) await engine.run(sleeper, { days });
    await engine.advance("9d 12h");
    expect(seen).toEqual(["2 at 2026-01-03T00:00:00.000Z", "9 at 2026-01-10T00:00:00.000Z"]);
    expect(engine.now()).toEqual(new Date("2026-01-10T12:00:00Z"));
    await expect(engine.advance("soon")).rejects.toThrow('"soon" is not a duration');
  });

  test("back-offs are skipped, and the attempts are counted", async () => {
    const engine = testEngine({ workflows: [refund], steps });
    engine.mockStep(refund, "pay back", ({ attempt }) => {
      if (attempt < 4) throw new Error("bank is down");
      return "R-2";
    });
    const run = await engine.run(refund, { orderId: "A-7", amount: 20 });
    expect(await run.result()).toEqual({ status: "refunded" });
    expect(engine.executed("pay back").map(({ attempt, state }) => [attempt, state])).toEqual([
      [1, "error"],
      [2, "error"],
      [3, "error"],
      [4, "ok"],
    ]);
    expect(engine.now().getTime()).toBeGreaterThan(Date.UTC(2026, 0, 1, 5));
  });

  test("the deadline of a hold is reached by waiting for the result", async () => {
    const engine = testEngine({ workflows: [refund], steps });
    const run = await engine.run(refund, large);
    expect(await run.result()).toEqual({ status: "declined" });
    expect(engine.now().getTime()).toBe(Date.UTC(2026, 0, 1) + 3 * day);
  });

  test("does not pass while a step's function really runs", async () => {
    const slow = workflow({ name: "slow" }, (ctx) =>
      ctx.step("read", () => new Promise((resolve) => setTimeout(() => resolve("done"), 60)), { timeout: "50ms" }),
    );
    const engine = testEngine({ workflows: [slow] });
    expect(await (await engine.run(slow, undefined)).result()).toBe("done");
    expect(engine.now().getTime()).toBe(Date.UTC(2026, 0, 1));
  });

  test("a mock that takes longer than the timeout times out, without waiting", async () => {
    const ask = workflow({ name: "ask" }, (ctx) =>
      ctx.step("ask model", (): string => "real", {
        timeout: "10m",
        retry: { attempts: 3, initial: "1m", max: "1h", jitter: 0 },
      }),
    );
    const engine = testEngine({ workflows: [ask] });
    const mocks = [hangs(), takes("11m", "late"), takes("9m", () => "in time")];
    engine.mockStep("ask", "ask model", (info, step) => mocks[info.attempt - 1]?.(info, step));
    expect(await (await engine.run(ask, undefined)).result()).toBe("in time");
    expect(engine.executed().map(({ state }) => state)).toEqual(["abandoned", "abandoned", "ok"]);
    expect(engine.now().getTime() - Date.UTC(2026, 0, 1)).toBe((10 + 1 + 10 + 2 + 9) * 60_000);
  });

  test("a fake service lets time pass in the step that uses it", async () => {
    const shop = { load: () => elapse("8s").then(() => "order") };
    const load = workflow({ name: "load" }, (ctx) => ctx.step("load", () => shop.load(), { timeout: "10s" }));
    const engine = testEngine({ workflows: [load] });
    expect(await (await engine.run(load, undefined)).result()).toBe("order");
    expect(engine.now().getTime() - Date.UTC(2026, 0, 1)).toBe(8000);
    await expect(elapse("1s")).rejects.toThrow("in the test itself use engine.advance");
  });

  test("advance leaves a step behind that hangs for real", async () => {
    const hanging = workflow({ name: "hanging" }, (ctx) =>
      ctx.step("hang", () => new Promise(() => {}), { timeout: "1h" }),
    );
    const engine = testEngine({ workflows: [hanging], patience: "30ms" });
    const run = await engine.run(hanging, undefined);
    await engine.advance("2h");
    expect(await run.status()).toBe("failed");
  });
});

describe("steps", () => {
  test("mocks run in the place of steps, and what they give is recorded", async () => {
    const engine = testEngine({ workflows: [refund], steps });
    const run = await engine.run(refund, { orderId: "A-7", amount: 20 });
    await run.result();
    const events = await run.journal();
    expect(events.filter(({ type }) => type === "step.settled").map(({ value }) => value)).toEqual([
      { id: "A-7" },
      "R-1",
    ]);
    expect(engine.executed()).toMatchObject([
      { step: "load order", key: "step:load order#1", attempt: 1, mocked: true, state: "ok", runId: run.id },
      { step: "pay back", key: "step:pay back#1", attempt: 1, mocked: true, state: "ok", workflow: "refund" },
    ]);
  });

  test("a mock of one workflow goes before one of all, and may call the real function", async () => {
    const other = workflow({ name: "other" }, (ctx) => ctx.step("pay back", () => "other"));
    const engine = testEngine({ workflows: [refund, other], steps });
    engine.mockStep("other", "pay back", (_info, { real }) => `not ${String(real())}`);
    expect(await (await engine.run(other, undefined)).result()).toBe("not other");
    expect(await (await engine.run(refund, { orderId: "A-7", amount: 20 })).result()).toEqual({ status: "refunded" });
  });

  test("a step without a mock runs as it is", async () => {
    const engine = testEngine({ workflows: [refund] });
    const run = await engine.run(refund, large);
    await expect(run.result()).rejects.toThrow("no shop in tests, asked for A-7");
    expect(engine.executed()).toMatchObject([
      { mocked: false, state: "error", error: { message: expect.any(String) } },
    ]);
  });

  test("a compensation is mocked by its own name", async () => {
    const saga = workflow({ name: "saga" }, async (ctx) => {
      await ctx.step("book", () => "B", { compensate: () => "really cancelled" });
      throw new Error("no");
    });
    const engine = testEngine({ workflows: [saga], steps: { "undo book": () => "mocked" } });
    await expect((await engine.run(saga, undefined)).result()).rejects.toThrow(RunFailedError);
    expect(engine.executed().map(({ step, mocked }) => [step, mocked])).toEqual([
      ["book", false],
      ["undo book", true],
    ]);
  });

  test("mocks and answers that were never asked for are said, with what was probably meant", async () => {
    const engine = testEngine({
      workflows: [refund],
      steps: { ...steps, "pay bak": () => 1 },
      answers: { "approve refunds": { approved: true } },
    });
    engine.mockStep(refund, "load orders", () => 1);
    await (await engine.run(refund, large)).result();
    expect(await engine.unusedMocks()).toEqual([
      'step "pay back" never ran',
      'step "pay bak" never ran',
      'step "load orders" of "refund" never ran; did you mean "load order"?',
      'hold "approve refunds" never opened; did you mean "approve refund"?',
    ]);
  });

  test("all used, nothing is said", async () => {
    const engine = testEngine({ workflows: [refund], steps, answers: { "approve refund": { approved: true } } });
    await (await engine.run(refund, large)).result();
    expect(await engine.unusedMocks()).toEqual([]);
  });

  test("nonsense is refused", () => {
    expect(() => testEngine({ workflows: [refund], steps: { "pay back": "R-1" as never } })).toThrow(
      'must be a function; write "pay back": () => "R-1"',
    );
    const engine = testEngine({ workflows: [refund] });
    expect(() => engine.mockStep("refnd", "pay back", () => 1)).toThrow('did you mean "refund"?');
    expect(() => testEngine({ workflows: [], answers: { a: undefined as never } })).toThrow("is undefined");
    expect(() => testEngine({ workflows: [], now: new Date("then") })).toThrow("is no time");
    expect(() => testEngine({ workflows: [], patience: "a bit" })).toThrow("is not a duration");
  });
});

describe("holds", () => {
  test("answer waits for the hold and decides it in the name of who may", async () => {
    const engine = testEngine({ workflows: [refund], steps: { ...steps, "load order": takes("2h", { id: "A-7" }) } });
    const run = await engine.run(refund, large);
    const hold = await engine.answer("approve refund", { approved: true }, { note: "fine" });
    expect(hold).toMatchObject({ decidedBy: "ana", decision: { note: "fine" } });
    expect(await run.result()).toEqual({ status: "refunded" });
    expect(engine.now().getTime()).toBe(Date.UTC(2026, 0, 1, 2));
  });

  test("answer may be asked for before the run is started", async () => {
    const engine = testEngine({ workflows: [refund], steps });
    const answered = engine.answer("approve refund", { approved: false }, { by: "ben" });
    const run = await engine.run(refund, large);
    expect(await run.result()).toEqual({ status: "declined" });
    expect((await answered).decidedBy).toBe("ben");
  });

  test("rules answer as holds open: by value, by function, in the name of somebody", async () => {
    const ask = workflow({ name: "ask", input: z.string() }, async (ctx, what) => {
      const { value, by, note } = await ctx.hold("label", { title: what, form: z.enum(["spam", "ham"]) });
      return { value, by, note };
    });
    const engine = testEngine({
      workflows: [ask],
      answers: { label: (hold) => (hold.title === "a" ? "spam" : reply("ham", { by: "eve", note: "sure" })) },
    });
    const [a, b] = [await engine.run(ask, "a"), await engine.run(ask, "b")];
    expect(await a.result()).toEqual({ value: "spam", by: "tester", note: null });
    expect(await b.result()).toEqual({ value: "ham", by: "eve", note: "sure" });
  });

  test("a rule that gives undefined leaves the hold to its deadline", async () => {
    const asked: string[] = [];
    const answers = { "approve refund": (hold: { name: string }) => void asked.push(hold.name) as undefined };
    const engine = testEngine({ workflows: [refund], steps, answers });
    expect(await (await engine.run(refund, large)).result()).toEqual({ status: "declined" });
    expect(asked).toEqual(["approve refund"]);
  });

  test("an answer that does not fit fails the wait, not only the hold", async () => {
    const engine = testEngine({ workflows: [refund], steps, answers: { "approve refund": { yes: true } } });
    const run = await engine.run(refund, large);
    await expect(run.result()).rejects.toThrow("answer.approved: must be true or false");
    await expect(run.result()).rejects.toThrow("answer.approved: must be true or false");
  });

  test("one answer for two open holds is refused; with the run it is not", async () => {
    const engine = testEngine({ workflows: [refund], steps });
    const first = await engine.run(refund, large);
    const second = await engine.run(refund, { orderId: "B", amount: 130 });
    await engine.runUntilIdle();
    await expect(engine.answer("approve refund", { approved: true })).rejects.toThrow("open more than once");
    await engine.answer("approve refund", { approved: true }, { run: second });
    expect(await second.result()).toEqual({ status: "refunded" });
    expect(await first.status()).toBe("parked");
  });
});

describe("being stuck", () => {
  const wait = async (ctx: WorkflowContext): Promise<unknown> => {
    await ctx.approve("approve refund", { title: "?" });
    return ctx.signal("paid", z.string());
  };
  const waiting = workflow({ name: "waiting" }, wait);

  test("is said with what every run waits for and what to do", async () => {
    const engine = testEngine({ workflows: [waiting], patience: "20ms" });
    const run = await engine.run(waiting, undefined, { id: "w" });
    await expect(run.result()).rejects.toThrow('run w of "waiting" waits for hold "approve refund": engine.answer(');
    await engine.answer("approve refund", { approved: true });
    await expect(run.result()).rejects.toThrow('waits for signal "paid": run.signal("paid", …)');
    await expect(engine.answer("aprove", { approved: true })).rejects.toThrow("nothing is left to happen");
    await run.pause();
    await expect(run.result()).rejects.toThrow("is paused: run.resume()");
    await run.resume();
    await run.signal("paid", "yes");
    expect(await run.result()).toBe("yes");
  });

  test("is not said while the test still does something real", async () => {
    const engine = testEngine({
      workflows: [waiting],
      patience: "10s",
      answers: { "approve refund": { approved: true } },
    });
    const run = await engine.run(waiting, undefined);
    const result = run.result();
    await new Promise((resolve) => setTimeout(resolve, 60));
    await run.signal("paid", "late");
    expect(await result).toBe("late");
  });

  test("is not said because the machine stood still", async () => {
    const engine = testEngine({ workflows: [waiting], answers: { "approve refund": { approved: true } } });
    const run = await engine.run(waiting, undefined);
    const result = run.result();
    await new Promise((resolve) => setTimeout(resolve, 20));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
    await new Promise((resolve) => setTimeout(resolve, 0));
    await run.signal("paid", "late");
    expect(await result).toBe("late");
  });

  test("a step that hangs without a timeout is named", async () => {
    const engine = testEngine({ workflows: [refund], steps: { "load order": hangs() }, patience: "20ms" });
    const run = await engine.run(refund, large);
    await expect(run.result()).rejects.toThrow('waits for step "load order", which does not end');
  });
});

test("a wait ends when the run is cancelled by force, of which nobody is told", async () => {
  const waiting = workflow({ name: "waiting" }, (ctx) => ctx.signal("go", z.string()));
  const engine = testEngine({ workflows: [waiting], patience: "20ms" });
  const run = await engine.run(waiting, undefined);
  await engine.runUntilIdle();
  const ended = expect(run.result()).rejects.toThrow("was cancelled");
  await run.cancel("no more", { force: true });
  await ended;
});

test("many runs that wait for as many times take seconds, not minutes", async () => {
  const naps = workflow({ name: "naps", input: z.number() }, async (ctx, n) => {
    for (let round = 0; round < 4; round++) await ctx.sleep(`${1 + ((n * 7919 + round * 104_729) % 5000)}m`);
    return n;
  });
  const engine = testEngine({ workflows: [naps] });
  const runs = await Promise.all(Array.from({ length: 200 }, (_, n) => engine.run(naps, n)));
  expect(await Promise.all(runs.map((run) => run.result()))).toEqual(runs.map((_, n) => n));
});

describe("crash", () => {
  test("recorded steps are not executed again, the one in flight is", async () => {
    const engine = testEngine({ workflows: [refund], steps: { ...steps, "pay back": takes("10m", "R-1") } });
    const run = await engine.run(refund, { orderId: "A-7", amount: 20 });
    await engine.advance("5m");
    await engine.crash();
    expect(await run.result()).toEqual({ status: "refunded" });
    expect(engine.executed().map(({ step, state }) => [step, state])).toEqual([
      ["load order", "ok"],
      ["pay back", "abandoned"],
      ["pay back", "ok"],
    ]);
    expect((await engine.verify(run.id)).verdict).toBe("intact");
  });

  test("a hold that waits survives it", async () => {
    const engine = testEngine({ workflows: [refund], steps });
    const run = await engine.run(refund, large);
    await run.hold("approve refund");
    await engine.crash();
    await engine.advance("1d");
    await engine.answer("approve refund", { approved: true });
    expect(await run.result()).toEqual({ status: "refunded" });
    expect(engine.executed("load order")).toHaveLength(1);
  });
});

test.each(["park", "crash"] as const)("works with discipline %s", async (discipline) => {
  const engine = testEngine({
    workflows: [refund],
    steps,
    discipline,
    answers: { "approve refund": { approved: true } },
  });
  expect(await (await engine.run(refund, large)).result()).toEqual({ status: "refunded" });
  expect(engine.executed().map(({ step }) => step)).toEqual(["load order", "pay back"]);
});

test("nondeterminism is an error with its place", async () => {
  const random = workflow({ name: "random" }, async () => Math.random());
  const engine = testEngine({ workflows: [random] });
  await expect((await engine.run(random, undefined)).result()).rejects.toThrow(
    /Math\.random\(\) in workflow code at .*test-engine\.test\.ts:\d+:\d+; use ctx\.random/,
  );
});

test("the same seed gives the same times", async () => {
  const times: number[] = [];
  for (let round = 0; round < 2; round++) {
    const engine = testEngine({ workflows: [refund], seed: 7, steps });
    engine.mockStep(refund, "pay back", () => {
      throw new Error("no");
    });
    await expect((await engine.run(refund, { orderId: "A", amount: 1 })).result()).rejects.toThrow(RunFailedError);
    times.push(engine.now().getTime());
  }
  expect(times[0]).toBe(times[1]);
});

test("a test engine is disposed of like it is stopped, a running step notwithstanding", async () => {
  const began = Date.now;
  const engine = createTestEngine({ workflows: [refund], patience: "20ms" });
  engine.mockStep(refund, "load order", () => new Promise(() => {}));
  await engine.run(refund, large);
  await engine.advance("1s");
  expect(Date.now).not.toBe(began);
  await engine[Symbol.asyncDispose]();
  expect(Date.now).toBe(began);
});
