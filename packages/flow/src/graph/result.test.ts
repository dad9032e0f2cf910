import { createTestEngine } from "@holdpoint/core/testing";
import { expect, test } from "vitest";
import { graph } from "./graph.ts";
import { ExecutionHistory } from "./history.ts";
import { graphResult } from "./result.ts";

const disciplines = ["normal", "park", "crash"] as const;

const failing = graph("failing")
  .node("load", () => ({ order: { total: 120 } }))
  .human("ask", { prompt: "Pay?" })
  .node("pay", () => Promise.reject(new Error("no money")))
  .edge("load", "ask")
  .edge("ask", "pay")
  .entry("load")
  .build();

test.each(disciplines)("a run that failed says what its nodes did, in recorded time: %s", async (discipline) => {
  await using engine = createTestEngine({ workflows: [failing], discipline });
  const run = await engine.run(failing, "x", { id: "r1" });
  const hold = await run.hold("ask");
  expect(await graphResult(run)).toBeNull();
  await engine.advance("1h");
  await engine.decide(hold, { human_response: "yes" }, { by: "ana" });
  await expect(run.result()).rejects.toThrow("no money");
  const result = await graphResult(run);
  expect(result).toMatchObject({ iterations: 3, terminatedAt: "pay", succeeded: false, durationMs: 3_600_000 });
  expect(result?.finalState).toMatchObject({ order: { total: 120 }, human_response: "yes" });
  const history = new ExecutionHistory(result as NonNullable<typeof result>);
  expect(history.asText().split("\n")).toEqual([
    "Workflow trace: 3 iterations, 3600000 ms, ended at pay",
    "  [OK  ] load (0 ms) → order",
    "  [OK  ] ask (3600000 ms) → human_response, _by, _at, _note",
    '  [FAIL] pay (0 ms): step "pay" failed after 1 attempt: no money',
  ]);
  expect(history.failedNodes().map(({ nodeName }) => nodeName)).toEqual(["pay"]);
  expect(history.succeededNodes().map(({ nodeName }) => nodeName)).toEqual(["load", "ask"]);
  expect(history.totalTimeMs()).toBe(3_600_000);
});

test("a run that was cancelled says how far it came", async () => {
  await using engine = createTestEngine({ workflows: [failing] });
  const run = await engine.run(failing, "x", { id: "r1" });
  await run.hold("ask");
  await run.cancel("not needed");
  await expect(run.result()).rejects.toThrow("was cancelled");
  expect(await graphResult(run)).toMatchObject({ succeeded: false, finalState: { order: { total: 120 } } });
});

test("a completed run's history is data that JSON can say", async () => {
  const flow = graph("two")
    .node("a", () => ({ x: 1 }))
    .node("b", () => "text")
    .edge("a", "b")
    .entry("a")
    .build();
  await using engine = createTestEngine({ workflows: [flow] });
  const run = await engine.run(flow, "in", { id: "r1" });
  const result = await run.result();
  expect(await graphResult(run)).toEqual(result);
  const data = new ExecutionHistory(result).asData();
  expect(JSON.parse(JSON.stringify(data))).toEqual({
    iterations: 2,
    durationMs: 0,
    terminatedAt: "b",
    nodes: [
      { node: "a", succeeded: true, durationMs: 0, skipped: false, outputKeys: ["x"], error: null },
      { node: "b", succeeded: true, durationMs: 0, skipped: false, outputKeys: [], error: null },
    ],
  });
});

test("a node that was passed over is neither failed nor succeeded", () => {
  const history = new ExecutionHistory({
    finalState: {},
    nodeResults: [{ nodeName: "a", output: undefined, durationMs: 0, error: null, skipped: true }],
    iterations: 0,
    durationMs: 0,
    terminatedAt: null,
    output: null,
    succeeded: true,
  });
  expect(history.asText()).toBe("Workflow trace: 0 iterations, 0 ms, ended at its beginning\n  [SKIP] a (0 ms)");
  expect([...history.failedNodes(), ...history.succeededNodes()]).toEqual([]);
});
