import { service, workflow } from "@holdpoint/core";
import { type Answer, createTestEngine, elapse } from "@holdpoint/core/testing";
import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import type { StepArguments } from "../definition/registry.ts";
import type { Flow } from "../interpret/flow.ts";
import { flow } from "./chain.ts";
import { step } from "./step.ts";
import { otherwise } from "./types.ts";

const disciplines = ["normal", "park", "crash"] as const;

async function ran<In, Out>(
  made: Flow<In, Out>,
  input: In,
  { answers = {}, discipline = "normal", workflows = [] }: RunSettings = {},
) {
  const engine = createTestEngine({ workflows: [made, ...workflows], answers, discipline });
  try {
    const run = await engine.run(made, input, { id: "r1" });
    const result = await run.result();
    return { result, run: await run.describe() };
  } finally {
    await engine.stop();
  }
}

interface RunSettings {
  answers?: Record<string, Answer>;
  discipline?: (typeof disciplines)[number];
  workflows?: Parameters<typeof createTestEngine>[0]["workflows"];
}

const text = z.object({ text: z.string() });
const count = step({ id: "count", input: text, run: ({ input }) => ({ words: input.text.split(" ").length }) });
const double = step({ id: "double", run: ({ input }: { input: { words: number } }) => input.words * 2 });

