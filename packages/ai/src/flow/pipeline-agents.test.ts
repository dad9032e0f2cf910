import { createTestEngine } from "@holdpoint/core/testing";
import { checkPipeline, loadPipeline, pipelineTemplates, readPipeline, writePipeline } from "@holdpoint/flow";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { models, modelsService } from "../models/models.ts";
import { type Script, type ScriptedReply, scriptedModel } from "../scripted/scripted-model.ts";
import { tool } from "../tool/tool.ts";
import { pipelineAgents } from "./pipeline-agents.ts";

/** Loads a document with agents, and an engine for it that replays at every step. */
async function loaded(document: unknown, script: Script, more: Partial<Parameters<typeof loadPipeline>[1]> = {}) {
  const model = scriptedModel(script);
  const pipeline = await loadPipeline(document, { agents: pipelineAgents(), ...more });
  const services = [modelsService.provide(models({ default: model, environment: {} }))];
  const engine = createTestEngine({ workflows: [pipeline], services, discipline: "crash" });
  onTestFinished(() => engine.stop());
  return { model, engine, pipeline, start: (input: object) => engine.run(pipeline, input, { id: "r1" }) };
}

/** Says yes to what asks for it, and the first of what there is to choose from. */
const agreeable: Script = ({ output, messages }): ScriptedReply => {
  const who = /You are the ([\w ]+) in a team/.exec(JSON.stringify(messages))?.[1];
  const properties = output?.schema.properties as Record<string, { type: string; enum?: string[] }> | undefined;
  if (!properties) return { text: `by the ${who}` };
  const value = ({ type, enum: words }: { type: string; enum?: string[] }) =>
    type === "boolean" ? true : (words?.[0] ?? "fine");
  return { output: Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, value(one)])) };
};

describe("the twelve templates run with agents", async () => {
  test.each((await pipelineTemplates()).map(({ name, document }) => [name, document] as const))(
    "%s",
    async (_name, document) => {
      const { model, start } = await loaded(document, agreeable);
      const run = await start({ topic: "tea" });
      await run.result();
      const asked = model.requests.map(
        ({ messages }) => /You are the ([\w ]+) in a team/.exec(JSON.stringify(messages))?.[1],
      );
      const intents = ["technical support", "billing support", "general support"];
      const roles = document.steps.map(({ config }) => String((config as { role: string }).role));
      // Everybody once; of the supports the one that was chosen.
      const expected = roles.filter((role) => !intents.includes(role) || role === "technical support");
      expect(asked.toSorted()).toEqual(expected.toSorted());
      expect((await run.describe()).attributes.aiCalls).toBe(expected.length);
    },
  );
});

test("an agent sees what it was started with and what the steps before gave, and has the tools its step names", async () => {
  const look = tool({
    name: "look",
    description: "Looks.",
    input: z.object({}),
    approval: "always",
    execute: () => "blue",
  });
  const hide = tool({ name: "hide", description: "Hides.", input: z.object({}), execute: () => "gone" });
  const document = {
    name: "sky",
    steps: [
      { id: "see", type: "agent", config: { role: "watcher", tools: ["look"] } },
      {
        id: "say",
        type: "agent",
        config: { role: "speaker" },
        output_schema: { type: "object", properties: { text: { type: "string" } } },
      },
    ],
    flow: { start_at: "see", paths: [{ from: "see", to: "say" }] },
  };
  const script: Script = ({ output, messages }) =>
    output
      ? { output: { text: "it is blue" } }
      : messages.at(-1)?.role === "tool"
        ? "saw blue"
        : { calls: [{ name: "look" }] };
  const agents = pipelineAgents({ tools: [look, hide] });
  const { model, engine, start } = await loaded(document, script, { agents });
  const run = await start({ at: "noon" });
  await engine.decide(await run.hold("tool look"), { approved: true }, { by: "ana" });
  expect(await run.result()).toEqual({ text: "it is blue" });
  expect(model.requests[0]?.tools?.map(({ name }) => name)).toEqual(["look"]);
  const last = JSON.stringify(model.requests.at(-1)?.messages);
  expect(last).toContain("noon");
  expect(last).toContain("saw blue");
  expect(model.requests).toHaveLength(3);
});

