import { type CompensationError, type InputOf, type OutputOf, type RunHandle, workflow } from "@holdpoint/core";
import {
  createTestEngine,
  type StepMock,
  type TestEngine,
  type TestEngineOptions,
  takes,
} from "@holdpoint/core/testing";
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { err, ok } from "../result/result.ts";
import { saga, sagaStep } from "./saga.ts";
import { isSagaError } from "./saga-error.ts";
import type { SagaGiven } from "./step.ts";

const engines: TestEngine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop();
});
/** What was done to the world, in order. */
const effects: string[] = [];
beforeEach(() => void effects.splice(0));
const did = <T>(what: string, value: T): T => {
  effects.push(what);
  return value;
};
const fails = (what: string): never => {
  effects.push(what);
  throw new Error(`no ${what}`);
};

const failureOf = (run: RunHandle<unknown>): Promise<Error & { details: Record<string, unknown> }> =>
  run.result().then(
    () => expect.fail("it did not fail"),
    (error: Error) => error.cause as Error & { details: Record<string, unknown> },
  );

const input = z.object({ sku: z.string(), breaks: z.string().default("") });

/** Four steps, of which `breaks` names the one that fails. */
const order = saga("order", { input })
  .step("reserve", ({ input }) => did("reserve", { id: `r-${input.sku}` }), {
    compensate: ({ result }) => did(`release ${result.id}`, true),
  })
  .step("charge", ({ input }) => (input.breaks === "charge" ? fails("charge") : did("charge", { receipt: 7 })), {
    compensate: ({ result }) => did(`refund ${result.receipt}`, true),
  })
  .step("note", () => did("note", 1))
  .step(
    "ship",
    ({ input, results }) => (input.breaks === "ship" ? fails("ship") : did(`ship ${results.reserve.id}`, "box")),
    { compensate: () => did("call back", true) },
  );

