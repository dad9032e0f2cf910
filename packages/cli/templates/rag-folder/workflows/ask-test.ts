import assert from "node:assert/strict";
import { test } from "node:test";
import { models, modelsService } from "@holdpoint/ai";
import { createTestEngine } from "holdpoint/testing";
import { scripted } from "../model.ts";
import { ask } from "./ask.ts";

const engine = () =>
  createTestEngine({ workflows: [ask], services: [modelsService.provide(models({ default: scripted }))] });

test("what the folder says is answered with its source", async () => {
  const desk = engine();
  const { answer, sources, by } = await (await desk.run(ask, { question: "Are gift cards refunded?" })).result();
  assert.match(answer, /Gift cards are never refunded/);
  assert.equal(sources.length, 1);
  assert.equal(by, null);
  await desk.stop();
});

test("what it does not say is answered by a person", async () => {
  const desk = engine();
  const run = await desk.run(ask, { question: "Who waters the plants?" });
  await desk.answer("answer yourself", { answer: "Zoe does." }, { run, by: "ana" });
  assert.deepEqual(await run.result(), { answer: "Zoe does.", sources: [], by: "ana" });
  await desk.stop();
});