describe.each(disciplines)("%s:", (discipline) => {
  test("each step gets what the one before it gave", async () => {
    const made = flow("counting", { input: text })
      .then(count)
      .then(double)
      .then("say", ({ input }) => `twice ${input}`)
      .map((said, { count: { words }, input }) => `${said}: ${words} in "${input.text}"`)
      .build();
    expectTypeOf(made).toEqualTypeOf<Flow<{ text: string }, string>>();
    const { result } = await ran(made, { text: "a b c" }, { discipline });
    expect(result).toBe('twice 6: 3 in "a b c"');
  });

  test("call does workflow code whose own calls are recorded, in branches and loops as well", async () => {
    let asked = 0;
    const made = flow("called", { input: text })
      .call("twice", async (ctx, { text: words }) => {
        const one = await ctx.step("one", () => ++asked);
        return { words, sum: one + (await ctx.step("two", () => ++asked)) };
      })
      .doUntil(
        (turn) =>
          turn.call("more", async (ctx, { words, sum }, { twice }) => ({
            words,
            sum: sum + twice.sum + (await ctx.step("more", () => ++asked)),
          })),
        ({ sum }) => sum > 10,
      )
      .map(({ words, sum }) => `${words} ${sum}`)
      .build();
    const { result } = await ran(made, { text: "tea" }, { discipline });
    expect(result).toBe("tea 16");
    expect(asked).toBe(4);
    expect(made.definition.nodes[0]).toMatchObject({ id: "twice", kind: "code" });
  });

  test("an approved hold goes one way, a rejected one the other, and exactly one of them", async () => {
    const done: string[] = [];
    const made = flow("pay", { input: z.object({ amount: z.number() }) })
      .approve("sign", ({ amount }) => ({ title: `Pay ${amount}?` }))
      .ifApproved((yes) =>
        yes.then("pay", ({ input }) => {
          done.push("pay");
          return input.amount;
        }),
      )
      .ifRejected((no) =>
        no.then("tell", () => {
          done.push("tell");
          return "declined" as const;
        }),
      )
      .then("file", ({ input }) => ({ filed: input }))
      .build();
    expectTypeOf(made).toEqualTypeOf<Flow<{ amount: number }, { filed: number | "declined" }>>();
    const yes = await ran(made, { amount: 12 }, { answers: { sign: { approved: true } }, discipline });
    expect(yes.result).toEqual({ filed: 12 });
    const no = await ran(made, { amount: 12 }, { answers: { sign: { approved: false } }, discipline });
    expect(no.result).toEqual({ filed: "declined" });
    expect(done).toEqual(["pay", "tell"]);
    expect(no.run.outcome).toBe("success");
  });

  test("without ifRejected a no completes the run with the outcome rejected", async () => {
    const made = flow("pay", { input: z.object({ amount: z.number() }) })
      .approve("sign", { title: "Pay?" })
      .then("pay", ({ input }) => input.amount)
      .build();
    expectTypeOf(made).toEqualTypeOf<Flow<{ amount: number }, number | null>>();
    const { result, run } = await ran(made, { amount: 12 }, { answers: { sign: { approved: false } }, discipline });
    expect(result).toBeNull();
    expect(run).toMatchObject({ status: "completed", outcome: "rejected" });
  });

  test("the first branch whose condition holds is taken, otherwise the last one", async () => {
    const made = flow("grade", { input: z.object({ risk: z.number() }) })
      .branch([
        [({ risk }) => risk > 0.9, (high) => high.then("stop", () => "stopped" as const)],
        [({ risk }) => risk > 0.5, (some) => some.map(() => "looked at" as const)],
        [otherwise, (low) => low.map(() => "passed" as const)],
      ])
      .build();
    expectTypeOf(made).toEqualTypeOf<Flow<{ risk: number }, "stopped" | "looked at" | "passed">>();
    for (const [risk, result] of [
      [0.95, "stopped"],
      [0.6, "looked at"],
      [0.1, "passed"],
    ] as const) {
      expect((await ran(made, { risk }, { discipline })).result).toBe(result);
    }
  });

  test("fanOut takes every branch whose condition holds", async () => {
    const tag = <const Id extends string>(id: Id) =>
      step({ id, run: ({ input }: { input: number }) => `${id} ${input}` });
    const made = flow("sort", { input: z.number() })
      .fanOut([
        [(n) => n % 2 === 0, tag("even")],
        [(n) => n % 3 === 0, tag("third")],
        [otherwise, tag("none")],
      ])
      .build();
    expectTypeOf(made).toEqualTypeOf<Flow<number, { even?: string; third?: string; none?: string }>>();
    expect((await ran(made, 6, { discipline })).result).toEqual({ even: "even 6", third: "third 6" });
    expect((await ran(made, 4, { discipline })).result).toEqual({ even: "even 4" });
    expect((await ran(made, 5, { discipline })).result).toEqual({ none: "none 5" });
  });

  test("parallel gives an object keyed by name", async () => {
    const made = flow("both", { input: text })
      .parallel({ count, shout: (one) => one.then("up", ({ input }) => input.text.toUpperCase()) })
      .build();
    expectTypeOf(made).toEqualTypeOf<Flow<{ text: string }, { count: { words: number }; shout: string }>>();
    expect((await ran(made, { text: "a b" }, { discipline })).result).toEqual({ count: { words: 2 }, shout: "A B" });
  });

  test("foreach keeps the order and names items by their key", async () => {
    const made = flow("all", { input: z.object({ people: z.array(z.object({ id: z.string() })) }) })
      .foreach(
        ({ people }) => people,
        (one) => one.then("tell", ({ input }) => `told ${input.id}`),
        {
          key: ({ id }) => id,
          concurrency: 2,
        },
      )
      .build();
    expectTypeOf(made).toEqualTypeOf<Flow<{ people: { id: string }[] }, string[]>>();
    const { result } = await ran(made, { people: [{ id: "a" }, { id: "b" }, { id: "c" }] }, { discipline });
    expect(result).toEqual(["told a", "told b", "told c"]);
  });

  test("foreach with a step, whose items have more than it takes; inside branches what came before is seen", async () => {
    const short = step({
      id: "short",
      input: z.object({ name: z.string() }),
      run: ({ input }) => input.name.slice(0, 2),
    });
    const made = flow("all", { input: z.array(z.object({ id: z.number(), name: z.string() })) })
      .then("count", ({ input }) => ({ people: input, many: input.length > 1 }))
      .foreach(({ people }) => people, short, { key: ({ id }) => String(id) })
      .branch([
        [
          (names) => names.length > 1,
          (several) => several.map((names, { count, input }) => [count.many, input.length, names]),
        ],
        [otherwise, (one) => one.map((names) => names[0])],
      ])
      .build();
    const { result } = await ran(
      made,
      [
        { id: 1, name: "Anna" },
        { id: 2, name: "Ben" },
      ],
      { discipline },
    );
    expect(result).toEqual([true, 2, ["An", "Be"]]);
  });

  test("a loop goes on until its condition holds, and waits in between", async () => {
    const made = flow("poll", { input: z.number() })
      .doUntil(
        (one) => one.then("add", ({ input }) => input + 1),
        (n) => n >= 3,
        { delay: "1m" },
      )
      .doWhile(
        (one) => one.then("take", ({ input }) => input - 1),
        (n, { iteration }) => n > 0 && iteration < 2,
      )
      .build();
    const engine = createTestEngine({ workflows: [made], discipline });
    const run = await engine.run(made, 0, { id: "r1" });
    expect(await run.result()).toBe(1);
    const { createdAt, finishedAt } = await run.describe();
    expect(Number(finishedAt) - Number(createdAt)).toBe(120_000);
  });

  test("waits leave the value as it is, and their message in the results", async () => {
    const made = flow("waits", { input: z.number() })
      .sleep("1h")
      .sleepUntil(new Date("2026-01-02T00:00:00Z"))
      .signal("paid", z.object({ amount: z.number() }))
      .hold("label", { title: "Which?", form: z.object({ label: z.string() }) })
      .map((n, { paid, label }) => `${n} ${paid.amount} ${label.value.label}`)
      .build();
    const engine = createTestEngine({ workflows: [made], answers: { label: { label: "ham" } }, discipline });
    const run = await engine.run(made, 7, { id: "r1" });
    await run.signal("paid", { amount: 3 });
    expect(await run.result()).toBe("7 3 ham");
  });

  test("a failure is dealt with, and steps are undone when the run fails after them", async () => {
    const undone: unknown[] = [];
    const made = flow("trip", { input: z.string() })
      .then("book", ({ input }) => `booking ${input}`)
      .compensate((booking) => undone.push(booking))
      .then("charge", () => {
        throw new Error("no money");
      })
      .build();
    await expect(ran(made, "Rome", { discipline })).rejects.toThrow("no money");
    expect(undone).toEqual(["booking Rome"]);

    const caught = flow("careful", { input: z.string() })
      .then("charge", () => {
        throw new Error("no money");
      })
      .onError((failed) => failed.map(({ error, input }) => `${input}: ${(error as Error).message}`))
      .build();
    const { result } = await ran(caught, "Rome", { discipline });
    expect(result).toBe('Rome: step "charge" failed after 1 attempt: no money');
  });

  test("a child is a run of its own", async () => {
    const child = workflow({ name: "square", input: z.number() }, async (_ctx, n) => n * n);
    const made = flow("parent", { input: z.number() })
      .child(child)
      .map((n) => n + 1)
      .build();
    expectTypeOf(made).toEqualTypeOf<Flow<number, number>>();
    expect((await ran(made, 3, { workflows: [child], discipline })).result).toBe(10);
  });

  test("a race ends with the first of its branches", async () => {
    const made = flow("first", { input: z.number() })
      .race({ paid: (a) => a.signal("paid", z.unknown()).map(() => "paid" as const), late: (b) => b.sleep("1h") })
      .build();
    expectTypeOf(made).toEqualTypeOf<
      Flow<number, { winner: "paid"; value: "paid" } | { winner: "late"; value: number }>
    >();
    expect((await ran(made, 3, { discipline })).result).toEqual({ winner: "late", value: 3 });
  });
});

