import { RunFailedError } from "@holdpoint/core";
import { createTestEngine, elapse } from "@holdpoint/core/testing";
import { describe, expect, test } from "vitest";
import type { EdgeDefinition, FlowDefinition, NodeDefinition } from "../definition/definition.ts";
import { FlowDefinitionError } from "../definition/errors.ts";
import type { Registry, StepArguments } from "../definition/registry.ts";
import { type Flow, makeFlow } from "./flow.ts";

/** Which steps ran, in order. */
let log: string[] = [];

const word = (text: string) => ({
  run: ({ input }: StepArguments) => {
    log.push(text);
    return `${String(input)}${text}`;
  },
});

const words: Registry = {
  steps: Object.fromEntries(["a", "b", "c", "d", "e", "z"].map((name) => [name, word(name)])),
};

const step = (id: string, more: Partial<NodeDefinition> = {}): NodeDefinition =>
  ({ id, kind: "step", uses: id, ...more }) as NodeDefinition;
const to = (from: string, target: string, more: Partial<EdgeDefinition> = {}): EdgeDefinition => ({
  from,
  to: target,
  ...more,
});

function flowOf(definition: Partial<FlowDefinition>, registry: Registry = words): Flow {
  const { nodes = [], ...rest } = definition;
  return makeFlow({ name: "flow", nodes, edges: [], entry: [nodes[0]?.id ?? ""], ...rest }, registry);
}

async function resultOf(flow: Flow, input: unknown = "", discipline: "normal" | "park" | "crash" = "normal") {
  log = [];
  const engine = createTestEngine({ workflows: [flow], discipline });
  try {
    const run = await engine.run(flow, input, { id: "r1" });
    return await run.result();
  } finally {
    await engine.stop();
  }
}

describe("passing values", () => {
  test("each node gets what the one before it gave", async () => {
    const flow = flowOf({ nodes: [step("a"), step("b"), step("c")], edges: [to("a", "b"), to("b", "c")] });
    expect(await resultOf(flow, "-")).toBe("-abc");
  });

  test("the first edge whose condition holds is taken where a node splits by the first", async () => {
    const flow = flowOf({
      nodes: [step("a", { split: "first" }), step("b"), step("c"), step("d")],
      edges: [
        to("a", "b", { when: { type: "compare", path: "value", operator: "equals", value: "no" } }),
        to("a", "c", { when: { type: "truthy", path: "value" } }),
        to("a", "d"),
      ],
    });
    expect(await resultOf(flow, "-")).toBe("-ac");
  });

  test("an edge marked otherwise is taken when no other is", async () => {
    const flow = flowOf({
      nodes: [step("a"), step("b"), step("c")],
      edges: [to("a", "b", { when: { type: "exists", path: "nothing" } }), to("a", "c", { otherwise: true })],
    });
    expect(await resultOf(flow, "-")).toBe("-ac");
  });

  test("a condition that throws fails the run and names the edge", async () => {
    const flow = flowOf(
      {
        nodes: [step("a"), step("b")],
        edges: [to("a", "b", { when: { type: "function", name: "broken" } })],
      },
      {
        ...words,
        functions: {
          broken: () => {
            throw new Error("no such key");
          },
        },
      },
    );
    await expect(resultOf(flow, "-")).rejects.toThrow('the edge "a" → "b" could not be decided: no such key');
  });
});

