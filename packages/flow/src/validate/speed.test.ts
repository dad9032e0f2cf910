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

/** The same definition, counting how often something in it is looked at. */
function counted(definition: FlowDefinition): { definition: FlowDefinition; looks: () => number } {
  let looks = 0;
  const seen = new WeakMap<object, object>();
  const count = <T extends object>(value: T): T => {
    const known = seen.get(value);
    if (known) return known as T;
    const proxy = new Proxy(value, {
      get(target, name, receiver) {
        looks++;
        const found: unknown = Reflect.get(target, name, receiver);
        return typeof found === "object" && found !== null ? count(found) : found;
      },
    });
    seen.set(value, proxy);
    return proxy;
  };
  return { definition: count(definition), looks: () => looks };
}

/** How often a flow of this many nodes is looked at. */
function looks(size: number, work: (definition: FlowDefinition) => unknown): number {
  const { definition, looks } = counted(bigFlow(size));
  work(definition);
  return looks();
}

test("a flow of ten times the nodes is looked at not much more than ten times as often, to validate and to build it", () => {
  expect(validateFlow(bigFlow(1000))).toEqual([]);
  const steps = { work: { run: () => ({}) } };
  const build = (definition: FlowDefinition): unknown => makeFlow(definition, { steps });
  for (const work of [validateFlow, build]) {
    expect(looks(100, work)).toBeGreaterThan(400);
    expect(looks(1000, work) / looks(100, work)).toBeLessThan(12);
  }
});
