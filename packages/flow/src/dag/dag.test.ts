import { type InputOf, type OutputOf, ValidationError, workflow } from "@holdpoint/core";
import { createTestEngine, elapse, type TestEngine, type TestEngineOptions, takes } from "@holdpoint/core/testing";
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { err } from "../result/result.ts";
import { type Dag, dag, dagOf } from "./dag.ts";
import type { DagReport } from "./report.ts";
import { callStep, conditionalStep, functionStep, parallelStep } from "./step.ts";

const engines: TestEngine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop();
});
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
const silent = (): void => {};
const log = { debug: silent, info: silent, warn: silent, error: silent };

describe.each(["normal", "park", "crash"] as const)("a dag (%s)", (discipline) => {
  const open = (options: TestEngineOptions): TestEngine => {
    const engine = createTestEngine({ discipline, log, ...options });
    engines.push(engine);
    return engine;
  };
  /** What became of each step. */
  const settled = async <In, R extends object>(made: Dag<In, In, R>, input: In): Promise<DagReport<R>> => {
    const flow = workflow({ name: "flow" }, (ctx) => made.settle(ctx, input));
    return (await (await open({ workflows: [flow] }).run(flow, undefined)).result()) as DagReport<R>;
  };
  const statuses = ({ steps }: DagReport<object>): string[] =>
    steps.map(({ step, status, reason }) => `${step} ${status}${reason === null ? "" : `: ${reason}`}`);

  test("gives each step what those it comes after gave, and does each once", async () => {
    const flow = dag("report", { input: z.object({ id: z.string() }) })
      .step("a", ({ input }) => did("a", input.id))
      .step("b", () => did("b", 2))
      .step("c", { after: ["a", "b"] }, ({ results }) => did("c", `${results.a}${results.b}`))
      .build();
    const run = await open({ workflows: [flow] }).run(flow, { id: "x" });
    expect(await run.result()).toEqual({ a: "x", b: 2, c: "x2" });
    expect([...effects].sort()).toEqual(["a", "b", "c"]);
    expect(effects.at(-1)).toBe("c");
  });

  test("three steps of 100 ms that do not need each other take 100 ms; concurrency queues them", async () => {
    const slow = (options: object) =>
      dag("slow", options)
        .step("a", () => elapse(100))
        .step("b", () => elapse(100))
        .step("c", () => elapse(100))
        .step("d", { after: ["a", "b", "c"] }, () => "end");
    expect((await settled(slow({}), undefined)).durationMs).toBe(100);
    expect((await settled(slow({ concurrency: 2 }), undefined)).durationMs).toBe(200);
    expect((await settled(slow({ concurrency: 1 }), undefined)).durationMs).toBe(300);
  });

  test("failFast: the first failure cancels what runs and begins nothing more", async () => {
    const made = dag("fast")
      .step("bad", () => fails("bad"))
      .step("slow", { cleanup: () => did("clean up slow", 0) }, () => elapse("1h"))
      .step("after", { after: ["slow"] }, () => did("after", 1));
    const report = await settled(made, undefined);
    expect(statuses(report)).toEqual([
      "bad failed: no bad",
      'slow cancelled: step "bad" failed',
      'after skipped: it depends on step "bad", which failed',
    ]);
    expect(effects).toEqual(["bad", "clean up slow"]);
    expect(report).toMatchObject({ ok: false, durationMs: 0 });
  });

  test("failFast: what still queues is skipped", async () => {
    const made = dag("queued", { concurrency: 1 })
      .step("bad", () => fails("bad"))
      .step("next", () => did("next", 1));
    expect(statuses(await settled(made, undefined))).toEqual([
      "bad failed: no bad",
      'next skipped: step "bad" failed first',
    ]);
  });

  test("failFast: false does what does not depend on the failure, and says why the rest was skipped", async () => {
    const made = dag("thorough", { failFast: false })
      .step("bad", () => fails("bad"))
      .step("slow", () => elapse(50))
      .step("child", { after: ["bad"] }, () => did("child", 1))
      .step("grandchild", { after: ["child", "slow"] }, () => did("grandchild", 1))
      .step("fine", { after: ["slow"] }, () => did("fine", 1));
    const report = await settled(made, undefined);
    expect(statuses(report)).toEqual([
      "bad failed: no bad",
      "slow completed",
      'child skipped: it depends on step "bad", which failed',
      "fine completed",
      'grandchild skipped: it depends on step "bad", which failed',
    ]);
    expect(effects).toEqual(["bad", "fine"]);
    expect(report.failedSteps.map(({ step }) => step)).toEqual(["bad"]);
    expect(report.successfulSteps.map(({ step }) => step)).toEqual(["slow", "fine"]);
    expect(report.results).toEqual({ slow: undefined, fine: 1 });
  });

  test("a dag that fails says which step, and what became of each", async () => {
    const flow = dag("sad")
      .step("a", () => 1)
      .step("b", { after: ["a"] }, () => err("refused"))
      .build();
    const run = await open({ workflows: [flow] }).run(flow, undefined);
    const { cause } = (await run.result().catch((error: Error) => error)) as Error & { cause: Error };
    expect(cause).toMatchObject({
      code: "DAG",
      message: 'dag "sad": step "b" failed: refused',
      details: {
        failed: ["b"],
        steps: [
          { step: "a", status: "completed" },
          { step: "b", status: "failed" },
        ],
      },
    });
  });

  test("onError recovers with a result of its own, and what depends on it goes on", async () => {
    const made = dag("mended")
      .step("a", { onError: ({ error }) => (error as Error).message.length }, (): number => fails("a"))
      .step("b", { after: ["a"] }, ({ results }) => results.a + 1);
    const report = await settled(made, undefined);
    expect(report.results.b).toBe((report.results.a ?? 0) + 1);
    expect(statuses(report)).toEqual(["a recovered: no a", "b completed"]);
    expect(report.ok).toBe(true);
  });

  test("skipIf skips a step, and what depends on it runs without its result", async () => {
    const made = dag<{ quick: boolean }>("short")
      .step("check", { skipIf: ({ input }) => input.quick, cleanup: () => did("tidy", 1) }, () => did("check", "fine"))
      .step("b", { after: ["check"] }, ({ results }) => results.check ?? "unchecked");
    expect(statuses(await settled(made, { quick: true }))).toEqual(["check skipped: Condition not met", "b completed"]);
    expect(effects).toEqual([]);
    expect((await settled(made, { quick: false })).results).toEqual({ check: "fine", b: "fine" });
  });

  test("timeout bounds a step, of whatever kind", async () => {
    const made = dag("late", { failFast: false })
      .step("a", { timeout: "1s" }, async () => elapse("2s"))
      .call("b", { timeout: "1m" }, (ctx) => ctx.approve("b", { title: "?" }))
      .call("c", { timeout: "1m" }, (ctx) => ctx.sleep("59s").then(() => "in time"));
    const report = await settled(made, undefined);
    expect(statuses(report)).toEqual([
      'a failed: step "a" did not finish within 1000 ms',
      'b failed: step "b" did not finish within 60000 ms',
      "c completed",
    ]);
    expect(report.durationMs).toBe(60_000);
  });

  test("cleanup comes after a step however it ended; that it fails is noted and changes nothing", async () => {
    const made = dag("tidy", { failFast: false })
      .step("good", { cleanup: () => did("tidy good", 1) }, () => did("good", 1))
      .step("bad", { cleanup: () => did("tidy bad", 1) }, () => fails("bad"))
      .step("mended", { cleanup: () => fails("tidy mended"), onError: () => 1 }, (): number => fails("mended"));
    const report = await settled(made, undefined);
    for (const one of ["good", "bad", "mended"]) {
      expect(effects.indexOf(`tidy ${one}`)).toBeGreaterThan(effects.indexOf(one));
      expect(effects.filter((effect) => effect === `tidy ${one}`)).toHaveLength(1);
    }
    expect(report.steps.map(({ cleanupFailure }) => cleanupFailure)).toEqual([null, null, "no tidy mended"]);
  });

  test("cleanup comes when the run is cancelled, too", async () => {
    const flow = dag("stopped")
      .call("wait", { cleanup: () => did("tidy", 1) }, (ctx) => ctx.approve("go on", { title: "Go on?" }))
      .build();
    const run = await open({ workflows: [flow] }).run(flow, undefined);
    await run.hold("go on");
    await run.cancel("enough");
    await run.result().catch(() => {});
    expect((await run.describe()).status).toBe("cancelled");
    expect(effects).toEqual(["tidy"]);
  });

  test("metadata is what was given, with what steps noted", async () => {
    const made = dag("noted", { metadata: { tenant: "acme" } })
      .step("a", ({ metadata }) => {
        metadata.set("rows", 3);
        return `${metadata.get("tenant")} ${metadata.get("rows")} ${metadata.get("none", "-")}`;
      })
      .step("b", { after: ["a"] }, ({ metadata }) => metadata.get("rows"));
    const report = await settled(made, undefined);
    expect(report.results).toEqual({ a: "acme 3 -", b: 3 });
    expect(report.metadata).toEqual({ tenant: "acme", rows: 3 });
  });

  test("one of two, or several at once, are steps as well", async () => {
    const made = dagOf<number>("kinds", [
      conditionalStep(
        "size",
        ({ input }) => Number(input) > 5,
        functionStep("large", () => did("large", "L")),
        functionStep("small", () => did("small", "S")),
      ),
      conditionalStep(
        "never",
        () => false,
        functionStep("x", () => did("x", 1)),
      ),
      parallelStep("both", [functionStep("one", () => elapse(10).then(() => 1)), functionStep("two", () => 2)], {
        after: ["size"],
      }),
      callStep("asked", async (ctx) => (await ctx.map([1, 2], (n) => n * 2)).join(), { after: ["both"] }),
    ]);
    const { results } = await settled(made as unknown as Dag<number, number, Record<string, unknown>>, 7);
    expect(results).toEqual({ size: "L", never: null, both: [1, 2], asked: "2,4" });
    expect(effects).toEqual(["large"]);
  });

  test("several at once: the first failure cancels the others, or lets them end", async () => {
    const both = (failFast: boolean) =>
      dagOf("both", [
        parallelStep("p", [functionStep("bad", () => fails("bad")), functionStep("slow", () => elapse(70))], {
          failFast,
        }),
      ]);
    expect(await settled(both(true), undefined)).toMatchObject({ ok: false, durationMs: 0 });
    expect(await settled(both(false), undefined)).toMatchObject({ ok: false, durationMs: 70 });
  });
});