describe.each(["normal", "park", "crash"] as const)("a saga (%s)", (discipline) => {
  const open = (options: TestEngineOptions): TestEngine => {
    const engine = createTestEngine({ discipline, log: quiet, ...options });
    engines.push(engine);
    return engine;
  };
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

  test("does its steps in order and gives what each gave, by name", async () => {
    const flow = order.build();
    const run = await open({ workflows: [flow] }).run(flow, { sku: "A" });
    expect(await run.result()).toEqual({ reserve: { id: "r-A" }, charge: { receipt: 7 }, note: 1, ship: "box" });
    expect(effects).toEqual(["reserve", "charge", "note", "ship r-A"]);
  });

  test("undoes what was done, the last first, each once, as recorded steps", async () => {
    const flow = order.build();
    const run = await open({ workflows: [flow] }).run(flow, { sku: "A", breaks: "ship" });
    const error = await failureOf(run);
    expect(effects).toEqual(["reserve", "charge", "note", "ship", "refund 7", "release r-A"]);
    expect(error.message).toBe('saga "order" failed at step "ship": no ship');
    expect(isSagaError(error) && error.details).toEqual({
      saga: "order",
      id: `${run.id}/order`,
      step: "ship",
      undone: ["charge", "reserve"],
      notUndone: [],
    });
    expect((await run.describe()).status).toBe("failed");
    const events = await run.journal();
    const undone = events.filter(({ key, type }) => key.includes("/step:undo ") && type === "step.settled");
    expect(undone.slice(0, 2).map(({ key }) => key)).toEqual([
      "shield#1/step:undo charge#1",
      "shield#1/step:undo reserve#1",
    ]);
  });

  test("fails just so when a step returns err, and goes on with what ok holds", async () => {
    const flow = saga("returning")
      .step("a", () => ok(did("a", 1)), { compensate: ({ result }) => did(`undo a ${result + 1}`, null) })
      .step("b", () => (effects.length > 0 ? err("refused") : ok(2)))
      .build();
    const error = await failureOf(await open({ workflows: [flow] }).run(flow, undefined));
    expect(error.message).toBe('saga "returning" failed at step "b": refused');
    expect(effects).toEqual(["a", "undo a 2"]);
  });

  test("a compensation that fails is tried again, then listed, and the others go on", async () => {
    const flow = saga("stubborn")
      .step("a", () => did("a", 1), { compensate: () => did("undo a", 1) })
      .step("b", () => did("b", 1), { compensate: () => fails("undo b") })
      .step("c", () => did("c", 1), { compensate: () => did("undo c", 1) })
      .step("d", () => fails("d"))
      .build();
    const run = await open({ workflows: [flow] }).run(flow, undefined);
    const error = (await failureOf(run)) as CompensationError & { cause: Error };
    expect(effects).toEqual(["a", "b", "c", "d", "undo c", "undo b", "undo b", "undo b", "undo a"]);
    expect(error.code).toBe("COMPENSATION");
    expect(error.details.notUndone).toMatchObject([{ key: "step:b#1" }]);
    expect(isSagaError(error.cause) && error.cause.details).toMatchObject({
      step: "d",
      undone: ["c", "a"],
      notUndone: [{ step: "b", reason: "no undo b" }],
    });
    expect((await run.describe()).status).toBe("failed");
  });

  test("a person may be asked to finish by hand what could not be undone", async () => {
    const flow = saga("by hand", { byHand: { reviewers: { people: ["ana"] } } })
      .step("a", () => did("a", { id: 9 }), { compensate: () => fails("undo a") })
      .step("b", () => did("b", 1), { compensate: () => fails("undo b") })
      .step("c", () => fails("c"));
    const outer = workflow({ name: "outer" }, async (ctx) => {
      const one = flow.open(ctx, undefined);
      const error = await one.execute().catch((error: unknown) => error);
      return [isSagaError(error) && error.details.notUndone, one.isCompleted, one.isStepCompensated("a")];
    });
    const engine = open({ workflows: [outer] });
    const run = await engine.run(outer, undefined);
    const hold = await run.hold("undo a by hand");
    expect(hold).toMatchObject({ title: 'Undo "a" of saga "by hand" by hand?', severity: "high", people: ["ana"] });
    expect(hold.context).toEqual({ saga: "by hand", step: "a", reason: "no undo a", result: { id: 9 } });
    await engine.answer("undo a by hand", { approved: true }, { by: "ana" });
    await engine.answer("undo b by hand", { approved: false }, { by: "ana", note: "too old" });
    expect(await run.result()).toEqual([[{ step: "b", reason: "no undo b; left by ana: too old" }], false, true]);
  });

  test("inside a run: a failed one is caught and undone, a finished one is undone when the run fails later", async () => {
    const outer = workflow({ name: "outer", input: z.string() }, async (ctx, breaks) => {
      const first = await order.run(ctx, { sku: "A", breaks: "charge" }).catch((error: unknown) => isSagaError(error));
      effects.push(`caught ${first}`);
      await order.run(ctx, { sku: "B", breaks });
      await ctx.step("close the books", () => fails("books"));
    });
    const run = await open({ workflows: [outer] }).run(outer, "");
    expect((await failureOf(run)).message).toContain("no books");
    const once = effects.filter((one, i) => one !== "caught true" || effects.indexOf(one) === i);
    expect(once).toEqual(
      "reserve/charge/release r-A/caught true/reserve/charge/note/ship r-B/books/call back/refund 7/release r-B".split(
        "/",
      ),
    );
  });

  test("cancelling the run undoes what is done, once", async () => {
    const flow = saga("waiting")
      .step("a", () => did("a", 1), { compensate: () => did("undo a", 1) })
      .call("wait", (ctx) => ctx.approve("go on", { title: "Go on?" }))
      .build();
    const engine = open({ workflows: [flow] });
    const run = await engine.run(flow, undefined);
    await run.hold("go on");
    await run.cancel("never mind");
    await run.result().catch(() => {});
    expect(await run.describe()).toMatchObject({ status: "cancelled", note: "cancelled: never mind" });
    expect(effects).toEqual(["a", "undo a"]);
  });

  test("a saga that loses a race is undone before the race is settled", async () => {
    const slow = saga("slow")
      .step("a", () => did("a", 1), { compensate: () => did("undo a", 1) })
      .call("wait", (ctx) => ctx.sleep("1d"));
    const outer = workflow({ name: "outer" }, async (ctx) => {
      const { winner } = await ctx.race({ saga: () => slow.run(ctx, undefined), late: () => ctx.sleep("1h") });
      return ctx.step("after", () => did("after", winner));
    });
    const run = await open({ workflows: [outer] }).run(outer, undefined);
    expect(await run.result()).toBe("late");
    expect(effects).toEqual(["a", "undo a", "after"]);
  });

  test("a step marked as compensated elsewhere is not undone again", async () => {
    const outer = workflow({ name: "outer" }, async (ctx) => {
      const one = order.open(ctx, { sku: "A", breaks: "" });
      expect([one.state, one.isCompleted]).toEqual(["pending", false]);
      await one.execute();
      expect([one.state, one.isCompleted, one.isStepCompensated("charge")]).toEqual(["completed", true, false]);
      one.markCompensated("charge");
      expect(await one.compensate("returned")).toEqual([]);
      expect(one.isStepCompensated("reserve")).toBe(true);
      await one.compensate();
      return [one.state, one.isCompleted, one.id === `${ctx.run.id}/order`];
    });
    const run = await open({ workflows: [outer] }).run(outer, undefined);
    expect(await run.result()).toEqual(["failed", true, true]);
    expect(effects).toEqual(["reserve", "charge", "note", "ship r-A", "call back", "release r-A"]);
  });

  test("a saga that was undone is over: a retry of its run does nothing anew, and a fork begins before what was undone", async () => {
    const flow = order.build();
    const engine = open({ workflows: [flow] });
    const run = await engine.run(flow, { sku: "A", breaks: "ship" });
    await failureOf(run);
    const before = [...effects];
    await run.retry();
    expect((await failureOf(run)).message).toBe('saga "order" failed at step "ship": no ship');
    expect(effects).toEqual(before);
    await expect(run.fork({ from: "step:ship#1", decisions: "reuse" })).rejects.toThrow("was undone later");
    await failureOf(await run.fork({ from: "step:reserve#1", decisions: "reuse" }));
    expect(effects).toEqual([...before, ...before]);
  });

  test("a run that caught one and failed later is not retried as if nothing had been undone", async () => {
    const outer = workflow({ name: "outer" }, async (ctx) => {
      await order.run(ctx, { sku: "A", breaks: "charge" }).catch(() => {});
      await ctx.step("after", () => fails("after"));
    });
    const run = await open({ workflows: [outer] }).run(outer, undefined);
    await failureOf(run);
    await expect(run.retry()).rejects.toThrow("has begun to undo its steps and cannot be retried");
  });

  test("of several sagas at once each undoes its own", async () => {
    const outer = workflow({ name: "outer" }, (ctx) =>
      ctx.map(["A", "B", "C"], (sku) =>
        order.run(ctx, { sku, breaks: sku === "B" ? "ship" : "" }).then(
          () => "done",
          () => "undone",
        ),
      ),
    );
    const run = await open({ workflows: [outer] }).run(outer, undefined);
    expect(await run.result()).toEqual(["done", "undone", "done"]);
    expect(effects.filter((one) => one.startsWith("re")).sort()).toEqual(
      ["refund 7", "release r-B", "reserve", "reserve", "reserve"].sort(),
    );
  });
});

