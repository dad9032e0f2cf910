import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createEngine, type Engine, memoryStore } from "holdpoint";
import { refund } from "./refund.ts";

let engine: Engine;
before(async () => {
  engine = createEngine({ store: memoryStore(), workflows: [refund] });
  await engine.start();
});
after(() => engine.stop());

test("a small refund is paid without asking", async () => {
  const run = await engine.run(refund, { orderId: "A-1", amount: 20 });
  assert.deepEqual(await run.result({ timeout: "5s" }), { status: "refunded", reference: "refund-A-1-20" });
});

test("a large refund waits for a person, and is paid once it is approved", async () => {
  const run = await engine.run(refund, { orderId: "A-7", amount: 120 });
  const hold = await run.hold("approve refund", { timeout: "5s" });
  assert.equal(hold.title, "Refund $120 for order A-7");
  await engine.decide(hold, { approved: true }, { by: "ben" });
  assert.equal((await run.result({ timeout: "5s" })).status, "refunded");
});

test("a large refund is declined when the answer is no", async () => {
  const run = await engine.run(refund, { orderId: "A-8", amount: 500 });
  await engine.decide(await run.hold("approve refund", { timeout: "5s" }), { approved: false }, { by: "ben" });
  assert.deepEqual(await run.result({ timeout: "5s" }), { status: "declined" });
});
