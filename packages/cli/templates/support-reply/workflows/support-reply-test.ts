import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createEngine, type Engine, memoryStore } from "holdpoint";
import { supportReply } from "./support-reply.ts";

let engine: Engine;
before(async () => {
  engine = createEngine({ store: memoryStore(), workflows: [supportReply] });
  await engine.start();
});
after(() => engine.stop());

test("a reply the model is sure of is sent by itself", async () => {
  const run = await engine.run(supportReply, { from: "ana@example.org", question: "What are your opening hours?" });
  assert.equal((await run.result({ timeout: "5s" })).sent, true);
});

test("a person edits a reply the model is not sure of", async () => {
  const run = await engine.run(supportReply, { from: "ana@example.org", question: "My lamp is broken" });
  const hold = await run.hold("edit reply", { timeout: "5s" });
  await engine.decide(hold, { send: true, text: "A new one is on its way." }, { by: "ben" });
  assert.deepEqual(await run.result({ timeout: "5s" }), { sent: true, text: "A new one is on its way." });
});
