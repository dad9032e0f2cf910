import assert from "node:assert/strict";
import { test } from "node:test";
import { models, modelsService } from "@holdpoint/ai";
import { createTestEngine } from "holdpoint/testing";
import { scripted } from "../model.ts";
import { patterns } from "./patterns.ts";

const engine = () =>
  createTestEngine({ workflows: patterns, services: [modelsService.provide(models({ default: scripted }))] });

test("every pattern comes to an answer, or asks a person for it", async () => {
  const desk = engine();
  for (const { name } of patterns) {
    const run = await desk.run(name, { task: "What is 17 + 25?" });
    if (name === "self-consistency") await desk.decide(await run.hold("accept"), { approved: true }, { by: "ana" });
    const { answer } = (await run.result()) as { answer: unknown };
    assert.notEqual(answer, null, name);
  }
  await desk.stop();
});

test("a run brings a prompt and fewer rounds of its own", async () => {
  const desk = engine();
  const run = await desk.run("chain-of-thought", {
    task: "What is 17 + 25?",
    prompts: { think: "{task} Be brief. Wrong with your last answer: {problems}" },
    parameters: { rounds: 1 },
  });
  const { outcome, answer } = (await run.result()) as { outcome: string; answer: unknown };
  assert.deepEqual({ outcome, answer }, { outcome: "no-answer", answer: null });
  await desk.stop();
});
