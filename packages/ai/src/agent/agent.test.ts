import { workflow } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { describe, expect, expectTypeOf, onTestFinished, test } from "vitest";
import { z } from "zod";
import { models, modelsService } from "../models/models.ts";
import { type ScriptedModel, scriptedModel } from "../scripted/scripted-model.ts";
import { tool } from "../tool/tool.ts";
import { type Agent, agent } from "./agent.ts";
import { agentStep } from "./agent-step.ts";

const order = z.object({ orderId: z.string() });

/** Runs an agent on an engine that is given it, crashing after every write where asked. */
function lab(model: ScriptedModel, made: Agent<unknown>, more: object = {}) {
  const flow = workflow({ name: "ask", input: z.string() }, (ctx, text) => agentStep(ctx, made, text));
  const engine = createTestEngine({
    workflows: [flow],
    services: [modelsService.provide(models({ default: model, environment: {} }))],
    ...more,
  });
  onTestFinished(() => engine.stop());
  return { engine, flow };
}

describe("an agent", () => {
  test("each call of its model and of its tools is a recorded step, and the totals are in the run's attributes", async () => {
    const looked: string[] = [];
    const lookup = tool({
      name: "lookup",
      description: "Finds an order.",
      input: order,
      execute: ({ orderId }, { idempotencyKey, callId }) => {
        looked.push(`${orderId} ${callId} ${idempotencyKey !== ""}`);
        return { status: "sent" };
      },
    });
    const model = scriptedModel([
      {
        calls: [
          { name: "lookup", args: { orderId: "A-7" } },
          { name: "lookup", args: { orderId: "A-8" } },
        ],
        usage: { input: 100, output: 20 },
      },
      { text: "Both are on their way.", usage: { input: 150, output: 10 } },
    ]);
    const { engine, flow } = lab(model, agent({ name: "support", instructions: "Be brief.", tools: [lookup] }));
    const run = await engine.run(flow, "Where are A-7 and A-8?", { id: "r1" });
    expect(await run.result()).toMatchObject({
      text: "Both are on their way.",
      finish: "stop",
      turns: 2,
      spending: { calls: 2, unpriced: 2, usage: { input: 250, output: 30 } },
    });
    expect(looked).toEqual(["A-7 call_1_1 true", "A-8 call_1_2 true"]);
    expect(model.requests[0]?.messages[0]).toEqual({ role: "system", content: "Be brief." });
    expect(model.requests[1]?.messages.at(-1)).toMatchObject({
      role: "tool",
      content: [
        { id: "call_1_1", outcome: "ok", result: { status: "sent" } },
        { id: "call_1_2", outcome: "ok", result: { status: "sent" } },
      ],
    });
    const view = await engine.export("r1");
    const keys = view.generations[0]?.entries.map(({ key }) => key);
    expect(keys).toContain("step:support turn#2");
    expect(keys).toContain("map#1.1 lookup/step:tool lookup#1");
  });
});

test("types flow: from a tool's schema to its arguments, from an agent's output to its result", () => {
  const typed = agent({ name: "typed", output: z.object({ label: z.enum(["spam", "ham"]) }) });
  expectTypeOf(typed).toEqualTypeOf<Agent<{ label: "spam" | "ham" }>>();
  expectTypeOf(agent({ name: "words" })).toEqualTypeOf<Agent<undefined>>();
  tool({
    name: "typed",
    description: "",
    input: order,
    approval: { when: ({ orderId }) => orderId === "A-7" },
    execute: ({ orderId }) => expectTypeOf(orderId).toBeString(),
  });
});
