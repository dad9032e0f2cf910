import assert from "node:assert/strict";
import { test } from "node:test";
import { models, modelsService } from "@holdpoint/ai";
import { createTestEngine } from "holdpoint/testing";
import { scripted } from "../model.ts";
import { supportRefund } from "./support-refund.ts";

const engine = () =>
  createTestEngine({ workflows: [supportRefund], services: [modelsService.provide(models({ default: scripted }))] });

test("a large refund waits for a person, who grants less", async () => {
  const desk = engine();
  const run = await desk.run(supportRefund, { question: "My order A-7 never came." });
  const hold = await run.hold("tool refund");
  assert.deepEqual(hold.action?.arguments, { orderId: "A-7", amount: 120, reason: "it came late" });
  await desk.decide(hold, { approved: true, args: { orderId: "A-7", amount: 60, reason: "half" } }, { by: "ben" });
  assert.match((await run.result()).answer, /on its way back/);
  await desk.stop();
});

test("a denied one is not paid, and a small one asks nobody", async () => {
  const desk = engine();
  const denied = await desk.run(supportRefund, { question: "My order A-7 never came." });
  await desk.decide(await denied.hold("tool refund"), { approved: false }, { by: "ben", note: "it came" });
  assert.match((await denied.result()).answer, /cannot pay that back/);
  const small = await desk.run(supportRefund, { question: "My order B-2 is broken." });
  assert.match((await small.result()).answer, /order B-2/);
  await desk.stop();
});
