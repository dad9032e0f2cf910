import { createTestEngine, elapse } from "@holdpoint/core/testing";
import { expect, test } from "vitest";
import type { EdgeDefinition, FlowDefinition, FlowLimits, NodeDefinition } from "../definition/definition.ts";
import type { Registry, StepArguments } from "../definition/registry.ts";
import { makeFlow } from "./flow.ts";

type Minutes = Readonly<Record<"b" | "c" | "d", number>>;

/** Every order in which `b`, `c` and `d` may end that have begun together. */
const orders: readonly Minutes[] = [
  { b: 1, c: 2, d: 3 },
  { b: 1, c: 3, d: 2 },
  { b: 2, c: 1, d: 3 },
  { b: 2, c: 3, d: 1 },
  { b: 3, c: 1, d: 2 },
  { b: 3, c: 2, d: 1 },
];

/** Runs `a` and then `b`, `c` and `d`, which take so many minutes; gives which of them were ever at work together. */
async function together(
  edges: Readonly<Record<string, boolean>>,
  limits: FlowLimits,
  minutes: Minutes,
): Promise<string[]> {
  const at = new Set<string>();
  const met = new Set<string>();
  const work = {
    run: async ({ node }: StepArguments) => {
      for (const other of at) met.add([node, other].sort().join(""));
      at.add(node);
      await elapse(`${minutes[node as keyof Minutes]}m`);
      at.delete(node);
    },
  };
  const gate = (id: string): NodeDefinition => ({ id, kind: "gate" });
  const ids = ["b", "c", "d"];
  const definition: FlowDefinition = {
    name: "turns",
    nodes: [gate("a"), ...ids.map((id): NodeDefinition => ({ id, kind: "step", uses: "work" })), gate("z")],
    edges: [
      ...ids.map((to): EdgeDefinition => ({ from: "a", to, ...(to in edges && { parallel: edges[to] as boolean }) })),
      ...ids.map((from) => ({ from, to: "z" })),
    ],
    entry: ["a"],
    limits,
  };
  const flow = makeFlow(definition, { steps: { work } });
  await using engine = createTestEngine({ workflows: [flow] });
  await (await engine.run(flow, null, { id: "r1" })).result();
  return [...met].sort();
}

test.each(orders)("branches are at work side by side, unless the flow is sequential: %j", async (minutes) => {
  expect(await together({}, {}, minutes)).toEqual(["bc", "bd", "cd"]);
  expect(await together({}, { sequential: true }, minutes)).toEqual([]);
});

test.each(orders)("an edge that says parallel goes beside any other in a sequential flow: %j", async (minutes) => {
  // The others take turns: b and d never meet, and d meets c only when c is still at work after b.
  const expected = minutes.c > minutes.b ? ["bc", "cd"] : ["bc"];
  expect(await together({ c: true }, { sequential: true }, minutes)).toEqual(expected);
});

test.each(orders)("an edge that says it is not parallel goes alone: %j", async (minutes) => {
  expect(await together({ c: false }, {}, minutes)).toEqual(["bd"]);
  expect(await together({ b: true, c: false }, { sequential: true }, minutes)).toEqual(["bd"]);
});

test("the state keeps how many nodes have been begun, where it is asked to", async () => {
  const definition: FlowDefinition = {
    name: "counting",
    nodes: [{ id: "a", kind: "step", uses: "see" }],
    edges: [{ from: "a", to: "a", when: { type: "compare", path: "_iteration", operator: "less_than", value: 3 } }],
    entry: ["a"],
    data: { kind: "state", iteration: true, rules: { seen: "append" }, result: { key: "seen" } },
  };
  const registry: Registry = { steps: { see: { run: ({ state }: StepArguments) => ({ seen: state._iteration }) } } };
  const flow = makeFlow(definition, registry);
  await using engine = createTestEngine({ workflows: [flow], discipline: "crash" });
  expect(await (await engine.run(flow, null, { id: "r1" })).result()).toEqual([1, 2, 3]);
});

test("what people decide is kept under the names of their holds, so that two at once are no conflict", async () => {
  const hold = (id: string): NodeDefinition => ({ id, kind: "approve", request: { title: id } });
  const definition: FlowDefinition = {
    name: "two",
    nodes: [{ id: "a", kind: "gate" }, hold("ana"), hold("ben")],
    edges: [
      { from: "a", to: "ana" },
      { from: "a", to: "ben" },
    ],
    entry: ["a"],
    data: { kind: "state" },
  };
  const flow = makeFlow(definition, {});
  await using engine = createTestEngine({
    workflows: [flow],
    answers: { ana: { approved: true }, ben: { approved: false } },
  });
  const state = await (await engine.run(flow, null, { id: "r1" })).result();
  expect(state).toMatchObject({ ana: { approved: true }, ben: { approved: false } });
  expect(state).not.toHaveProperty("approved");
});

test("branches that write a key which was written before they parted are a conflict, too", async () => {
  const step = (id: string): NodeDefinition => ({ id, kind: "step", uses: "write" });
  const definition: FlowDefinition = {
    name: "parting",
    nodes: [{ id: "a", kind: "gate" }, step("b"), step("c"), step("d"), { id: "e", kind: "gate" }],
    edges: [
      { from: "a", to: "b" },
      { from: "a", to: "e" },
      { from: "b", to: "c" },
      { from: "b", to: "d" },
    ],
    entry: ["a"],
    data: { kind: "state" },
  };
  const registry: Registry = { steps: { write: { run: ({ node }: StepArguments) => ({ price: node }) } } };
  const flow = makeFlow(definition, registry);
  await using engine = createTestEngine({ workflows: [flow] });
  const run = await engine.run(flow, null, { id: "r1" });
  await expect(run.result()).rejects.toThrow('"c" and "d" both wrote "price" at the same time');
});