test("code goes before an agent, and without either the step is missed by name", async () => {
  const document = { name: "one", steps: [{ id: "see", type: "agent" }], flow: { start_at: "see" } };
  const { model, start } = await loaded(document, agreeable, { steps: { see: () => ({ by: "code" }) } });
  expect(await (await start({})).result()).toEqual({ by: "code" });
  expect(model.requests).toEqual([]);
  await expect(loadPipeline(document)).rejects.toThrow('there is no step "see"');
});

describe("a condition that a model decides", () => {
  const document = {
    name: "triage",
    steps: [{ id: "read" }, { id: "urgent" }, { id: "later" }],
    flow: {
      start_at: "read",
      paths: [
        {
          from: "read",
          to: "urgent",
          condition: {
            type: "agent",
            config: { prompt: "Is it urgent: {{ read.text }}?", confidence_threshold: 0.8, max_retries: 1 },
          },
        },
        { from: "read", to: "later", condition: "else" },
      ],
    },
  };
  const steps = {
    read: () => ({ text: "the roof leaks", secret: 7 }),
    urgent: () => ({ went: "urgent" }),
    later: () => ({ went: "later" }),
  };
  const deciding =
    (decision: boolean, confidence: number): Script =>
    () => ({ output: { decision, confidence, reason: "r" } });

  test.each([
    [true, "urgent"],
    [false, "later"],
  ])("is recorded: %s goes to %s", async (decision, went) => {
    const { model, start } = await loaded(document, deciding(decision, 0.9), { steps });
    expect(await (await start({})).result()).toEqual({ went });
    expect(model.requests).toHaveLength(1);
    expect(JSON.stringify(model.requests[0]?.messages)).toContain("Is it urgent: the roof leaks?");
  });

  test("that is not sure enough is a person's", async () => {
    const { engine, start } = await loaded(document, deciding(false, 0.5), { steps });
    const run = await start({});
    await engine.decide(await run.hold("read decides unsure"), { decision: true }, { by: "ana" });
    expect(await run.result()).toEqual({ went: "urgent" });
  });

  test("leaves the result of a step that nothing follows as it is, and looks at the fields that are named", async () => {
    const [path] = document.flow.paths;
    const config = { prompt: "Urgent?", context_fields: ["read.text"] };
    const flow = {
      ...document.flow,
      paths: [{ ...path, condition: { type: "all", conditions: [{ type: "agent", config }] } }],
    };
    const { model, start } = await loaded(
      { ...document, flow, steps: document.steps.slice(0, 2) },
      deciding(false, 0.9),
      { steps },
    );
    expect(await (await start({})).result()).toEqual({ text: "the roof leaks", secret: 7 });
    const asked = JSON.stringify(model.requests[0]?.messages);
    expect(asked).toContain("the roof leaks");
    expect(asked).not.toContain("secret");
  });

  test("is written back as it was, and needs agents, a prompt and a threshold that makes sense", async () => {
    expect(JSON.stringify(writePipeline(readPipeline(document)))).toBe(JSON.stringify(document));
    await expect(loadPipeline(document, { steps })).rejects.toThrow("the paths of read: ask a model: give `agents");
    const wrong = { type: "agent", config: { confidence_threshold: 7 } };
    const flow = { ...document.flow, paths: [{ from: "read", to: "urgent", condition: wrong }] };
    expect(checkPipeline({ ...document, flow }).problems[0]).toMatchObject({
      path: "flow.paths[0].condition.config.prompt",
      message: "is missing: what is to be decided?",
    });
  });
});