const broken = step({
  id: "broken",
  run: (): string => {
    throw new Error("broken");
  },
});

describe("when a branch fails", () => {
  const slow = (log: string[]) =>
    step({
      id: "slow",
      run: async () => {
        await elapse("5ms");
        log.push("slow");
        return "slow";
      },
    });
  const after = (log: string[]) => step({ id: "after", run: () => log.push("after") });

  test("cancel-siblings ends the others", async () => {
    const log: string[] = [];
    const made = flow("f", {})
      .parallel({ broken, slow: (one) => one.then(slow(log)).then(after(log)) })
      .build();
    await expect(ran(made, undefined)).rejects.toThrow("broken");
    expect(log).not.toContain("after");
  });

  test("wait-all lets them finish, and then fails", async () => {
    const log: string[] = [];
    const made = flow("f", {})
      .parallel({ broken, slow: (one) => one.then(slow(log)).then(after(log)) }, { onFailure: "wait-all" })
      .build();
    await expect(ran(made, undefined)).rejects.toThrow("broken");
    expect(log).toEqual(["slow", "after"]);
  });

  test("collect makes failures results", async () => {
    const made = flow("f", {})
      .parallel({ broken, fine: step({ id: "fine", run: () => 1 }) }, { onFailure: "collect" })
      .build();
    const { result } = await ran(made, undefined);
    expect(result.fine).toEqual({ ok: true, value: 1 });
    expect(result.broken).toMatchObject({ ok: false, error: { code: "STEP_FAILED" } });
  });
});

test("a loop without an end fails by its name", async () => {
  const made = flow("f", {})
    .doUntil(step({ id: "again", run: () => undefined }), () => false, { maxIterations: 3, name: "for ever" })
    .build();
  await expect(ran(made, undefined)).rejects.toThrow(
    'the loop "for ever" went on after 3 iterations, at "for ever"; raise maxIterations if that is right',
  );
  const hundred = flow("f", {})
    .doUntil(step({ id: "again", run: () => undefined }), () => false)
    .build();
  await expect(ran(hundred, undefined)).rejects.toThrow("after 100 iterations");
});

test("a condition that throws fails the run, with the case named", async () => {
  const made = flow("f", { input: z.object({ a: z.object({ b: z.number() }).optional() }) })
    .branch([[(value) => (value.a as { b: number }).b > 1, step({ id: "big", run: () => 1 })]])
    .build();
  await expect(ran(made, {})).rejects.toThrow('case "big" of "branch-1" could not be decided: Cannot read');
});

test("a deadline never approves by itself", async () => {
  const made = flow("f", {})
    .approve("sign", { title: "Go?", deadline: [{ after: "1h", decide: { approved: false } }] })
    .then("go", () => "gone")
    .build();
  const { result, run } = await ran(made, undefined);
  expect(result).toBeNull();
  expect(run.outcome).toBe("rejected");
});

