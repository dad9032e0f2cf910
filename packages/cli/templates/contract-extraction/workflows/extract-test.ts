import assert from "node:assert/strict";
import { test } from "node:test";
import { models, modelsService } from "@holdpoint/ai";
import { createTestEngine } from "holdpoint/testing";
import { scripted } from "../model.ts";
import { extract } from "./extract.ts";

const engine = () =>
  createTestEngine({ workflows: [extract], services: [modelsService.provide(models({ default: scripted }))] });
const clear = "A contract between Acme and Blue Ltd, with a notice of 3 months, for a fee of $1,200.";
const terms = { parties: "Acme and Blue Ltd", notice: "3 months", fee: "$1,200" };

test("a contract that says everything is entered without a person", async () => {
  const desk = engine();
  const run = await desk.run(extract, { contract: clear });
  assert.deepEqual(await run.result(), { entered: true, terms, lookedAtBy: null });
  await desk.stop();
});

test("what the model is not sure of is put right by a person", async () => {
  const desk = engine();
  const run = await desk.run(extract, { contract: clear.replace("with a notice of 3 months, ", "") });
  const hold = await run.hold("check terms");
  assert.equal(hold.title, "Check notice of a contract");
  await desk.decide(hold, { approved: true, args: { ...terms, notice: "6 weeks" } }, { by: "ana" });
  assert.deepEqual(await run.result(), { entered: true, terms: { ...terms, notice: "6 weeks" }, lookedAtBy: "ana" });
  await desk.stop();
});
