import { expect, test } from "vitest";
import type { EdgeDefinition, FlowDefinition, NodeDefinition } from "../definition/definition.ts";
import { makeFlow } from "../interpret/flow.ts";
import { validateFlow } from "./validate.ts";

/** Diamonds in a row, each with a way back and declared outputs. */
function bigFlow(size: number): FlowDefinition {
  const rows = Array.from({ length: size / 4 }, (_, i) => i);
  const nodes = rows.flatMap((i): NodeDefinition[] => [
    { id: `a${i}`, kind: "step", uses: "work", outputs: ["a"] },
    { id: `b${i}`, kind: "step", uses: "work", outputs: ["b"] },
    { id: `c${i}`, kind: "step", uses: "work", outputs: ["c"], config: { text: `{{ input.text }} ${i}` } },
    { id: `d${i}`, kind: "gate", split: "first" },
  ]);
  const edges = rows.flatMap((i): EdgeDefinition[] => [
    { from: `a${i}`, to: `b${i}` },
    { from: `a${i}`, to: `c${i}`, when: { type: "truthy", path: "more" } },
    { from: `b${i}`, to: `d${i}` },
    { from: `c${i}`, to: `d${i}` },
    { from: `d${i}`, to: `a${i}`, when: { type: "compare", path: "n", operator: "less_than", value: i } },
    ...(i > 0 ? [{ from: `d${i - 1}`, to: `a${i}` }] : []),
  ]);
  return { name: "big", nodes, edges, entry: ["a0"], data: { kind: "state" } };
}

/** The least CPU time of a few calls, in ms: the machine has other things to do. */
function cpu(call: () => unknown): number {
  const times = Array.from({ length: 6 }, () => {
    const before = process.cpuUsage();
    call();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

test("ten times the nodes take not much more than ten times as long to validate and to build", () => {
  const [small, large] = [bigFlow(100), bigFlow(1000)];
  expect(large.nodes).toHaveLength(1000);
  expect(validateFlow(large)).toEqual([]);
  const steps = { work: { run: () => ({}) } };
  expect(cpu(() => validateFlow(large)) / cpu(() => validateFlow(small))).toBeLessThan(60);
  expect(cpu(() => makeFlow(large, { steps })) / cpu(() => makeFlow(small, { steps }))).toBeLessThan(60);
});
