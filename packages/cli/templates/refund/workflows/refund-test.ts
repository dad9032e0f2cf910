import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestEngine } from "holdpoint/testing";
import { refund } from "./refund.ts";

test("a small refund is paid without asking", async () => {
  const engine = createTestEngine({ workflows: [refund] });
  const run = await engine.run(refund, { orderId: "A-1", amount: 20 });
  assert.deepEqual(await run.result(), { status: "refunded", reference: "refund-A-1-20" });
  await engine.stop();
});

test("a large refund waits for a person, and is paid once it is approved", async () => {
  const engine = createTestEngine({ workflows: [refund] });
  const run = await engine.run(refund, { orderId: "A-7", amount: 120 });
  const hold = await run.hold("approve refund");
  assert.equal(hold.title, "Refund $120 for order A-7");
  await engine.decide(hold, { approved: true }, { by: "ben" });
  assert.equal((await run.result()).status, "refunded");
  await engine.stop();
});

test("what nobody answers in three days is declined, and nothing is paid", async () => {
  const engine = createTestEngine({ workflows: [refund] });
  const run = await engine.run(refund, { orderId: "A-8", amount: 500 });
  await engine.advance("3d");
  assert.deepEqual(await run.result(), { status: "declined" });
  assert.equal(engine.executed("pay back").length, 0);
  await engine.stop();
});
