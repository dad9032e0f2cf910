import { workflow } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { models, modelsService } from "../models/models.ts";
import { type ScriptedReply, scriptedModel } from "../scripted/scripted-model.ts";
import { tool } from "../tool/tool.ts";
import { type AgentOptions, agent } from "./agent.ts";
import { agentStep } from "./agent-step.ts";
import { agentTool, agentWorkflow } from "./agent-workflow.ts";

/** Runs an agent to its end, killed after every write. */
async function ran(script: (string | ScriptedReply)[], options: Partial<AgentOptions>, more: object = {}) {
  const model = scriptedModel(script);
  const made = agent({ name: "main", ...options });
  const flow = workflow({ name: "desk" }, (ctx) => agentStep(ctx, made, "go"));
  const services = [modelsService.provide(models({ default: model, environment: {} }))];
  const engine = createTestEngine({ workflows: [flow], services, discipline: "crash", ...more });
  onTestFinished(() => engine.stop());
  const run = await engine.run(flow, undefined, { id: "r1" });
  return { engine, run, model, result: run.result() };
}

test("another agent works as a child run, and its answer is the tool's result", async () => {
  const helper = scriptedModel(({ messages }) => `found: ${messages.at(-1)?.content}`, "helper");
  const researcher = agentWorkflow(agent({ name: "researcher", model: helper }));
  const main = agent({
    name: "writer",
    model: scriptedModel([{ calls: [{ name: "researcher", args: { task: "tea" } }] }, "written"]),
    tools: [agentTool(researcher, { description: "Finds facts." })],
  });
  const flow = workflow({ name: "desk" }, (ctx) => agentStep(ctx, main, "go"));
  const engine = createTestEngine({ workflows: [flow, researcher], discipline: "crash" });
  onTestFinished(() => engine.stop());
  const { messages } = await (await engine.run(flow, undefined, { id: "r1" })).result();
  expect(messages[2]).toMatchObject({ content: [{ outcome: "ok", result: "found: tea" }] });
  expect((await engine.runs({ workflow: "agent:researcher" })).items).toHaveLength(1);
  expect(helper.requests).toHaveLength(1);
});

test("a conversation is handed over, and the other agent goes on with its own instructions and tools", async () => {
  const billing = agent({ name: "billing", description: "knows invoices", instructions: "You do invoices." });
  const { result, model, run } = await ran([{ calls: [{ name: "handoff_to_billing" }] }, "Invoice 7 is paid."], {
    instructions: "You greet.",
    handoffs: [billing],
  });
  expect(await result).toMatchObject({ text: "Invoice 7 is paid.", agent: "billing", turns: 2 });
  expect(model.requests[0]?.tools?.[0]?.description).toBe("Hands the conversation over to billing: knows invoices.");
  expect(model.requests[1]?.messages[0]).toEqual({ role: "system", content: "You do invoices." });
  const stream = (await run.stream()).map(({ value }) => (value as { type: string }).type);
  expect(stream).toEqual(["agent.tool-call", "agent.tool-result", "agent.handoff", "agent.text"]);
});

test("an answer that does not fit is sent back with what is wrong, and its shape is the result", async () => {
  const output = z.object({ label: z.enum(["spam", "ham"]) });
  const { result, model } = await ran(["no idea", '{"label":"eggs"}', '```json\n{"label":"ham"}\n```'], {
    output,
  } as never);
  expect(await result).toMatchObject({ output: { label: "ham" }, turns: 3 });
  expect(model.requests[1]?.messages.at(-1)?.content).toContain("it is not JSON");
  expect(model.requests[2]?.messages.at(-1)?.content).toContain("label:");
});

test("answers that never fit are an error that names the place", async () => {
  const { result } = await ran(["no", "no", "no"], { output: z.object({ label: z.string() }) } as never);
  await expect(result).rejects.toMatchObject({
    cause: { code: "OUTPUT", message: expect.stringContaining("in 3 answers: it is not JSON") },
  });
});

test("it ends with an error at its last turn, and earlier where it is told to", async () => {
  const noop = tool({ name: "noop", description: "Nothing.", input: z.object({}), execute: () => null });
  const script = Array.from({ length: 9 }, () => ({ calls: [{ name: "noop" }] }));
  const late = await ran(script, { tools: [noop], maxTurns: 3 });
  await expect(late.result).rejects.toMatchObject({ cause: { code: "TURN_LIMIT" } });
  expect(late.model.requests).toHaveLength(3);
  const early = await ran(script, { tools: [noop], stopWhen: ({ turn }) => turn === 2 });
  expect(await early.result).toMatchObject({ finish: "stopped", turns: 2 });
});

test("what a model can mend is told to it: arguments that do not fit, a tool that failed, a tool that is not there", async () => {
  const boil = tool({
    name: "boil",
    description: "Boils.",
    input: z.object({ cups: z.number() }),
    execute: () => {
      throw new Error("no water");
    },
  });
  const calls = [{ name: "boil", args: { cups: "two" } }, { name: "boil", args: { cups: 2 } }, { name: "brew" }];
  const { result } = await ran([{ calls }, "sorry"], { tools: [boil] });
  const { messages } = await result;
  expect(messages[2]?.content).toMatchObject([
    { outcome: "error", result: expect.stringMatching(/^The arguments do not fit:\n- cups: /) },
    { outcome: "error", result: "The tool failed: no water" },
    { outcome: "error", result: 'There is no tool "brew". There are: boil.' },
  ]);
});

test.each([
  [{ name: "" }, "agent.name: must be a text"],
  [{ name: "a", maxTurns: 0 }, 'agent "a".maxTurns: 0 must be a whole number from 1'],
])("an agent that cannot work is refused: %o", (options, says) => {
  expect(() => agent(options)).toThrow(says);
});