test("a step has all that other steps have, whether its input is checked or not", async () => {
  const desk = service<{ name: string }>("desk");
  const facts = ({ service, run, attempt, idempotencyKey, signal, log, heartbeat, measure }: StepArguments<string>) => {
    log.info("here");
    heartbeat(1);
    measure({ confidence: 1 });
    return [service(desk).name, run.id, attempt, idempotencyKey, signal.aborted];
  };
  const made = flow("f", { input: z.string() })
    .parallel({
      checked: step({ id: "checked", input: z.string(), run: facts }),
      plain: step({ id: "plain", run: facts }),
    })
    .build();
  const engine = createTestEngine({ workflows: [made], services: [desk.provide({ name: "front" })] });
  const { checked, plain } = await (await engine.run(made, "x", { id: "r1" })).result();
  await engine.stop();
  expect(checked).toEqual(["front", "r1", 1, expect.stringContaining("r1/"), false]);
  expect(plain).toEqual(["front", "r1", 1, expect.stringContaining("r1/"), false]);
});

test("what a step writes into the state it was given changes nothing, live or in a replay", async () => {
  const made = flow("f", { input: z.number() })
    .then("one", ({ input }) => input + 1)
    .then("writes", ({ input, state }) => {
      (state as Record<string, unknown>).one = "overwritten";
      return input;
    })
    .map((_value, { one }) => one)
    .build();
  for (const discipline of disciplines) expect((await ran(made, 1, { discipline })).result).toBe(2);
});

test("an input that does not fit a step's schema fails it once, by field", async () => {
  const picky = step({
    id: "picky",
    input: z.object({ n: z.number() }),
    run: ({ input }) => input.n,
    retry: { attempts: 5 },
  });
  const made = flow("f", { input: z.unknown() })
    .map((value) => value as { n: number })
    .then(picky)
    .build();
  await expect(ran(made, { n: "x" })).rejects.toThrow('step "picky" failed after 1 attempt: input of step "picky".n');
});

test("the answer to an approval may stop a whole flow from inside a branch", async () => {
  const made = flow("f", { input: z.number() })
    .parallel({
      asked: (one) => one.approve("sign", { title: "Go?" }),
      waits: (two) => two.signal("never", z.unknown()),
    })
    .then("after", () => "after" as const)
    .build();
  expectTypeOf(made).toEqualTypeOf<Flow<number, "after" | null>>();
  const { result, run } = await ran(made, 1, { answers: { sign: { approved: false } } });
  expect(result).toBeNull();
  expect(run.outcome).toBe("rejected");
});

test("a chain is not changed by going on with it", async () => {
  const start = flow("f", { input: z.number() }).then("one", ({ input }) => input + 1);
  const a = start.then("two", ({ input }) => input * 2).build();
  const b = start.then("two", ({ input }) => input * 3).build();
  expect((await ran(a, 1)).result).toBe(4);
  expect((await ran(b, 1)).result).toBe(6);
});

test("names that conditions could not tell apart are refused", () => {
  const one = step({ id: "one", run: () => 1 });
  expect(() => flow("f").then(one).then(one)).toThrow(
    'flow "f".one: is there already; give the second one a name of its own',
  );
  expect(() => flow("f").then("input", () => 1)).toThrow("choose another name");
  expect(() => flow("f").then("a.b", () => 1)).toThrow('"a.b" has a dot in it');
});

test("calls that make no sense are refused to those who write without types, too", () => {
  const start = flow("f", { input: text });
  // @ts-expect-error there is no approval to answer
  expect(() => start.ifApproved(count)).toThrow('flow "f".ifApproved: must follow an approve');
  // @ts-expect-error only a step can be undone
  expect(() => start.sleep("1h").compensate(() => {})).toThrow('flow "f".compensate: must follow a step');
});

/** Never called: that none of it compiles is checked with the rest of the code. */
export function wrongUse(): void {
  const start = flow("f", { input: text });
  // @ts-expect-error double takes words, and nothing has counted them yet
  start.then(double);
  // @ts-expect-error the value is no list
  start.foreach(count);
  start.then(count).map((value) => {
    // @ts-expect-error count gives words
    return value.letters;
  });
  start.approve("sign", { title: "?" }).map((_value, seen) => {
    // @ts-expect-error nothing of that name came before
    return seen.signed;
  });
  start
    .approve("sign", { title: "?" })
    .ifApproved(count)
    // @ts-expect-error it is answered already
    .ifApproved(count);
  // @ts-expect-error a child that takes something else
  start.child(workflow({ name: "n", input: z.number() }, async () => 1));
}
