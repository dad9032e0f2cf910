import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { EngineOptions } from "../engine/options.ts";
import { NonRetryableError, StepFailedError, TimeoutError } from "../errors.ts";
import type { StepInfo } from "../workflow/context.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { workflow } from "../workflow/definition.ts";
import { disciplines, World } from "./world.fixture.ts";

let world: World;
const open = (workflows: readonly AnyWorkflow[], options: Partial<EngineOptions> = {}): World => {
  world = new World(workflows, options);
  return world;
};
afterEach(() => world.stop());

describe.each(disciplines)("a step, %s", (discipline) => {
  test("runs once and gives its result, whatever happens around it", async () => {
    const two = workflow({ name: "two" }, async (ctx) => {
      const a = await ctx.step("a", () => world.did("a", { n: 1, at: new Date(5), big: 7n }));
      const b = await ctx.step("b", async () => world.did("b", a.n + 1));
      return { a, b };
    });
    open([two], { discipline });
    expect(await world.complete(two, undefined)).toEqual({ a: { n: 1, at: new Date(5), big: 7n }, b: 2 });
    expect(world.effects).toEqual(["a", "b"]);
  });

  test("shows how far it is to whoever looks on, a few times a second, and nothing once it has ended", async () => {
    const held = Promise.withResolvers<void>();
    const long = workflow({ name: "long" }, async (ctx) =>
      ctx.step("import", async ({ progress }) => {
        for (let page = 1; page <= 500; page++) progress({ page, at: new Date(page) });
        await held.promise;
        return "done";
      }),
    );
    open([long], { discipline });
    const run = await world.begin(long, undefined);
    await world.clock.advance(1000);
    const shown = { key: "step:import#1", name: "import", attempt: 1, value: { page: 500, at: new Date(500) } };
    await expect.poll(() => run.progress()).toMatchObject([shown]);
    expect((await run.journal()).filter(({ key }) => key === "step:import#1")).toEqual([]);
    held.resolve();
    await world.clock.settle();
    await world.clock.advance(1000);
    expect(await run.result()).toBe("done");
    expect(await run.progress()).toEqual([]);
  });

  test("is tried as often as its policy says, with growing pauses and jitter", async () => {
    const flaky = workflow({ name: "flaky" }, async (ctx) =>
      ctx.step(
        "flaky",
        ({ attempt }) => {
          world.did(`${attempt} at ${world.clock.now() - began}`);
          if (attempt < 5) throw new Error(`no ${attempt}`);
          return attempt;
        },
        { retry: { attempts: 5, initial: "10s", coefficient: 3, max: "1m", jitter: 0.2 } },
      ),
    );
    open([flaky], { discipline });
    const began = world.clock.now();
    expect(await world.complete(flaky, undefined)).toBe(5);
    // 0.5 of 20 % off each: 9, 27, 54, 54 seconds.
    expect(world.effects).toEqual(["1 at 0", "2 at 9000", "3 at 36000", "4 at 90000", "5 at 144000"]);
  });

  test("fails by name with its last error as cause, the same live and replayed", async () => {
    const seen: unknown[] = [];
    const failing = workflow({ name: "failing" }, async (ctx) => {
      try {
        await ctx.step("pay", () => Promise.reject(new RangeError("too much", { cause: { code: 7 } })), {
          retry: { attempts: 2, initial: 1 },
        });
      } catch (error) {
        seen.push(error);
      }
      await ctx.sleep("1h");
      return ctx.step("after", () => "went on");
    });
    open([failing], { discipline });
    expect(await world.complete(failing, undefined)).toBe("went on");
    expect(seen.length).toBeGreaterThan(0);
    for (const error of seen) {
      expect(error).toBeInstanceOf(StepFailedError);
      const { message, details, cause } = error as StepFailedError & { cause: Error };
      expect(message).toBe('step "pay" failed after 2 attempts: too much');
      expect(details).toEqual({ key: "step:pay#1", step: "pay", attempts: 2 });
      expect(cause).toBeInstanceOf(RangeError);
      expect(cause.cause).toEqual({ code: 7 });
    }
  });

  test("stops trying on NonRetryableError and when the predicate says so", async () => {
    const two = workflow({ name: "two" }, async (ctx) => {
      const retry = { attempts: 9, initial: 1 };
      const a = await ctx
        .step("a", () => Promise.reject(world.did("a", new NonRetryableError("never"))), { retry })
        .catch((error: Error) => (error.cause as Error).message);
      const b = await ctx
        .step("b", () => Promise.reject(world.did("b", new TypeError("bad"))), {
          retry: { ...retry, retryable: (error) => !(error instanceof TypeError) },
        })
        .catch((error: Error) => (error.cause as Error).message);
      return [a, b];
    });
    open([two], { discipline });
    expect(await world.complete(two, undefined)).toEqual(["never", "bad"]);
    expect(world.effects).toEqual(["a", "b"]);
  });

  test("hands out one idempotency key over all attempts, another per generation and call", async () => {
    const keys: string[] = [];
    const looping = workflow({ name: "looping", input: z.number() }, async (ctx, n) => {
      const note = ({ idempotencyKey, attempt }: StepInfo): void => {
        keys.push(idempotencyKey);
        if (attempt < 2) throw new Error("again");
      };
      await ctx.step("pay", note, { retry: { attempts: 2, initial: 1 } });
      await ctx.step("pay", note, { retry: { attempts: 2, initial: 1 } });
      if (n < 2) ctx.continueAsNew(n + 1);
      return n;
    });
    open([looping], { discipline });
    expect(await world.complete(looping, 1, { id: "L" })).toBe(2);
    expect(keys).toHaveLength(8);
    const [first, again, second, , third] = keys;
    expect(again).toBe(first);
    expect(new Set([first, second, third]).size).toBe(3);
  });

  test("fails by name when its result cannot be stored, or is too large", async () => {
    const two = workflow({ name: "two" }, async (ctx) => {
      const say = (error: Error & { cause?: Error }): string => `${error.message}`;
      const retry = { attempts: 3, initial: 1 };
      const a = await ctx.step("odd", () => world.did("odd", { deep: { fn: () => 1 } }), { retry }).catch(say);
      const b = await ctx.step("big", () => world.did("big", "x".repeat(5000)), { retry }).catch(say);
      return [a, b];
    });
    open([two], { discipline, limits: { payload: 4000 } });
    const [odd, big] = (await world.complete(two, undefined)) as string[];
    expect(odd).toMatch(/step "odd" failed after 1 attempt: result of step "odd" at deep.fn: is a function/);
    expect(big).toMatch(/step "big" failed after 1 attempt: result of step "big" is \d+ bytes, the limit is 4000/);
    expect(world.effects).toEqual(["odd", "big"]);
  });

  test("notes what reliability figures are made of", async () => {
    const scored = workflow({ name: "scored" }, async (ctx) =>
      ctx.step(
        "score",
        ({ measure, attempt }) => {
          measure({ confidence: 0.7, predicted: "spam", tools: [{ name: "lookup", ms: 12 }] });
          measure({ mode: "assisted", tools: [{ name: "rank", ms: 3, ok: false }] });
          if (attempt === 1) throw new Error("no");
          return 1;
        },
        { mode: "auto", retry: { attempts: 2, initial: 1 } },
      ),
    );
    open([scored], { discipline });
    const run = await world.begin(scored, undefined);
    await world.result(run);
    const events = (await world.check(run)).filter((event) => event.key === "step:score#1");
    const measures = {
      declared: "auto",
      mode: "assisted",
      confidence: 0.7,
      predicted: "spam",
      tools: [
        { name: "lookup", ms: 12 },
        { name: "rank", ms: 3, ok: false },
      ],
    };
    expect(events.map((event) => [event.type, event.outcome, event.measures])).toEqual([
      ["step.attempt", "error", measures],
      ["step.settled", "ok", measures],
    ]);
  });

  test("a time-out fires the attempt's signal and counts as a failure", async () => {
    const slow = workflow({ name: "slow" }, async (ctx) =>
      ctx
        .step(
          "slow",
          ({ signal, attempt }) =>
            new Promise<string>((resolve) => {
              signal.addEventListener("abort", () => world.did(`${attempt} ${(signal.reason as Error).name}`));
              if (attempt === 3) resolve("in time");
            }),
          { timeout: "10s", retry: { attempts: 3, initial: "1m", jitter: 0 } },
        )
        .then((value) => `${value} at ${world.clock.now() - began}`),
    );
    open([slow], { discipline });
    const began = world.clock.now();
    expect(await world.complete(slow, undefined)).toBe("in time at 140000");
    expect(world.effects).toEqual(["1 TimeoutError", "2 TimeoutError"]);
  });

  test("an unusable option is the author's mistake, said at the call", async () => {
    const wrong = workflow({ name: "wrong" }, async (ctx) => {
      const say = (error: Error): string => error.message;
      return [
        await ctx.step("a", () => world.did("a"), { timeout: "soon" }).catch(say),
        await ctx.step("b", () => world.did("b"), { retry: { attempts: 0 } }).catch(say),
        await ctx.step("c", () => world.did("c"), { retry: { attempts: 2, initial: "x" } }).catch(say),
        await ctx.step("d", () => world.did("d"), { heartbeat: -1 }).catch(say),
        await ctx.step("e", () => world.did("e"), { retry: { attempts: 2, jitter: 2 } }).catch(say),
        await ctx.step("f", () => world.did("f"), { cache: { key: "k", ttl: "long" } }).catch(say),
        await ctx.step("g", "not a function" as never).catch(say),
      ];
    });
    open([wrong], { discipline });
    expect(await world.complete(wrong, undefined)).toEqual([
      expect.stringMatching(/^step "a" timeout: "soon" is not a duration/),
      expect.stringMatching(/^step "b"\.retry\.attempts: 0 must be/),
      expect.stringMatching(/^step "c" retry\.initial: "x" is not a duration/),
      expect.stringMatching(/^step "d" heartbeat: -1 is not a length of time/),
      expect.stringMatching(/^step "e"\.retry\.jitter: 2 must be/),
      expect.stringMatching(/^step "f" cache\.ttl: "long" is not a duration/),
      expect.stringMatching(/^step "g"\.fn: must be a function/),
    ]);
    expect(world.effects).toEqual([]);
  });

  test("a predicate that throws fails the step with what it threw", async () => {
    const wrong = workflow({ name: "wrong" }, async (ctx) =>
      ctx
        .step("a", () => Promise.reject(new Error("first")), {
          retry: {
            attempts: 3,
            retryable: () => {
              throw new Error("predicate broke");
            },
          },
        })
        .catch((error: Error) => (error.cause as Error).message),
    );
    open([wrong], { discipline });
    expect(await world.complete(wrong, undefined)).toBe("predicate broke");
  });
});

