import { workflow } from "@holdpoint/core";
import { createTestEngine, type TestEngine } from "@holdpoint/core/testing";
import { afterEach, describe, expect, expectTypeOf, test } from "vitest";
import { pipe } from "./pipe.ts";

describe("a pipe", () => {
  test("hands each function what the one before it gave, synchronous or not", async () => {
    const sum = pipe<number>()
      .pipe((n) => n + 10)
      .pipe(async (n) => n * 2);
    expect(await sum.run(5)).toBe(30);
    expect(await pipe<string>().run("as it is")).toBe("as it is");
  });

  test("is never changed: what is added makes another one", async () => {
    const base = pipe<number>().pipe((n) => n + 1);
    const double = base.pipe((n) => n * 2);
    const caught = base.catch(() => 0);
    expect([await base.run(1), await double.run(1), await caught.run(1)]).toEqual([2, 4, 2]);
  });

  test("tap looks at the value, is waited for, and changes nothing", async () => {
    const seen: number[] = [];
    const watched = pipe<number>()
      .tap(async (n) => {
        await Promise.resolve();
        return seen.push(n);
      })
      .pipe((n) => n + seen.length);
    expect(await watched.run(4)).toBe(5);
    expect(seen).toEqual([4]);
  });

  test("pipeIf leaves a function out where the condition does not hold", async () => {
    const capped = pipe<number>().pipeIf(
      (n) => n > 10,
      () => "many",
    );
    expect([await capped.run(3), await capped.run(30)]).toEqual([3, "many"]);
  });

  test("catch gives what comes out when a function throws, with the value that one was given, wherever it stands", async () => {
    const fails = (n: number): string => {
      throw new Error(`no ${n}`);
    };
    const told: unknown[] = [];
    const early = pipe<number>()
      .catch((error, value) => told.push(value, (error as Error).message) && "mended")
      .pipe((n) => n + 1)
      .pipe(fails)
      .pipe(() => "not reached");
    expect(await early.run(1)).toBe("mended");
    expect(told).toEqual([2, "no 2"]);
    await expect(pipe<number>().pipe(fails).run(7)).rejects.toThrow("no 7");
    expect(await early.catch(async () => "the last one counts").run(1)).toBe("the last one counts");
    const rejects = pipe<number>().pipe(async () => Promise.reject(new Error("later")));
    expect(await rejects.catch((error) => (error as Error).message).run(1)).toBe("later");
  });

  test("hands what it was given beside the value to every function", async () => {
    const rated = pipe<number, { rate: number }>()
      .pipe((n, { rate }) => n * rate)
      .pipeIf(
        (n, { rate }) => n > rate,
        (n, { rate }) => n - rate,
      )
      .catch((_error, _value, { rate }) => rate);
    expect(await rated.run(4, { rate: 3 })).toBe(9);
  });

  test("what goes in and comes out is inferred", () => {
    const typed = pipe<string>()
      .pipe((text) => text.length)
      .tap((n) => expectTypeOf(n).toEqualTypeOf<number>())
      .pipe(async (n) => (n > 1 ? n : null))
      .pipeIf(
        (n): n is null => n === null,
        () => "none" as const,
      );
    expectTypeOf(typed.run("a")).toEqualTypeOf<Promise<number | "none">>();
    expectTypeOf(typed.catch(() => false).run("a")).toEqualTypeOf<Promise<number | "none" | boolean>>();
    // @ts-expect-error a number does not go in
    const wrong = () => typed.run(1);
    // @ts-expect-error the functions need something beside the value
    const missing = () => pipe<number, string>().run(1);
    expect([wrong, missing]).toHaveLength(2);
  });
});

describe.each(["normal", "park", "crash"] as const)("a pipe inside a run (%s)", (discipline) => {
  let engine: TestEngine | null = null;
  afterEach(() => engine?.stop());

  test("does each function once, as a step of its name", async () => {
    const done: string[] = [];
    const add = (n: number): number => n + done.push("add");
    const note = (): void => void done.push("note");
    const flow = workflow({ name: "flow" }, (ctx) =>
      pipe<number>()
        .pipe(add)
        .tap(note)
        .pipe((n) => n * done.length)
        .runIn(ctx, 1),
    );
    engine = createTestEngine({ workflows: [flow], discipline });
    const run = await engine.run(flow, undefined);
    expect(await run.result()).toBe(4);
    expect(done).toEqual(["add", "note"]);
    const keys = (await run.journal()).filter(({ type }) => type === "step.settled").map(({ key }) => key);
    expect(keys).toEqual(["step:add#1", "step:note#1", "step:pipe 3#1"]);
  });

  test("that a run is cancelled is not caught", async () => {
    const caught: string[] = [];
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.sleep("1d").catch(() => {});
      return pipe<number>()
        .pipe((n) => n)
        .catch(() => caught.push("caught"))
        .runIn(ctx, 1);
    });
    engine = createTestEngine({ workflows: [flow], discipline });
    const run = await engine.run(flow, undefined);
    await engine.advance("1h");
    await run.cancel("enough");
    await expect(run.result()).rejects.toThrow("enough");
    expect(caught).toEqual([]);
  });
});
