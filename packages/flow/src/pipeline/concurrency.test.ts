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

test("three branches of a second end in under 1.5 s of real time, and the merger sees all three", async () => {
  const second: PipelineStep = async (_data, { step }) => {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return { from: step };
  };
  const steps = { load: () => ({}), merge, ...Object.fromEntries(branches.map((id) => [id, second])) };
  const pipeline = await loadPipeline(document, { steps });
  const engine = createEngine({ store: memoryStore(), workflows: [pipeline] });
  onTestFinished(() => engine.stop());
  await engine.start();
  const took: number[] = [];
  for (let i = 0; i < 3; i++) {
    const began = performance.now();
    expect(await (await engine.run(pipeline, {})).result()).toEqual(merged);
    took.push(performance.now() - began);
  }
  // The best of three: one after the other they would take three seconds on any machine.
  expect(Math.min(...took)).toBeLessThan(1500);
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
