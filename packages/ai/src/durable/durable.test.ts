import { workflow } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { generateText, isStepCount, streamText, tool } from "ai";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import type { Budget } from "../budget/budget.ts";
import { type BudgetsOptions, budgets, budgetsService } from "../budget/budgets.ts";
import { durableModel } from "./durable-model.ts";
import { type DurableToolSettings, durableTools } from "./durable-tools.ts";
import { type SdkTurn, scriptedSdkModel } from "./scripted-sdk.fixture.ts";

const turns: SdkTurn[] = [
  [
    { name: "lookup", args: { id: "A-7" } },
    { name: "lookup", args: { id: "A-8" } },
  ],
  [{ name: "refund", args: { id: "A-7" } }],
  "A-7 was paid back.",
];

describe.each(["generateText", "streamText"] as const)("an agent written with the AI SDK's %s", (kind) => {
  /** An agent as somebody wrote it, with its model and its tools wrapped. */
  function lab(
    script: readonly SdkTurn[],
    more: { own?: Budget; budgets?: BudgetsOptions; approval?: DurableToolSettings["approval"] } = {},
  ) {
    const asked: number[] = [];
    const did: string[] = [];
    const model = durableModel(
      scriptedSdkModel(script, (turn) => asked.push(turn)),
      { ...(more.own && { budget: more.own }) },
    );
    const input = z.object({ id: z.string() });
    const tools = durableTools(
      {
        lookup: tool({
          description: "Finds an order.",
          inputSchema: input,
          execute: async ({ id }, options) => {
            did.push(`lookup ${id} ${"idempotencyKey" in options}`);
            return { id, status: "late" };
          },
        }),
        refund: tool({ inputSchema: input, execute: ({ id }) => void did.push(`refund ${id}`) }),
      },
      { refund: { approval: more.approval ?? "always" } },
    );
    const flow = workflow({ name: "ask", input: z.string() }, async (_ctx, prompt) => {
      const given = { model, tools, prompt, stopWhen: isStepCount(5) };
      if (kind === "generateText") return (await generateText(given)).text;
      let text = "";
      for await (const piece of streamText(given).textStream) text += piece;
      return text;
    });
    const services = more.budgets ? [budgetsService.provide(budgets(more.budgets))] : [];
    const engine = createTestEngine({ workflows: [flow], services, discipline: "crash" });
    onTestFinished(() => engine.stop());
    return { engine, flow, asked, did };
  }

  test("is recorded call by call: killed after every write it asks and does nothing twice", async () => {
    const { engine, flow, asked, did } = lab(turns);
    const run = await engine.run(flow, "Where is it?", { id: "r1" });
    await engine.answer("tool refund", { approved: true }, { run });
    expect(await run.result()).toBe("A-7 was paid back.");
    expect(asked).toEqual([1, 2, 3]);
    expect(did).toEqual(["lookup A-7 true", "lookup A-8 true", "refund A-7"]);
    expect((await run.describe()).attributes).toMatchObject({ aiCalls: 3, aiInputTokens: 60, aiUnpricedCalls: 3 });
  });

  test("is held before a budget would be passed, goes on when a person allows more, and does not when nobody does", async () => {
    const one: SdkTurn[] = [[{ name: "lookup", args: { id: "A-7" } }], "It is late."];
    const { engine, flow, asked } = lab(one, { budgets: { run: { tokens: 1250 } } });
    const run = await engine.run(flow, "Where is it?", { id: "r1" });
    const hold = await run.hold("budget run");
    expect(asked).toEqual([1]);
    expect(hold.title).toMatch(/^May "model" spend more\? .* 15 of 1250 tokens are spent/);
    await engine.decide(hold, { approved: true }, { by: "ana" });
    expect(await run.result()).toBe("It is late.");
    expect(asked).toEqual([1, 2]);

    const strict = lab(one, { own: { tokens: 1250, whenSpent: "stop" } });
    const stopped = await strict.engine.run(strict.flow, "Where is it?", { id: "r2" });
    // streamText tells its own onError, and ends its text.
    if (kind === "streamText") await stopped.result();
    else await expect(stopped.result()).rejects.toThrow("the budget of this step: 15 of 1250 tokens are spent");
    expect(strict.asked).toEqual([1]);
  });

  test("does not get the last of its budget twice when it is asked twice at once", async () => {
    const asked: number[] = [];
    const budget: Budget = { tokens: 1250, whenSpent: "stop" };
    const model = durableModel(
      scriptedSdkModel(["Late."], (turn) => asked.push(turn)),
      { budget },
    );
    const ask = async () => {
      if (kind === "generateText") return (await generateText({ model, prompt: "Where is it?" })).text;
      let text = "";
      for await (const piece of streamText({ model, prompt: "Where is it?", onError: () => {} }).textStream)
        text += piece;
      return text;
    };
    const flow = workflow({ name: "ask" }, (ctx) =>
      ctx.all({ left: () => ask().catch(() => ""), right: () => ask().catch(() => "") }),
    );
    const engine = createTestEngine({ workflows: [flow] });
    onTestFinished(() => engine.stop());
    const run = await engine.run(flow, undefined, { id: "r1" });
    expect(await run.result()).toEqual({ left: "Late.", right: "" });
    expect(asked).toEqual([1]);
  });

  test("is told that nobody agreed to its tool in time, and the tool is not called", async () => {
    const { engine, flow, did } = lab([[{ name: "refund", args: { id: "A-7" } }], "Then not."], {
      approval: { always: true, deadline: [{ after: "2d", expire: true }] },
    });
    const run = await engine.run(flow, "Pay it back.", { id: "r1" });
    expect(await run.result()).toBe("Then not.");
    expect((await run.holds()).map(({ status }) => status)).toEqual(["expired"]);
    expect(did).toEqual([]);
  });
});
