import { type WorkflowContext, workflow } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { database } from "@holdpoint/sql";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { models, modelsService } from "../models/models.ts";
import { scriptedModel } from "../scripted/scripted-model.ts";
import { llmStep } from "../step/llm-step.ts";
import { type Budget, BudgetError } from "./budget.ts";
import { type BudgetsOptions, budgets, budgetsService } from "./budgets.ts";
import { databaseSpendingBook } from "./database-book.ts";
import { memorySpendingBook } from "./spending-book.ts";

/** A model at a dollar for a thousand tokens, each answer of which takes a hundred. */
const prices = { "scripted/*": { input: 1000, output: 1000 } };
const usage = { input: 60, output: 40 };

/** A run that asks so many times, with 50 tokens of answer each. */
function lab(options: BudgetsOptions, own?: Budget, table: typeof prices | undefined = prices) {
  const model = scriptedModel(() => ({ text: "ok", usage }));
  const flow = workflow({ name: "ask", input: z.number() }, async (ctx, times) => {
    for (let n = 0; n < times; n++) {
      await llmStep(ctx, "ask", { prompt: "hi", maxTokens: 50, ...(own && { budget: own }) });
    }
    return times;
  });
  const services = [
    modelsService.provide(models({ default: model, environment: {}, ...(table && { prices: table }) })),
    budgetsService.provide(budgets(options)),
  ];
  const engine = createTestEngine({ workflows: [flow], services, discipline: "crash" });
  onTestFinished(() => engine.stop());
  return { model, flow, engine };
}

describe("a budget", () => {
  test("holds before it would be passed, and goes on with as much again when a person allows it", async () => {
    // A call takes $0.1; the next is estimated at 50 tokens of answer and some of the request.
    const { model, flow, engine } = lab({ run: { cost: 0.25 } });
    const run = await engine.run(flow, 4, { id: "r1" });
    const hold = await run.hold("budget run");
    expect(model.requests).toHaveLength(2);
    expect(hold.title).toMatch(
      /^May "ask" spend more\? This is the budget of this run: \$0\.2 of \$0\.25 is spent and the next call takes about \$0\.0/,
    );
    expect((await run.describe()).attributes).toMatchObject({ aiCalls: 2, aiCost: 0.2 });
    await engine.decide(hold, { approved: true }, { by: "ana" });
    expect(await run.result()).toBe(4);
    expect((await run.describe()).attributes).toMatchObject({ aiCalls: 4, aiCost: 0.4 });
  });

  test("that a person does not raise ends the work with who said so", async () => {
    const { flow, engine } = lab({ run: { tokens: 150 } });
    const run = await engine.run(flow, 3, { id: "r1" });
    await engine.decide(await run.hold("budget run"), { approved: false }, { by: "ana", note: "enough" });
    await expect(run.result()).rejects.toThrow(/100 of 150 tokens are spent .*; ana did not allow more: enough/);
  });

  test("that says stop throws before the call", async () => {
    const { model, flow, engine } = lab({ run: { cost: 0.25, whenSpent: "stop" } });
    await expect((await engine.run(flow, 3, { id: "r1" })).result()).rejects.toMatchObject({
      cause: { code: "BUDGET" },
    });
    expect(model.requests).toHaveLength(2);
  });

  test("of dollars never takes a model without a price for free", async () => {
    const { model, flow, engine } = lab({ run: { cost: 100, whenSpent: "stop" } }, undefined, {} as never);
    const run = await engine.run(flow, 1, { id: "r1" });
    await expect(run.result()).rejects.toThrow(/an unknown amount \(its model has no price\)/);
    expect(model.requests).toHaveLength(0);
  });

  test.each<[string, BudgetsOptions]>([
    ["workflow", { workflows: { ask: { cost: 0.35, whenSpent: "stop" } } }],
    ["tenant", { tenant: { cost: 0.35, whenSpent: "stop" } }],
    ["day", { day: { cost: 0.35, whenSpent: "stop" } }],
  ])("counts all runs together: %s", async (_, options) => {
    const { model, flow, engine } = lab(options);
    await (await engine.run(flow, 2, { id: "r1" })).result();
    await expect((await engine.run(flow, 2, { id: "r2" })).result()).rejects.toMatchObject({
      cause: { code: "BUDGET" },
    });
    expect(model.requests).toHaveLength(3);
  });

  test("of one step counts its own calls only", async () => {
    const { model, flow, engine } = lab({}, { tokens: 90, whenSpent: "stop" });
    expect(await (await engine.run(flow, 3, { id: "r1" })).result()).toBe(3);
    expect(model.requests).toHaveLength(3);
  });

  /** A run that asks twice at once, and what became of each; the model answers when both have been asked, or one was refused. */
  async function twice(run: Budget) {
    const settled = Promise.withResolvers<void>();
    const model = scriptedModel(async () => {
      if (model.requests.length === 2) settled.resolve();
      await settled.promise;
      return { text: "ok", usage };
    });
    const tried = async (ctx: WorkflowContext) => {
      try {
        await llmStep(ctx, "ask", { prompt: "hi", maxTokens: 50 });
        return "answered";
      } catch (error) {
        settled.resolve();
        return (error as { code?: string }).code;
      }
    };
    const flow = workflow({ name: "ask" }, async (ctx) => {
      const { left, right } = await ctx.all({ left: () => tried(ctx), right: () => tried(ctx) });
      return [left, right];
    });
    const services = [
      modelsService.provide(models({ default: model, environment: {} })),
      budgetsService.provide(budgets({ run })),
    ];
    const engine = createTestEngine({ workflows: [flow], services });
    onTestFinished(() => engine.stop());
    const outcomes = await (await engine.run(flow, undefined, { id: "r1" })).result();
    return { outcomes, asked: model.requests.length };
  }

  test("of a run is not given twice to calls at once: the second knows what the first may take", async () => {
    expect(await twice({ tokens: 100, whenSpent: "stop" })).toEqual({ outcomes: ["answered", "BUDGET"], asked: 1 });
    expect(await twice({ tokens: 150, whenSpent: "stop" })).toEqual({ outcomes: ["answered", "answered"], asked: 2 });
  });

  test("of a run has back what calls at once did not take, those that failed included", async () => {
    const model = scriptedModel((_, { call }) =>
      call % 2 === 0 ? { text: "", error: new Error("no") } : { text: "ok", usage: { input: 3, output: 2 } },
    );
    const flow = workflow({ name: "ask" }, async (ctx) => {
      const ask = () =>
        llmStep(ctx, "ask", { prompt: "hi", maxTokens: 50, retry: { attempts: 1 } }).then(
          () => "answered",
          (error: { code?: string }) => error.code,
        );
      const outcomes: unknown[] = [];
      // Two calls at once fit, so long as those before them are counted for what they took.
      for (let n = 0; n < 4; n++) {
        const { left, right } = await ctx.all({ left: ask, right: ask });
        outcomes.push(left, right);
      }
      return outcomes;
    });
    const services = [
      modelsService.provide(models({ default: model, environment: {} })),
      budgetsService.provide(budgets({ run: { tokens: 160, whenSpent: "stop" } })),
    ];
    const engine = createTestEngine({ workflows: [flow], services });
    onTestFinished(() => engine.stop());
    const outcomes = await (await engine.run(flow, undefined, { id: "r1" })).result();
    expect(outcomes).toHaveLength(8);
    expect(new Set(outcomes)).toEqual(new Set(["answered", "STEP_FAILED"]));
  });

  test.each([
    [{}, "cost: is missing: give cost, tokens or both"],
    [{ cost: 0 }, "cost: 0 must be above 0"],
    [{ tokens: 5, whenSpent: "ask" }, 'whenSpent: must be "hold" or "stop"'],
  ])("that limits nothing is refused: %o", (budget, says) => {
    expect(() => budgets({ run: budget as Budget })).toThrow(says);
  });
});