describe("a step and a crash", () => {
  test("a failed attempt is recorded before its back-off: five attempts in all over a crash", async () => {
    const flaky = workflow({ name: "flaky" }, async (ctx) =>
      ctx
        .step("flaky", ({ attempt }) => Promise.reject(world.did(`attempt ${attempt}`, new Error("no"))), {
          retry: { attempts: 5, initial: "1m", jitter: 0, coefficient: 1 },
        })
        .catch((error: StepFailedError) => error.details.attempts),
    );
    open([flaky]);
    const run = await world.begin(flaky, undefined);
    await world.clock.advance(130_000);
    expect(world.effects).toHaveLength(3);
    await world.engine.crash();
    await world.clock.settle();
    expect(world.effects).toHaveLength(3);
    expect(await world.result(run)).toBe(5);
    expect(world.effects).toEqual([1, 2, 3, 4, 5].map((n) => `attempt ${n}`));
    await world.check(run);
  });

  test("in flight without `once` it is done again, with the same attempt number", async () => {
    const stuck = workflow({ name: "stuck" }, async (ctx) =>
      ctx.step("stuck", ({ attempt }) => {
        world.did(`attempt ${attempt}`);
        return world.effects.length < 2 ? new Promise<string>(() => {}) : "done";
      }),
    );
    open([stuck]);
    const run = await world.begin(stuck, undefined);
    await world.engine.crash();
    expect(await world.result(run)).toBe("done");
    expect(world.effects).toEqual(["attempt 1", "attempt 1"]);
    await world.check(run);
  });
});

