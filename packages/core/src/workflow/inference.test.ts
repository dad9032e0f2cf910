import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import type { Engine } from "../engine/engine.ts";
import type { RunHandle } from "../engine/run-handle.ts";
import { createTestEngine } from "../testing/kit/index.ts";
import type { Approval, ChildHandle, Decision, StepInfo, WorkflowContext } from "./context.ts";
import { type InputOf, type OutputOf, type Workflow, workflow } from "./definition.ts";
import type { StandardSchemaV1 } from "./schema.ts";
import { service } from "./service.ts";

// What is claimed here is checked by the compiler: by `tsc -b`, which `npm test` begins with, and by wrong-use.test.ts, which
// runs it on this file. Functions that take `ctx` are never called.

const Order = z.object({ id: z.string(), placed: z.coerce.date(), tags: z.array(z.string()).default([]) });
type Order = z.output<typeof Order>;

const order = workflow(
  { name: "order", input: Order, output: z.object({ paid: z.boolean(), at: z.date().optional() }) },
  async () => ({ paid: true }),
);
const choosing = workflow(
  { name: "choosing", input: z.object({ n: z.number() }), output: z.object({ status: z.enum(["done", "none"]) }) },
  async (ctx, { n }) => {
    if (n === 0) return { status: "none" };
    await ctx.step("do", () => n);
    return { status: "done" };
  },
);
const length = workflow({ name: "length", input: z.string() }, async (_ctx, text) => text.length);
const nothing = workflow({ name: "nothing" }, async () => {});
const given = workflow({ name: "given", output: z.enum(["a", "b"]) }, async () => "a" as const);

test("these tests are checked by the compiler", () => {
  expect([order, length, nothing, given].map(({ name }) => name)).toEqual(["order", "length", "nothing", "given"]);
});

describe("a workflow", () => {
  test("takes what its schema takes and is given what the schema gives", () => {
    expectTypeOf<InputOf<typeof order>>().toEqualTypeOf<z.input<typeof Order>>();
    workflow({ name: "w", input: Order }, async (_ctx, input) => {
      expectTypeOf(input).toEqualTypeOf<Order>();
    });
  });

  test("gives what its output schema gives, and may return what the schema takes", () => {
    expectTypeOf<OutputOf<typeof order>>().toEqualTypeOf<{ paid: boolean; at?: Date | undefined }>();
    expectTypeOf<OutputOf<typeof choosing>>().toEqualTypeOf<{ status: "done" | "none" }>();
    const coerced = workflow({ name: "w", output: z.string().transform((text) => text.length) }, async () => "abc");
    expectTypeOf<OutputOf<typeof coerced>>().toEqualTypeOf<number>();
  });

  test("returns what fits its output schema as it stands, literals, lists and objects of classes alike", () => {
    const Report = z.object({
      kind: z.enum(["a", "b"]),
      at: z.date(),
      tags: z.array(z.string()),
      parts: z.array(z.object({ state: z.enum(["on", "off"]), sizes: z.map(z.string(), z.number()) })),
      note: z.string().optional(),
      rest: z.unknown(),
      pair: z.tuple([z.string(), z.number()]),
      scores: z.record(z.string(), z.number()),
    });
    const frozen = workflow({ name: "w", output: Report }, async (ctx) => ({
      kind: "a",
      at: ctx.now(),
      tags: ["x"],
      parts: [{ state: "on", sizes: new Map([["a", 1]]) }],
      rest: null,
      pair: ["a", 1],
      scores: { a: 1 },
    }));
    expectTypeOf<OutputOf<typeof frozen>>().toEqualTypeOf<z.output<typeof Report>>();
    const whole = workflow({ name: "w", output: Report }, async (ctx) =>
      ctx.step("make", () => ({}) as z.input<typeof Report>),
    );
    expectTypeOf<OutputOf<typeof whole>>().toEqualTypeOf<z.output<typeof Report>>();
  });

  test("without an output schema gives what its function returns", () => {
    expectTypeOf<OutputOf<typeof length>>().toEqualTypeOf<number>();
    expectTypeOf<OutputOf<typeof nothing>>().toEqualTypeOf<void>();
    expectTypeOf<OutputOf<typeof given>>().toEqualTypeOf<"a" | "b">();
  });

  test("without an input schema takes nothing", () => {
    expectTypeOf<InputOf<typeof nothing>>().toEqualTypeOf<undefined>();
    expectTypeOf<InputOf<typeof given>>().toEqualTypeOf<undefined>();
    expectTypeOf(given).toEqualTypeOf<Workflow<undefined, "a" | "b">>();
  });
});