describe("a dag's steps", () => {
  test("are put in an order in which they can go, those that could go together as declared", () => {
    const step = (name: string, ...after: string[]) => functionStep(name, () => name, { after });
    expect(dagOf("d", [step("d", "b", "c"), step("b", "a"), step("c", "a"), step("a"), step("z")]).order).toEqual([
      "a",
      "z",
      "b",
      "c",
      "d",
    ]);
  });

  test("that make no dag are refused with everything that is wrong", () => {
    const step = (name: string, ...after: string[]) => functionStep(name, () => name, { after });
    const wrong = () =>
      dagOf("wrong", [
        step("a"),
        step("a"),
        step("b", "zz"),
        step("x", "y"),
        step("y", "x"),
        step("late", "x"),
        parallelStep("p", [step("inner", "a")]),
      ]);
    const thrown = (() => {
      try {
        return wrong();
      } catch (error) {
        return error as ValidationError;
      }
    })();
    expect(thrown).toBeInstanceOf(ValidationError);
    expect((thrown as ValidationError).issues.map(({ message }) => message)).toEqual([
      "Duplicate step names found: ['a']",
      "Step 'b' depends on unknown step 'zz'",
      "Step 'inner' is part of 'p' and cannot depend on others; 'p' can",
      "Circular dependency detected involving step 'x'",
      "Circular dependency detected involving step 'y'",
    ]);
    expect(() => dagOf("self", [step("a", "a")])).toThrow("Circular dependency detected involving step 'a'");
    expect(() => dag("none", { concurrency: 0 })).toThrow('dag "none".concurrency: 0 must be a whole number from 1');
  });

  test("ten times as many are looked at not much more than ten times as often to put them in order", () => {
    const looks = (count: number): number => {
      let seen = 0;
      const steps = Array.from({ length: count }, (_, i) => {
        const made = functionStep(`s${i}`, () => i, {
          after: [i - 1, i - 7, i - 50].filter((n) => n >= 0).map((n) => `s${n}`),
        });
        return new Proxy(made, {
          get: (step, name, receiver) => {
            seen++;
            return Reflect.get(step, name, receiver);
          },
        });
      });
      dagOf("large", steps.reverse());
      return seen;
    };
    expect(looks(100)).toBeGreaterThan(100);
    expect(looks(1000) / looks(100)).toBeLessThan(12);
  });

  test("are drawn as Graphviz, with names quoted", () => {
    const made = dag('the "d"')
      .step("a", () => 1)
      .step('b "x"', { after: ["a"] }, () => 2);
    expect(made.toDot()).toBe(
      [
        'digraph "the \\"d\\"" {',
        "  rankdir=LR;",
        '  "a" [shape=box, style=filled, fillcolor="#e8eef7"];',
        '  "b \\"x\\"" [shape=box, style=filled, fillcolor="#e8eef7"];',
        '  "a" -> "b \\"x\\"";',
        "}",
        "",
      ].join("\n"),
    );
  });
});