describe("options of a saga's step", () => {
  const open = (options: TestEngineOptions): TestEngine => {
    const engine = createTestEngine(options);
    engines.push(engine);
    return engine;
  };

  test("maxRetries: so often it is tried again", async () => {
    const flow = saga("retried")
      .step("a", ({ attempt }) => (did("a", attempt) < 3 ? fails(`${attempt}`) : attempt), { maxRetries: 2 })
      .build();
    expect(await (await open({ workflows: [flow] }).run(flow, undefined)).result()).toEqual({ a: 3 });
    expect(effects.filter((one) => one === "a")).toHaveLength(3);
  });

  test("retryDelay: so long is waited before each of them", async () => {
    const times: number[] = [];
    const flow = saga("delayed")
      .step("a", () => fails("a"), { maxRetries: 2, retryDelay: "90s" })
      .build();
    const a: StepMock = (_info, { real }) => {
      times.push(engine.now().getTime());
      return real();
    };
    const engine = open({ workflows: [flow], steps: { a } });
    await failureOf(await engine.run(flow, undefined));
    expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 90_000, 180_000]);
  });

  test("idempotent: false asks a person when the process died while undoing; true undoes again", async () => {
    for (const idempotent of [false, true]) {
      effects.splice(0);
      const flow = saga("fragile")
        .step("a", () => did("a", 1), {
          idempotent,
          compensate: async () => {
            if (did("undo a", effects.length) === 2) await new Promise(() => {});
          },
        })
        .step("b", () => fails("b"))
        .build();
      const engine = open({ workflows: [flow] });
      const run = await engine.run(flow, undefined);
      await expect.poll(() => effects).toEqual(["a", "b", "undo a"]);
      await engine.crash();
      await engine.runUntilIdle();
      const holds = await run.holds();
      expect(holds.map(({ origin }) => origin)).toEqual(idempotent ? [] : ["operator"]);
      for (const hold of holds) await engine.decide(hold, { action: "happened" }, { by: "ana" });
      await failureOf(run);
      expect(effects).toEqual(idempotent ? ["a", "b", "undo a", "undo a"] : ["a", "b", "undo a"]);
    }
  });

  test("compensateRetry: so often undoing is tried", async () => {
    const flow = saga("patient")
      .step("a", () => 1, { compensate: () => fails("undo a"), compensateRetry: { attempts: 5 } })
      .step("b", () => fails("b"))
      .build();
    await failureOf(await open({ workflows: [flow] }).run(flow, undefined));
    expect(effects.filter((one) => one === "undo a")).toHaveLength(5);
  });

  test("timeout: a try that takes longer has failed", async () => {
    const flow = saga("timely")
      .step("a", () => 1, { timeout: "20s" })
      .build();
    const run = await open({ workflows: [flow], steps: { a: takes("21s", 1) } }).run(flow, undefined);
    expect((await failureOf(run)).message).toContain("within 20000 ms");
  });

  test("those that make no sense are refused, all at once", () => {
    expect(() =>
      saga("wrong").step("a", () => 1, { maxRetries: -1, retry: { attempts: 2 }, idempotent: false }),
    ).toThrow('saga "wrong" step "a".maxRetries: -1 must be a whole number from 0 (and 2 more)');
    expect(() => saga("wrong").step("a", () => 1, { retryDelay: "1s" })).toThrow("give both");
    expect(() =>
      saga("twice")
        .step("a", () => 1)
        .step("a" as never, () => 2),
    ).toThrow("is the name of another step");
    expect(() => saga("empty").build()).toThrow('saga "empty".steps: are missing');
    expect(() => saga("half", { version: 0.5 })).toThrow("must be a whole number from 1");
  });
});