describe("a step", () => {
  const steps = async (ctx: WorkflowContext): Promise<void> => {
    expectTypeOf(await ctx.step("sync", () => 7)).toEqualTypeOf<number>();
    expectTypeOf(await ctx.step("async", async () => ({ id: "a" }))).toEqualTypeOf<{ id: string }>();
    expectTypeOf(
      await ctx.step("either", () => (ctx.random() < 0.5 ? "now" : Promise.resolve("later"))),
    ).toEqualTypeOf<string>();
    expectTypeOf(await ctx.step<string>("said", async () => "text")).toEqualTypeOf<string>();
    expectTypeOf(await ctx.step("void", () => {})).toEqualTypeOf<void>();
    expectTypeOf(await ctx.step("never", () => Promise.reject(new Error("no")))).toEqualTypeOf<never>();
    expectTypeOf(await ctx.step("options", async () => [1], { retry: { attempts: 3 }, timeout: "1s" })).toEqualTypeOf<
      number[]
    >();
    const literal = await ctx.step("as const", () => "done" as const);
    expectTypeOf(literal).toEqualTypeOf<"done">();
  };

  const options = async (ctx: WorkflowContext): Promise<void> => {
    await ctx.step(
      "info",
      (info) => {
        expectTypeOf(info).toEqualTypeOf<StepInfo>();
        expectTypeOf(info.lastHeartbeat).toBeUnknown();
        return { receipt: "R" };
      },
      {
        compensate: (result, info) => {
          expectTypeOf(result).toEqualTypeOf<{ receipt: string }>();
          expectTypeOf(info).toEqualTypeOf<StepInfo>();
        },
      },
    );
  };

  test("gives what its function gives, awaited", () => expect(steps).toBeTypeOf("function"));
  test("is undone with its own result", () => expect(options).toBeTypeOf("function"));
});

describe("a hold", () => {
  const holds = async (ctx: WorkflowContext): Promise<void> => {
    const approval = await ctx.approve("a", { title: "?" });
    expectTypeOf(approval).toEqualTypeOf<Approval>();
    expectTypeOf(approval.approved).toEqualTypeOf<boolean>();
    expectTypeOf(approval.outcome).toEqualTypeOf<"approved" | "rejected">();
    const label = await ctx.hold("b", {
      title: "?",
      form: z.object({ label: z.enum(["spam", "ham"]), sure: z.number() }),
    });
    expectTypeOf(label).toEqualTypeOf<Decision<{ label: "spam" | "ham"; sure: number }>>();
    const parsed = await ctx.hold("c", { title: "?", form: z.coerce.date() });
    expectTypeOf(parsed.value).toEqualTypeOf<Date>();
    await ctx.hold("d", {
      title: "?",
      form: z.object({ n: z.number() }),
      deadline: [
        { after: "1d", decide: { n: 1 } },
        { after: "2d", expire: true },
      ],
    });
    await ctx.approve("e", { title: "?", deadline: [{ after: "1d", decide: { approved: false, note: "late" } }] });
  };

  test("is answered with what its form gives", () => expect(holds).toBeTypeOf("function"));
});

describe("other runs and messages", () => {
  const calls = async (ctx: WorkflowContext): Promise<void> => {
    expectTypeOf(await ctx.child(length, "abc")).toEqualTypeOf<number>();
    expectTypeOf(await ctx.child(order, { id: "a", placed: "2026-01-01" })).toEqualTypeOf<OutputOf<typeof order>>();
    const handle = await ctx.spawn(given, undefined, { parentClose: "abandon" });
    expectTypeOf(handle).toEqualTypeOf<ChildHandle<"a" | "b">>();
    expectTypeOf(await handle.result()).toEqualTypeOf<"a" | "b">();
    expectTypeOf(await ctx.signal("paid", z.object({ amount: z.coerce.number() }))).toEqualTypeOf<{ amount: number }>();
    expectTypeOf(
      await ctx.signal("any", {} as StandardSchemaV1<string, Date>, { timeout: "1d" }),
    ).toEqualTypeOf<Date>();
  };

  test("give what the child returns and the schema gives", () => expect(calls).toBeTypeOf("function"));
});

