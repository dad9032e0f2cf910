import assert from "node:assert/strict";
import { test } from "node:test";
import { models, modelsService } from "@holdpoint/ai";
import { createTestEngine } from "holdpoint/testing";
import { scripted } from "../model.ts";
import { research, researcherFlow } from "./research.ts";

const engine = () =>
  createTestEngine({
    workflows: [research, researcherFlow],
    services: [modelsService.provide(models({ default: scripted }))],
  });

test("the researcher works in a run of its own, the editor ends the conversation, and a person publishes", async () => {
  const desk = engine();
  const run = await desk.run(research, { topic: "hold points" });
  const hold = await run.hold("publish");
  assert.match(JSON.stringify(hold.context), /\[iso\].*\[survey\]/);
  const children = await desk.runs({ workflow: "agent:researcher" });
  assert.deepEqual(
    children.items.map(({ status }) => status),
    ["completed"],
  );
  await desk.decide(hold, { approved: true }, { by: "ana" });
  assert.deepEqual(await run.result(), { published: true, title: "Hold points", writtenBy: "editor" });
  await desk.stop();
});

test("what nobody wants is not published", async () => {
  const desk = engine();
  const run = await desk.run(research, { topic: "hold points" });
  await desk.decide(await run.hold("publish"), { approved: false }, { by: "ana", note: "too short" });
  assert.equal((await run.result()).published, false);
  await desk.stop();
});
