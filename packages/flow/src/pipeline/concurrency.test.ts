import { createEngine, memoryStore } from "@holdpoint/core";
import { takes } from "@holdpoint/core/testing";
import { expect, onTestFinished, test } from "vitest";
import { testEngine } from "../engine.fixture.ts";
import type { PipelineDocument } from "./document.ts";
import { loadPipeline } from "./load.ts";
import type { PipelineStep } from "./step-code.ts";

const branches = ["one", "two", "three"];
const document: PipelineDocument = {
  name: "three-branches",
  steps: [{ id: "load" }, ...branches.map((id) => ({ id })), { id: "merge" }],
  flow: {
    start_at: "load",
    transitions: branches.flatMap((id) => [
      { from: "load", to: id },
      { from: id, to: "merge" },
    ]),
  },
};

const merge: PipelineStep = (data) => ({ merged: branches.map((id) => data[id]) });
const merged = { merged: branches.map((from) => ({ from })) };

test("three branches are at work at the same time, and the merger sees all three", async () => {
  const met = Promise.withResolvers<void>();
  let begun = 0;
  const together: PipelineStep = async (_data, { step }) => {
    if (++begun === branches.length) met.resolve();
    // One after the other, the first would wait for ever.
    await met.promise;
    return { from: step };
  };
  const steps = { load: () => ({}), merge, ...Object.fromEntries(branches.map((id) => [id, together])) };
  const pipeline = await loadPipeline(document, { steps });
  const engine = createEngine({ store: memoryStore(), workflows: [pipeline] });
  onTestFinished(() => engine.stop());
  await engine.start();
  expect(await (await engine.run(pipeline, {})).result({ timeout: "60s" })).toEqual(merged);
});

test("three branches of a second end in under 1.5 s of virtual time, and the merger sees all three", async () => {
  const steps = { load: () => ({}), merge, ...Object.fromEntries(branches.map((id) => [id, () => ({})])) };
  const pipeline = await loadPipeline(document, { steps });
  const slow = Object.fromEntries(branches.map((id) => [id, takes("1s", { from: id })]));
  const engine = testEngine({ workflows: [pipeline], steps: slow });
  const began = engine.now().getTime();
  expect(await (await engine.run(pipeline, {}, { id: "r1" })).result()).toEqual(merged);
  expect(engine.now().getTime() - began).toBeGreaterThanOrEqual(1000);
  expect(engine.now().getTime() - began).toBeLessThan(1500);
});