describe("branches", () => {
  const all = async (ctx: WorkflowContext): Promise<void> => {
    const results = await ctx.all({
      n: () => ctx.step("n", () => 1),
      text: async () => "text",
      plain: () => true,
      nested: () => ctx.all({ deep: () => ctx.step("deep", () => null) }),
    });
    expectTypeOf(results).toEqualTypeOf<{ n: number; text: string; plain: boolean; nested: { deep: null } }>();
    expectTypeOf(await ctx.map(["a", "bb"], (text, index) => ctx.step(text, () => text.length + index))).toEqualTypeOf<
      number[]
    >();
    expectTypeOf(await ctx.map([1, 2] as const, (n) => n, { key: (n) => String(n) })).toEqualTypeOf<(1 | 2)[]>();
  };

  const first = async (ctx: WorkflowContext): Promise<string> => {
    const branches = {
      answer: () => ctx.signal("answer", z.object({ text: z.string() })),
      late: () => ctx.sleep("1d"),
      count: async () => 3,
    };
    const won = await ctx.race(branches);
    expectTypeOf(won.winner).toEqualTypeOf<"answer" | "late" | "count">();
    if (won.winner === "answer") expectTypeOf(won.value).toEqualTypeOf<{ text: string }>();
    switch (won.winner) {
      case "answer":
        return won.value.text;
      case "count":
        return won.value.toFixed();
      case "late":
        expectTypeOf(won.value).toEqualTypeOf<void>();
    }
    const any = await ctx.any({ a: () => 1, b: () => "b" }, { keep: true });
    expectTypeOf(any).toEqualTypeOf<{ winner: "a"; value: number } | { winner: "b"; value: string }>();
    return any.winner === "b" ? any.value : any.value.toFixed();
  };

  test("give each branch's result under its name", () => expect(all).toBeTypeOf("function"));
  test("tell by the winner what the value is", () => expect(first).toBeTypeOf("function"));
});

describe("the rest of the context", () => {
  interface Mailer {
    send(to: string): Promise<{ id: string }>;
  }
  const mailer = service<Mailer>("mailer");
  const rest = async (ctx: WorkflowContext): Promise<void> => {
    expectTypeOf(ctx.service(mailer)).toEqualTypeOf<Mailer>();
    expectTypeOf(await ctx.step("send", () => ctx.service(mailer).send("ana"))).toEqualTypeOf<{ id: string }>();
    expectTypeOf(ctx.now()).toEqualTypeOf<Date>();
    expectTypeOf(ctx.random()).toEqualTypeOf<number>();
    expectTypeOf(ctx.uuid()).toEqualTypeOf<string>();
    expectTypeOf(await ctx.shield(async () => 1)).toEqualTypeOf<number>();
    expectTypeOf(ctx.patched("p")).toEqualTypeOf<boolean>();
    expectTypeOf(ctx.continueAsNew).returns.toEqualTypeOf<never>();
  };

  test("is typed, services by their token", () => expect(rest).toBeTypeOf("function"));
  test("a service is provided only with what it is", () => {
    expectTypeOf(mailer.provide).parameters.toEqualTypeOf<[Mailer]>();
  });
});

describe("an engine", () => {
  const runs = async (engine: Engine): Promise<void> => {
    const run = await engine.run(order, { id: "a", placed: new Date(), tags: ["x"] }, { id: "order-a" });
    expectTypeOf(run).toEqualTypeOf<RunHandle<{ paid: boolean; at?: Date | undefined }>>();
    expectTypeOf(await run.result()).toEqualTypeOf<{ paid: boolean; at?: Date | undefined }>();
    expectTypeOf(await (await engine.run(nothing, undefined)).result()).toEqualTypeOf<void>();
    expectTypeOf(
      await (await engine.startOrSignal(length, "a", { name: "s" }, { id: "1" })).result(),
    ).toEqualTypeOf<number>();
    expectTypeOf(await (await engine.get("id")).result()).toBeUnknown();
    expectTypeOf(await (await engine.get<OutputOf<typeof length>>("id")).result()).toEqualTypeOf<number>();
    const fork = await run.fork({ from: "step:a#1", decisions: "reuse" });
    expectTypeOf(fork).toEqualTypeOf<typeof run>();
  };

  test("gives handles that know the result", () => expect(runs).toBeTypeOf("function"));

  test("by a name it takes and gives what cannot be known", () => {
    const byName = async (engine: Engine): Promise<void> => {
      const run = await engine.run("order", { id: 7 });
      expectTypeOf(await run.result()).toBeUnknown();
    };
    expect(byName).toBeTypeOf("function");
  });

  test("for tests is one, and its handles are typed alike", async () => {
    const engine = createTestEngine({ workflows: [length] });
    expectTypeOf(engine).toExtend<Engine>();
    const run = await engine.run(length, "abc");
    expectTypeOf(run).toEqualTypeOf<RunHandle<number>>();
    expect(await run.result()).toBe(3);
    await engine.stop();
  });
});
