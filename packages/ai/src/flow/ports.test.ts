import { createTestEngine } from "@holdpoint/core/testing";
import { graph } from "@holdpoint/flow";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { agent } from "../agent/agent.ts";
import { models, modelsService } from "../models/models.ts";
import { scriptedModel } from "../scripted/scripted-model.ts";
import { tool } from "../tool/tool.ts";
import { flowAgent, flowModel, flowTool } from "./ports.ts";

test("a graph's LLM, agent and tool nodes record each call, and a tool in them waits for approval", async () => {
  const did: string[] = [];
  const pay = tool({
    name: "pay",
    description: "Pays.",
    input: z.object({ id: z.string() }),
    approval: "always",
    execute: ({ id }) => {
      did.push(id);
      return `paid ${id}`;
    },
  });
  const draft = scriptedModel(({ messages }) => `about ${messages.at(-1)?.content}`, "draft");
  const clerk = agent({
    name: "clerk",
    model: scriptedModel([{ calls: [{ name: "pay", args: { id: "A" } }] }, "A is paid"], "clerk"),
    tools: [pay],
  });
  const flow = graph("desk")
    .llm("write", { llm: flowModel(), prompt: "{input}", outputKey: "text" })
    .agent("help", { agent: flowAgent(clerk), inputKey: "text", outputKey: "said" })
    .tool("settle", { tool: flowTool(pay), inputKey: "order", outputKey: "receipt" })
    .edge("write", "help")
    .edge("help", "settle")
    .entry("write")
    .build();
  const services = [modelsService.provide(models({ default: draft, environment: {} }))];
  const engine = createTestEngine({ workflows: [flow], services, discipline: "crash" });
  onTestFinished(() => engine.stop());
  const run = await engine.run(flow, { input: "tea", order: { id: "B" } } as never, { id: "r1" });
  for (const id of ["A", "B"]) {
    const open = async () => (await run.holds()).find(({ status }) => status === "open");
    await expect.poll(open).toMatchObject({ action: { arguments: { id } } });
    await engine.decide((await open()) ?? "", { approved: true }, { by: "ana" });
  }
  const { finalState } = (await run.result()) as { finalState: Record<string, unknown> };
  expect(finalState).toMatchObject({ text: "about tea", said: "A is paid", receipt: "paid B" });
  expect(did).toEqual(["A", "B"]);
  expect(draft.requests).toHaveLength(1);
  expect((await run.describe()).attributes).toMatchObject({ aiCalls: 3 });
});

test("what is said of one step is refused for a node that is several", () => {
  expect(() => graph("g").llm("write", { llm: flowModel(), retry: { attempts: 3 } })).toThrow(
    'node "write".retry: is for a node that is one step',
  );
});
