import { jsonSchemaOf } from "@holdpoint/core";
import { expect, test } from "vitest";
import { agent } from "../agent/agent.ts";
import { scriptedModel } from "../scripted/scripted-model.ts";
import { chainOfThought } from "./chain-of-thought.ts";
import { crew } from "./crew.ts";
import { answering, engineFor, promptOf } from "./patterns.fixture.ts";

const never = () =>
  answering({
    "reasoning answer confidence": [{ reasoning: ["first"], answer: "41", confidence: 0.9 }],
    "valid problems": [{ valid: false, problems: ["count again"] }],
  });

test("a run asks for fewer rounds and another temperature, and for more it is refused", async () => {
  const sums = chainOfThought({ name: "sums", rounds: 3 });
  const model = never();
  const engine = engineFor(model, sums as never);
  const run = await engine.run(sums, { task: "17 + 25", parameters: { rounds: 1, temperature: 0.2 } });
  expect(await run.result()).toMatchObject({ outcome: "no-answer", rounds: 1 });
  expect(model.requests.map(({ temperature }) => temperature)).toEqual([0.2, 0.2]);
  await expect(engine.run(sums, { task: "x", parameters: { rounds: 4 } })).rejects.toThrow("parameters.rounds");
  await expect(engine.run(sums, { task: "x", parameters: { round: 1 } })).rejects.toThrow("round");
});

test("a pattern's input says its prompts and numbers, and its definition what it is for", () => {
  const sums = chainOfThought({ name: "sums", prompts: { validate: "Right? {answer}" }, temperature: 0.3 });
  const schema = jsonSchemaOf(sums.input as never, "sums");
  expect(schema).toMatchObject({
    properties: {
      prompts: {
        properties: {
          think: { default: expect.stringContaining("Think step by step") },
          validate: { default: "Right? {answer}" },
        },
      },
      parameters: { properties: { rounds: { minimum: 1, maximum: 3, default: 3 }, temperature: { default: 0.3 } } },
    },
  });
  const { description, meta } = sums.definition;
  expect([description, meta]).toMatchObject([
    expect.any(String),
    { pattern: { name: "chain-of-thought", use: expect.any(String) } },
  ]);
});

test("step by step a pattern waits for the signal before each call, a crew before each member's", async () => {
  const model = never();
  const sums = chainOfThought({ name: "sums", rounds: 1 });
  const says = (text: string) => scriptedModel(() => text);
  const members = [
    agent({ name: "searcher", model: says("found") }),
    agent({ name: "writer", model: says("written") }),
  ];
  const both = crew({ name: "both", process: "sequential", members });
  const engine = engineFor(model, sums as never, both as never);
  const run = await engine.run(sums, { task: "17 + 25", stepByStep: true });
  const work = await engine.run(both, { task: "x", stepByStep: true });
  const waitsOf = async (one: typeof run | typeof work) =>
    (await one.why()).waits.map((wait) => ("name" in wait ? wait.name : wait.type));
  await expect.poll(() => waitsOf(run)).toEqual(["next think"]);
  expect(model.requests).toEqual([]);
  await run.signal("next think", null);
  await expect.poll(() => waitsOf(run)).toEqual(["next validate"]);
  expect(model.requests.map(promptOf)).toEqual([expect.stringContaining("17 + 25")]);
  await run.signal("next validate", null);
  expect(await run.result()).toMatchObject({ outcome: "no-answer" });

  await expect.poll(() => waitsOf(work)).toEqual(["next searcher"]);
  await work.signal("next searcher", null);
  await work.signal("next writer", null);
  expect(await work.result()).toMatchObject({ answer: "written" });
});
