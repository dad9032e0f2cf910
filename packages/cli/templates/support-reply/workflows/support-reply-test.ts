import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestEngine, reply } from "holdpoint/testing";
import { supportReply } from "./support-reply.ts";

test("a reply the model is sure of is sent by itself", async () => {
  const engine = createTestEngine({
    workflows: [supportReply],
    steps: { draft: () => ({ text: "From 9 to 17.", confidence: 0.97 }) },
  });
  const run = await engine.run(supportReply, { from: "ana@example.org", question: "Opening hours?" });
  assert.deepEqual(await run.result(), { sent: true, text: "From 9 to 17." });
  await engine.stop();
});

test("a person edits a reply the model is not sure of", async () => {
  const engine = createTestEngine({
    workflows: [supportReply],
    answers: { "edit reply": reply({ send: true, text: "A new one is on its way." }, { by: "ben" }) },
  });
  const run = await engine.run(supportReply, { from: "ana@example.org", question: "My lamp is broken" });
  assert.deepEqual(await run.result(), { sent: true, text: "A new one is on its way." });
  assert.deepEqual(await engine.unusedMocks(), []);
  await engine.stop();
});