describe("heartbeat", () => {
  const beating = (script: (info: StepInfo) => unknown, retry = { attempts: 3, initial: 1000, jitter: 0 }) =>
    workflow({ name: "beating" }, async (ctx) => ctx.step("beat", (info) => script(info), { heartbeat: "9s", retry }));

  test("is recorded at most once per third of its limit, and destructures", async () => {
    const flow = beating(async ({ heartbeat }) => {
      for (let i = 1; i <= 10; i++) {
        heartbeat({ i });
        await new Promise<void>((resolve) => world.clock.timer(1000, resolve));
      }
      return "done";
    });
    open([flow]);
    const run = await world.begin(flow, undefined);
    expect(await world.result(run)).toBe("done");
    const events = await world.check(run);
    expect(events.filter((event) => event.type === "step.beat").map((event) => event.value)).toEqual([
      { i: 1 },
      { i: 4 },
      { i: 7 },
      { i: 10 },
    ]);
  });

  test("silence longer than its limit ends the attempt", async () => {
    const flow = beating(
      ({ attempt, signal }) => {
        signal.addEventListener("abort", () => world.did(`abort ${world.clock.now() - began}`));
        return attempt === 1 ? new Promise(() => {}) : `attempt ${attempt}`;
      },
      { attempts: 2, initial: 1000, jitter: 0 },
    );
    open([flow]);
    const began = world.clock.now();
    const run = await world.begin(flow, undefined);
    expect(await world.result(run)).toBe("attempt 2");
    expect(world.effects).toEqual(["abort 9000"]);
  });

  test("the last recorded details come back in the next attempt and after a crash", async () => {
    const flow = beating(({ attempt, heartbeat, lastHeartbeat }) => {
      world.did(`${attempt}: ${JSON.stringify(lastHeartbeat)}`);
      if (world.effects.length === 1) {
        heartbeat({ page: 1 });
        throw new Error("first attempt fails");
      }
      if (world.effects.length === 2) {
        heartbeat({ page: 2 });
        return new Promise(() => {});
      }
      heartbeat({ page: 3 });
      return "done";
    });
    open([flow]);
    const run = await world.begin(flow, undefined);
    await world.clock.advance(2000);
    await world.engine.crash();
    expect(await world.result(run)).toBe("done");
    expect(world.effects).toEqual(["1: undefined", '2: {"page":1}', '2: {"page":2}']);
    await world.check(run);
  });
});