describe("branches", () => {
  const diamond: Partial<FlowDefinition> = {
    nodes: [step("a"), step("b"), step("c"), step("d"), step("z")],
    edges: [to("a", "b"), to("a", "c"), to("b", "d"), to("c", "z"), to("d", "z")],
  };

  test("every branch is followed, and a join waits for all of them", async () => {
    const flow = flowOf(
      { ...diamond, data: { kind: "state", result: { key: "seen" }, rules: { seen: "append" } } },
      seers,
    );
    expect(await resultOf(flow, {})).toEqual(["a", "c", "b", "d", "z"]);
    expect(log.at(-1)).toBe("z:a,c,b,d");
  });

  test.each(["park", "crash"] as const)("the same when everything is forgotten: %s", async (discipline) => {
    const flow = flowOf(
      { ...diamond, data: { kind: "state", result: { key: "seen" }, rules: { seen: "append" } } },
      seers,
    );
    expect(await resultOf(flow, {}, discipline)).toEqual(["a", "c", "b", "d", "z"]);
    expect([...log].sort()).toEqual(["a:", "b:a", "c:a", "d:a,b", "z:a,c,b,d"]);
  });

  test("a join does not wait for a branch that went elsewhere", async () => {
    const flow = flowOf({
      nodes: [step("a"), step("b"), step("c"), step("d"), step("z")],
      edges: [
        to("a", "b"),
        to("a", "c"),
        to("b", "z"),
        to("c", "z", { when: { type: "exists", path: "nothing" } }),
        to("c", "d", { otherwise: true }),
      ],
    });
    expect(await resultOf(flow, "-")).toEqual({ d: "-acd", z: "-abz" });
  });

  test("what branches wrote is merged in the declared order, not in that of their completion", async () => {
    const slow = { run: async () => ({ best: "slow" }) };
    const flow = flowOf(
      {
        nodes: [step("a"), { id: "wait", kind: "sleep", time: { for: "1h" } }, step("b"), step("c"), step("z")],
        edges: [to("a", "wait"), to("wait", "b"), to("a", "c"), to("c", "z"), to("b", "z")],
        data: { kind: "state", rules: { best: "replace" }, result: { key: "best" } },
      },
      {
        steps: {
          a: slow,
          b: { run: () => ({ best: "b" }) },
          c: { run: () => ({ best: "c" }) },
          z: { run: () => ({}) },
        },
      },
    );
    expect(await resultOf(flow, {})).toBe("b");
  });

  test("branches that write one key without a rule are a conflict that names both", async () => {
    const writes = (value: string) => ({ run: () => ({ price: value }) });
    const flow = flowOf(
      {
        nodes: [step("a"), step("b"), step("c"), step("z")],
        edges: [to("a", "b"), to("a", "c"), to("b", "z"), to("c", "z")],
        data: { kind: "state" },
      },
      { steps: { a: { run: () => ({}) }, b: writes("1"), c: writes("2"), z: { run: () => ({}) } } },
    );
    await expect(resultOf(flow, {})).rejects.toThrow('"b" and "c" both wrote "price" at the same time');
  });

  test("no more nodes are at work than maxParallel, and none is dropped", async () => {
    let now = 0;
    let most = 0;
    const busy = {
      run: async () => {
        most = Math.max(most, ++now);
        await elapse("5ms");
        now--;
        return "x";
      },
    };
    const ids = ["b", "c", "d", "e"];
    const flow = flowOf(
      {
        nodes: [step("a"), ...ids.map((id) => step(id)), step("z")],
        edges: [...ids.map((id) => to("a", id)), ...ids.map((id) => to(id, "z"))],
        limits: { maxParallel: 2 },
      },
      { steps: Object.fromEntries(["a", ...ids, "z"].map((id) => [id, busy])) },
    );
    expect(await resultOf(flow)).toBe("x");
    expect(most).toBe(2);
  });

  test("the first failure cancels the other branches and fails the run", async () => {
    const flow = flowOf(
      {
        nodes: [step("a"), step("b"), { id: "wait", kind: "signal", signal: "never" }, step("c")],
        edges: [to("a", "b"), to("a", "wait"), to("wait", "c")],
      },
      {
        steps: {
          ...words.steps,
          b: {
            run: () => {
              throw new Error("no stock");
            },
          },
        },
      },
    );
    await expect(resultOf(flow)).rejects.toThrow("no stock");
  });

  test("a node that runs for the first arrival runs once, and one that runs for any runs for each", async () => {
    const shape = (join: "first" | "any"): Partial<FlowDefinition> => ({
      nodes: [step("a"), step("b"), step("c"), step("z", { join })],
      edges: [to("a", "b"), to("a", "c"), to("b", "z"), to("c", "z")],
    });
    await resultOf(flowOf(shape("first")));
    expect(log.filter((name) => name === "z")).toEqual(["z"]);
    await resultOf(flowOf(shape("any")));
    expect(log.filter((name) => name === "z")).toEqual(["z", "z"]);
  });

  test("a node that needs two of three cancels the third when it says so", async () => {
    const flow = flowOf({
      nodes: [
        step("a"),
        step("b"),
        step("c"),
        { id: "wait", kind: "signal", signal: "never" },
        step("z", { join: { count: 2, cancel: true } }),
      ],
      edges: [to("a", "b"), to("a", "c"), to("a", "wait"), to("b", "z"), to("c", "z"), to("wait", "z")],
    });
    expect(await resultOf(flow)).toBe("[object Object]z");
  });

  test("a node withdraws others, wherever they are", async () => {
    const flow = flowOf({
      nodes: [step("a"), step("b", { cancels: ["wait"] }), { id: "wait", kind: "signal", signal: "never" }, step("c")],
      edges: [to("a", "b"), to("a", "wait"), to("wait", "c")],
    });
    expect(await resultOf(flow)).toBe("ab");
    expect(log).toEqual(["a", "b"]);
  });

  test("nodes of one mutex never run at the same time", async () => {
    let now = 0;
    let most = 0;
    const busy = {
      run: async () => {
        most = Math.max(most, ++now);
        await elapse("5ms");
        now--;
      },
    };
    const flow = flowOf(
      {
        nodes: [step("a"), step("b", { mutex: "desk" }), step("c", { mutex: "desk" })],
        edges: [to("a", "b"), to("a", "c")],
      },
      { steps: { a: busy, b: busy, c: busy } },
    );
    await resultOf(flow);
    expect(most).toBe(1);
  });

  test("a milestone lets its node run only after one and before another", async () => {
    const shape = (until: string[]): Partial<FlowDefinition> => ({
      nodes: [step("a"), step("b", { milestone: { after: "c", until } }), step("c"), step("d")],
      edges: [to("a", "b"), to("a", "c"), to("c", "d")],
    });
    await resultOf(flowOf(shape([])));
    expect(log.indexOf("b")).toBeGreaterThan(log.indexOf("c"));
    await resultOf(flowOf(shape(["a"])));
    expect(log).not.toContain("b");
  });

  test("loops run until their condition, and one without an end is stopped by name", async () => {
    const turns = (limits: object): Flow =>
      flowOf(
        {
          nodes: [step("a"), step("b")],
          edges: [
            to("a", "b"),
            to("b", "a", { when: { type: "compare", path: "n", operator: "less_than", value: 3 } }),
          ],
          data: { kind: "state", initial: { n: 0 }, result: { key: "n" } },
          limits,
        },
        {
          steps: {
            a: { run: ({ state }: StepArguments) => ({ n: Number(state.n) + 1 }) },
            b: { run: () => ({}) },
          },
        },
      );
    expect(await resultOf(turns({}), {})).toBe(3);
    await expect(resultOf(turns({ maxIterations: 4 }), {})).rejects.toThrow('went on after 4 iterations, at "a"');
    await expect(resultOf(turns({ maxNodeIterations: 2 }), {})).rejects.toThrow("raise maxNodeIterations");
  });

  test("several nodes may begin side by side", async () => {
    const flow = flowOf({
      nodes: [step("a"), step("b"), step("z")],
      edges: [to("a", "z"), to("b", "z")],
      entry: ["a", "b"],
    });
    await resultOf(flow);
    expect(log).toEqual(["a", "b", "z"]);
  });

  test("an end node ends the whole run, with an outcome or as failed", async () => {
    const ending = (end: object): Flow =>
      flowOf({
        nodes: [
          step("a"),
          { id: "wait", kind: "signal", signal: "never" },
          { id: "end", kind: "end", ...end } as NodeDefinition,
        ],
        edges: [to("a", "wait"), to("a", "end")],
      });
    const flow = ending({ outcome: "rejected" });
    const engine = createTestEngine({ workflows: [flow] });
    const run = await engine.run(flow, "-", { id: "r1" });
    expect(await run.result()).toBe("-a");
    expect((await run.describe()).outcome).toBe("rejected");
    await expect(resultOf(ending({ fail: "no way" }), "-")).rejects.toThrow("no way");
    await expect(resultOf(ending({ fail: "no way" }), "-")).rejects.toBeInstanceOf(RunFailedError);
  });

  test("a transient signal is only taken while a node waits for it", async () => {
    const flow = flowOf({
      nodes: [
        { id: "sleep", kind: "sleep", time: { for: "1h" } },
        { id: "news", kind: "signal", signal: "news", transient: true },
      ],
      edges: [to("sleep", "news")],
      data: { kind: "state", result: { key: "news" } },
    });
    const engine = createTestEngine({ workflows: [flow] });
    const run = await engine.run(flow, "-", { id: "r1" });
    await run.signal("news", "too early");
    await engine.advance("2h");
    await run.signal("news", "in time");
    expect(await run.result()).toBe("in time");
  });
});

const seers: Registry = {
  steps: Object.fromEntries(
    ["a", "b", "c", "d", "z"].map((name) => [
      name,
      {
        run: ({ state }: StepArguments) => {
          log.push(`${name}:${((state.seen as string[] | undefined) ?? []).join(",")}`);
          return { seen: name };
        },
      },
    ]),
  ),
};

test("everything that is wrong with a flow is said at once", () => {
  expect(() =>
    flowOf({
      nodes: [step("nowhere"), { id: "m", kind: "map", uses: "nothing" }],
      edges: [to("nowhere", "gone")],
    }),
  ).toThrow(FlowDefinitionError);
  try {
    flowOf({ nodes: [step("nowhere"), { id: "m", kind: "map", uses: "nothing" }], edges: [to("nowhere", "gone")] });
  } catch (error) {
    expect((error as FlowDefinitionError).problems.map(({ path }) => path)).toEqual([
      "nodes.0.uses",
      "nodes.1.uses",
      "edges.0.to",
    ]);
  }
});
