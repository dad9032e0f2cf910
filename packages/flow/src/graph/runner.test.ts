import { ValidationError } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { expect, test } from "vitest";
import { WorkflowCheckpoint } from "./checkpoint.ts";
import { graph } from "./graph.ts";
import { WorkflowRunner } from "./runner.ts";

/** A graph that fails so many times before it works. */
function flaky(failures: number) {
  const calls: string[] = [];
  const flow = graph("flaky")
    .node("first", ({ state }) => {
      calls.push("first");
      return { n: Number(state.n ?? 0) + 1 };
    })
    .node("second", () => {
      calls.push("second");
      if (calls.filter((name) => name === "second").length <= failures) throw new Error("busy");
      return "done";
    })
    .edge("first", "second")
    .entry("first")
    .config({ checkpointEnabled: true })
    .build();
  return { flow, calls };
}

test.each(["normal", "park", "crash"] as const)(
  "maxRetries starts a failed run over from a clean slate: %s",
  async (discipline) => {
    const { flow, calls } = flaky(2);
    const runner = new WorkflowRunner(flow, { maxRetries: 2, retryDelay: "10s" });
    await using engine = createTestEngine({ workflows: [runner.flow], discipline });
    const before = engine.now().getTime();
    const result = await runner.run(engine, "x", { id: "r1" });
    expect(result).toMatchObject({ output: "done", finalState: { n: 1 } });
    expect(calls).toEqual(["first", "second", "first", "second", "first", "second"]);
    expect(engine.now().getTime() - before).toBeGreaterThanOrEqual(20_000);
  },
);

test("without it, or when they are used up, the run fails", async () => {
  for (const [maxRetries, tries] of [
    [0, 1],
    [1, 2],
  ] as const) {
    const { flow, calls } = flaky(9);
    const runner = new WorkflowRunner(flow, { maxRetries });
    await using engine = createTestEngine({ workflows: [runner.flow] });
    await expect(runner.run(engine, "x", { id: "r1" })).rejects.toThrow("busy");
    expect(calls.filter((name) => name === "second")).toHaveLength(tries);
  }
  expect(() => new WorkflowRunner(flaky(0).flow, { maxRetries: -1 })).toThrow(ValidationError);
  expect(() => new WorkflowRunner(flaky(0).flow, { retryDelay: "soon" })).toThrow(ValidationError);
});

test("states are kept in the checkpoint, also of a run that failed, and another run may begin with one", async () => {
  const { flow } = flaky(1);
  const checkpoint = new WorkflowCheckpoint();
  const runner = new WorkflowRunner(flow, { checkpoint });
  await using engine = createTestEngine({ workflows: [runner.flow] });
  await expect(runner.run(engine, "x", { id: "r1" })).rejects.toThrow("busy");
  expect(checkpoint.ids()).toEqual(["r1/first#1", "r1"]);
  const state = checkpoint.load("r1") ?? {};
  expect(state.n).toBe(1);
  expect((await runner.run(engine, "y", { id: "r2", state })).finalState).toMatchObject({ n: 2, input: "y" });
});

test("a person's answer resumes a run where it stopped; one that waits for nobody, or for two, says so", async () => {
  let drafts = 0;
  const flow = graph("asks")
    .node("draft", () => ({ drafts: ++drafts }))
    .human("ask", { outputKey: "decision" })
    .edge("draft", "ask")
    .entry("draft")
    .build();
  const runner = new WorkflowRunner(flow);
  const two = new WorkflowRunner(
    graph("two").human("a", { outputKey: "x" }).human("b", { outputKey: "y" }).entry("a", "b").build(),
  );
  await using engine = createTestEngine({ workflows: [runner.flow, two.flow] });
  const run = await runner.start(engine, "x", { id: "r1", by: "eve" });
  await run.hold("ask");
  const result = await runner.resume(engine, "r1", "yes", { by: "ana" });
  expect(result.finalState).toMatchObject({ decision: "yes", drafts: 1 });
  await expect(runner.resume(engine, "r1", "yes")).rejects.toThrow("run r1 waits for no answer");
  const both = await two.start(engine, "x", { id: "r2" });
  await both.hold("b");
  await expect(two.resume(engine, "r2", "yes")).rejects.toThrow('waits for "a", "b": say which');
  const first = expect(two.resume(engine, "r2", "yes", { hold: "a", timeout: 1 })).rejects.toThrow(
    "did not finish in time",
  );
  await engine.advance("1s");
  await first;
});