describe("a cached step", () => {
  test("shares its result between runs of the workflow until its time is up, and undefined too", async () => {
    const cached = workflow({ name: "cached" }, async (ctx) => {
      const a = await ctx.step("rate", () => world.did("rate", { rate: 3 }), { cache: { key: "k", ttl: "1h" } });
      await ctx.step("note", () => world.did("note"), { cache: { key: "n", ttl: "1h" } });
      return a;
    });
    open([cached]);
    expect(await world.complete(cached, undefined)).toEqual({ rate: 3 });
    await world.clock.advance(1_800_000);
    expect(await world.complete(cached, undefined)).toEqual({ rate: 3 });
    expect(world.effects).toEqual(["rate", "note"]);
    // Using it does not make it last longer.
    await world.clock.advance(1_800_001);
    expect(await world.complete(cached, undefined)).toEqual({ rate: 3 });
    expect(world.effects).toEqual(["rate", "note", "rate", "note"]);
  });

  test("crosses workflows only with scope namespace", async () => {
    const make = (name: string, scope?: "namespace" | "workflow") =>
      workflow({ name }, async (ctx) =>
        ctx.step("rate", () => world.did(name), { cache: { key: "k", ttl: "1h", ...(scope ? { scope } : {}) } }),
      );
    const [a, b, c, d] = [make("a", "namespace"), make("b", "namespace"), make("c"), make("d", "workflow")];
    open([a, b, c, d]);
    for (const one of [a, b, c, d]) await world.complete(one, undefined);
    expect(world.effects).toEqual(["a", "c", "d"]);
  });

  test("a result that came from the cache is not this run's to undo", async () => {
    const booked = workflow({ name: "booked", input: z.boolean() }, async (ctx, fail) => {
      await ctx.step("book", () => world.did("book", 1), {
        cache: { key: "k", ttl: "1h" },
        compensate: () => world.did("unbook"),
      });
      await ctx.sleep("1m");
      if (fail) throw new Error("no");
    });
    open([booked]);
    await world.complete(booked, false);
    const run = await world.begin(booked, true);
    expect((await world.failure(run)).message).toBe("no");
    expect(world.effects).toEqual(["book"]);
  });
});

test("TimeoutError says what took too long", async () => {
  const slow = workflow({ name: "slow" }, async (ctx) =>
    ctx.step("slow", () => new Promise(() => {}), { timeout: 50 }).catch((error: Error) => error.cause),
  );
  open([slow]);
  const error = (await world.complete(slow, undefined)) as TimeoutError;
  expect(error).toBeInstanceOf(TimeoutError);
  expect(error.message).toBe('step "slow" did not finish within 50 ms');
});