test("a failed dag that is retried goes on at the failed step", async () => {
  let broken = true;
  const flow = dag("again")
    .step("a", () => did("a", 1))
    .step("b", { after: ["a"] }, () => (broken ? fails("b") : did("b", 2)))
    .build();
  const engine = createTestEngine({ workflows: [flow], log });
  engines.push(engine);
  const run = await engine.run(flow, undefined);
  await run.result().catch(() => {});
  broken = false;
  await run.retry();
  expect(await run.result()).toEqual({ a: 1, b: 2 });
  expect(effects).toEqual(["a", "b", "b"]);
});

test("a step's retry is its own", async () => {
  const flow = dag("tried")
    .step("a", { retry: { attempts: 3 } }, ({ attempt }) => (attempt < 3 ? fails("a") : attempt))
    .step("b", { timeout: "5s" }, () => 1)
    .build();
  const engine = createTestEngine({ workflows: [flow], log, steps: { b: takes("4s", 2) } });
  engines.push(engine);
  expect(await (await engine.run(flow, undefined)).result()).toEqual({ a: 3, b: 2 });
});

test("what steps get and give is inferred", () => {
  const made = dag("typed", { input: z.object({ at: z.string().transform(Number) }) })
    .step("a", ({ input, results }) => {
      expectTypeOf(input).toEqualTypeOf<{ at: number }>();
      expectTypeOf(results).toEqualTypeOf<Record<never, never>>();
      return "x";
    })
    .step("b", { skipIf: ({ input }) => input.at > 1 }, async () => 1)
    .step("c", { after: ["a", "b"], onError: () => true }, ({ results }) => {
      expectTypeOf(results.a).toEqualTypeOf<string>();
      expectTypeOf(results.b).toEqualTypeOf<number | undefined>();
      return true;
    });
  // @ts-expect-error there is no step z
  expect(() => made.step("d", { after: ["z"] }, () => 1).order).toThrow("unknown step 'z'");
  // @ts-expect-error a step gets only what it comes after
  made.step("d", { after: ["a"] }, ({ results }) => results.b);
  const built = made.build();
  expectTypeOf<InputOf<typeof built>>().toEqualTypeOf<{ at: string }>();
  expectTypeOf<OutputOf<typeof built>>().toEqualTypeOf<{
    readonly a: string;
    readonly b: number | undefined;
    readonly c: boolean;
  }>();
});