test("a budget's error says what was spent and what was to come", () => {
  const error = new BudgetError(
    { scope: "day", limit: { cost: 20 }, spent: { cost: 19.99, tokens: 0 }, next: { cost: 0.25, tokens: 9 } },
    "stop",
  );
  expect(error.message).toBe("the budget of today: $19.99 of $20 is spent and the next call takes about $0.25; stop");
});

describe.each(["memory", "database"])("a book of spending (%s)", (kind) => {
  test("reserves in all accounts or in none, and counts what was really taken once", async () => {
    const db = database(":memory:");
    onTestFinished(() => db.close());
    const book = kind === "memory" ? memorySpendingBook() : databaseSpendingBook(db);
    const claim = (account: string, cost: number) => ({ account, limit: { cost, tokens: null } });
    const both = [claim("day", 10), claim("tenant", 5)];
    expect(await book.reserve("a", both, { cost: 3, tokens: 30 })).toBeNull();
    expect(await book.reserve("b", both, { cost: 3, tokens: 30 })).toEqual({
      account: "tenant",
      spent: { cost: 3, tokens: 30 },
    });
    expect(await book.spent("day")).toEqual({ cost: 3, tokens: 30 });
    // Another attempt of the same call takes the place of the first.
    expect(await book.reserve("a", both, { cost: 4, tokens: 40 })).toBeNull();
    await book.settle("a", { cost: 1.5, tokens: 20 });
    await book.settle("a", { cost: 1.5, tokens: 20 });
    expect(await book.spent("tenant")).toEqual({ cost: 1.5, tokens: 20 });
    expect(await book.reserve("c", both, { cost: 3, tokens: 1 })).toBeNull();
    await book.settle("c", null);
    expect(await book.spent("tenant")).toEqual({ cost: 1.5, tokens: 20 });
  });
});