test("what steps get, give and are undone with is inferred", () => {
  const typed = saga("typed", { input: z.object({ at: z.string().transform(Number) }) })
    .step(
      "a",
      ({ input, results }) => {
        expectTypeOf(input.at).toEqualTypeOf<number>();
        expectTypeOf(results).toEqualTypeOf<Record<never, never>>();
        return input.at > 0 ? ok("x") : err(new Error("late"));
      },
      {
        compensate: ({ result }) => expectTypeOf(result).toEqualTypeOf<string>(),
      },
    )
    .step("b", async ({ results }) => results.a.length, {
      compensate: ({ result, results }) => {
        expectTypeOf(result).toEqualTypeOf<number>();
        expectTypeOf(results.a).toEqualTypeOf<string>();
      },
    })
    .use(sagaStep({ name: "c" }, ({ results }: SagaGiven<{ at: number }, { b: number }>) => results.b > 1));
  const built = typed.build();
  expectTypeOf<InputOf<typeof built>>().toEqualTypeOf<{ at: string }>();
  expectTypeOf<OutputOf<typeof built>>().toEqualTypeOf<{
    readonly a: string;
    readonly b: number;
    readonly c: boolean;
  }>();
  // @ts-expect-error a name is used once
  expect(() => typed.step("a", () => 1)).toThrow();
  // @ts-expect-error step c needs a number under b
  saga("other").use(sagaStep({ name: "c" }, ({ results }: SagaGiven<unknown, { b: number }>) => results.b > 1));
});
