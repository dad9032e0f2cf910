import { describe, expect, test } from "vitest";
import type { Condition } from "../condition/condition.ts";
import type { DataDefinition, EdgeDefinition, FlowDefinition, NodeDefinition } from "../definition/definition.ts";
import { FlowDefinitionError } from "../definition/errors.ts";
import { makeFlow } from "../interpret/flow.ts";
import type { Problem } from "./problem.ts";
import { validateFlow } from "./validate.ts";

const gate = (id: string, more: object = {}): NodeDefinition => ({ id, kind: "gate", ...more }) as NodeDefinition;
const when = (path: string): { when: Condition } => ({ when: { type: "truthy", path } });

/** `"a-b"` is an edge; `"a-b?x"` one with a condition. */
function edges(...texts: readonly string[]): EdgeDefinition[] {
  return texts.map((text) => {
    const [way = "", condition] = text.split("?");
    const [from = "", to = ""] = way.split("-");
    return { from, to, ...(condition === "else" ? { otherwise: true as const } : condition ? when(condition) : {}) };
  });
}

function flowOf(
  nodes: readonly (NodeDefinition | string)[],
  ways: readonly string[],
  more: object = {},
): FlowDefinition {
  const made = nodes.map((node) => (typeof node === "string" ? gate(node) : node));
  return { name: "flow", nodes: made, edges: edges(...ways), entry: [made[0]?.id ?? ""], ...more };
}

const brief = (problems: readonly Problem[]): string[] =>
  problems.map(({ severity, code, path }) => `${severity === "warning" ? "(" : ""}${code} ${path}`);
const found = (nodes: readonly (NodeDefinition | string)[], ways: readonly string[], more: object = {}): string[] =>
  brief(validateFlow(flowOf(nodes, ways, more)));

test("a flow with nothing wrong has no problems", () => {
  expect(found(["a", "b", "c", "d"], ["a-b", "a-c", "b-d", "c-d"])).toEqual([]);
});

describe("names", () => {
  test("an entry, an edge, a milestone and a withdrawal must lead to a node", () => {
    const nodes = [gate("a", { cancels: ["no"], milestone: { after: "x", until: ["a", "y"] } }), gate("b")];
    expect(found(nodes, ["a-b", "b-gone", "none-a"], { entry: ["a", "e"] })).toEqual([
      "unknown-node nodes.0.cancels.0",
      "unknown-node nodes.0.milestone.after",
      "unknown-node nodes.0.milestone.until.1",
      "unknown-node edges.1.to",
      "unknown-node edges.2.from",
      "unknown-node entry.1",
    ]);
    expect(found(["a"], [], { entry: [] })).toEqual(["no-entry entry", "(unreachable nodes.0"]);
  });

  test("ids are there once, and what begins with _ belongs to the engine", () => {
    const data: DataDefinition = { kind: "state", rules: { _history: "append" }, initial: { _iteration: 0 } };
    const nodes = [gate("a"), gate("a"), gate("_b"), gate("c", { outputs: ["ok", "_x"] }), gate("d.e"), gate("input")];
    expect(found(nodes, ["a-_b", "_b-c", "c-d.e", "d.e-input"], { data })).toEqual([
      "duplicate-id nodes.1.id",
      "reserved-name nodes.2.id",
      "reserved-name nodes.3.outputs.1",
      "(reserved-name nodes.4.id",
      "(reserved-name nodes.5.id",
      "reserved-name data.rules._history",
      "reserved-name data.initial._iteration",
    ]);
  });

  test("a kind that does not exist is named", () => {
    expect(validateFlow(flowOf([{ id: "a", kind: "stpe" } as never], []))[0]?.message).toBe(
      '"stpe" is no kind of node',
    );
  });

  test("with a registry, what it does not have is told beside the rest", () => {
    const nodes: NodeDefinition[] = [{ id: "a", kind: "step", uses: "lod" }, gate("b")];
    const problems = validateFlow(flowOf(nodes, ["a-b", "b-gone"]), { steps: { load: { run: () => 1 } } });
    expect(brief(problems)).toEqual(["unknown-name nodes.0.uses", "unknown-node edges.1.to"]);
    expect(problems[0]?.message).toContain('did you mean "load"?');
  });

  test("a merge rule that names no function of the registry is told when the flow is built", () => {
    const data: DataDefinition = { kind: "state", rules: { best: { uses: "larger" } } };
    const problems = validateFlow(flowOf(["a"], [], { data }), {});
    expect(brief(problems)).toEqual(["unknown-name data.rules.best.uses"]);
  });
});

test("numbers and lengths of time must make sense", () => {
  const nodes: NodeDefinition[] = [
    { id: "a", kind: "step", uses: "a", timeout: "soon", retry: { initial: -1 } },
    { id: "b", kind: "sleep", time: { for: "1 year" } },
    gate("c", { join: { count: 0 } }),
    {
      id: "d",
      kind: "repeat",
      maxIterations: 0,
      delay: "x",
      body: flowOf(["a"], []),
      until: { type: "truthy", path: "x" },
    },
  ];
  const definition = {
    ...flowOf(nodes, ["a-b", "b-c", "c-d"], { version: 1.5, limits: { maxParallel: -1, totalTimeout: "" } }),
  };
  expect(brief(validateFlow(definition))).toEqual([
    "bad-value version",
    "bad-value limits.maxParallel",
    "bad-value limits.totalTimeout",
    "bad-value nodes.0.timeout",
    "bad-value nodes.0.retry.initial",
    "bad-value nodes.1.time.for",
    "bad-value nodes.2.join.count",
    "bad-value nodes.3.maxIterations",
    "bad-value nodes.3.delay",
  ]);
});

describe("ways", () => {
  test("nodes to which no way leads are a warning", () => {
    expect(found(["a", "b", "c", "d"], ["a-b", "c-d"])).toEqual(["(unreachable nodes.2", "(unreachable nodes.3"]);
  });

  test("edges that are never taken are a warning, with the reason", () => {
    const never = { type: "not", condition: { type: "always" } } as const;
    const definition: FlowDefinition = {
      ...flowOf([gate("a", { split: "first" }), "b", gate("c", { terminal: true }), "d"], []),
      edges: [...edges("a-b", "a-c?x", "b-c", "c-d"), { from: "b", to: "d", when: never }, ...edges("b-d?else")],
    };
    expect(brief(validateFlow(definition))).toEqual([
      "(unreachable nodes.3",
      "(dead-edge edges.1",
      "(dead-edge edges.4",
      "(dead-edge edges.5",
      "(dead-edge edges.3",
    ]);
  });
});

describe("loops", () => {
  const loop = (last: NodeDefinition | string, ...more: string[]) => found(["a", "b", last], ["a-b", ...more]);

  test("a flow in which every node leads on can never end", () => {
    expect(loop("c", "b-c", "c-a")).toEqual(["no-end "]);
    expect(validateFlow(flowOf(["a", "b"], ["a-b", "b-a"]))[0]?.message).toMatch(/"a" → "b" → "a" has no way out/);
  });

  test("a loop without a way out is an error even where other branches end", () => {
    expect(loop("c", "a-c", "b-b")).toEqual(["endless-loop nodes.1"]);
    // A way out that is taken together with the way back is none.
    expect(loop("c", "b-a", "b-c")).toEqual(["endless-loop nodes.0"]);
  });

  test("a condition on the way back, on the way out, or at the end of the flow is a way out", () => {
    expect(loop("c", "b-c", "c-a?again")).toEqual([]);
    expect(loop(gate("c", { split: "first" }), "b-c", "c-b?again", "c-a?else")).toEqual(["no-end "]);
    expect(loop(gate("c", { split: "first" }), "b-c", "c-b?again")).toEqual([]);
    expect(loop(gate("c", { terminal: { type: "truthy", path: "done" } }), "b-c", "c-a")).toEqual([]);
  });

  test("a loop that somebody may end from outside is a warning", () => {
    expect(found(["a", "b", { id: "c", kind: "end" }], ["a-b", "a-c?x", "b-b"])).toEqual(["(endless-loop nodes.1"]);
    expect(found(["a", "b", gate("c", { cancels: ["b"] })], ["a-b", "a-c", "b-b"])).toEqual(["(endless-loop nodes.1"]);
  });

  test("a repeat whose condition never ends it is an error", () => {
    const body = flowOf(["x"], []);
    const repeat = (more: object): NodeDefinition => ({ id: "r", kind: "repeat", body, ...more });
    expect(found([repeat({ while: { type: "always" } })], [])).toEqual(["endless-loop nodes.0"]);
    expect(found([repeat({ doWhile: { type: "always" } })], [])).toEqual(["endless-loop nodes.0"]);
    expect(found([repeat({ while: { type: "always" }, until: { type: "truthy", path: "x" } })], [])).toEqual([]);
    expect(found([repeat({})], [])).toEqual([]);
  });
});

describe("joins", () => {
  const join = (count: number, ways: readonly string[], first = false) =>
    found([gate("a", first ? { split: "first" } : {}), "b", "c", gate("z", { join: { count } })], ways);

  test("a join for more branches than edges lead to it is impossible", () => {
    expect(join(3, ["a-b", "a-c", "b-z", "c-z"])).toEqual(["impossible-join nodes.3.join"]);
    expect(join(2, ["a-b", "a-c", "b-z", "c-z"])).toEqual([]);
  });

  test("so is one for branches of which only one is ever taken", () => {
    expect(join(2, ["a-b?x", "a-c?else", "b-z", "c-z"])).toEqual(["impossible-join nodes.3.join"]);
    expect(join(2, ["a-b?x", "a-c?y", "b-z", "c-z"], true)).toEqual(["impossible-join nodes.3.join"]);
    expect(join(2, ["a-b?x", "a-c?y", "b-z", "c-z"])).toEqual([]);
  });

  test("threads are counted, and a loop may bring any number", () => {
    const nodes = [gate("a"), gate("z", { join: { threads: 3 } })];
    const way = (threads: number) => ({ edges: [{ from: "a", to: "z", threads }] });
    expect(found(nodes, [], way(2))).toEqual(["impossible-join nodes.1.join"]);
    expect(found(nodes, [], way(3))).toEqual([]);
    expect(found(nodes, ["a-z", "a-a?more"])).toEqual([]);
  });

  test("a parallel cannot need more results than it has branches", () => {
    const branches = { x: flowOf(["x"], []) };
    expect(found([{ id: "p", kind: "parallel", branches, need: 2 }], [])).toEqual(["impossible-join nodes.0.need"]);
  });
});

describe("conflicts of the state", () => {
  const writes = (id: string, ...outputs: string[]): NodeDefinition => gate(id, { outputs });
  const data: DataDefinition = { kind: "state" };
  const diamond = ["a-b", "a-c", "b-z", "c-z"];
  const branches = [gate("a"), writes("b", "price"), writes("c", "price"), gate("z")];

  test("two branches that declare one key without a rule are an error that names both", () => {
    const problems = validateFlow(flowOf(branches, diamond, { data }));
    expect(brief(problems)).toEqual(["state-conflict nodes.2.outputs"]);
    expect(problems[0]?.message).toContain('"b" and "c" may run side by side, and both write "price"');
  });

  test("a rule for the key or for any, or passing values, makes it none", () => {
    expect(found(branches, diamond, { data: { ...data, rules: { price: "append" } } })).toEqual([]);
    expect(found(branches, diamond, { data: { ...data, anyKey: "replace" } })).toEqual([]);
    expect(found(branches, diamond)).toEqual([]);
  });

  test("nodes one after the other, and branches of which one is taken, are none", () => {
    expect(found(branches, ["a-b", "b-c", "c-z"], { data })).toEqual([]);
    expect(found(branches, ["a-b?x", "a-c?else", "b-z", "c-z"], { data })).toEqual([]);
    expect(
      found([gate("a", { split: "first" }), ...branches.slice(1)], ["a-b?x", "a-c", "b-z", "c-z"], { data }),
    ).toEqual([]);
    const not: Condition = { type: "not", condition: { type: "truthy", path: "x" } };
    const excluding = [...edges("a-b?x", "b-z", "c-z"), { from: "a", to: "c", when: not }];
    expect(found(branches, [], { data, edges: excluding })).toEqual([]);
  });

  test("conditions that might hold together make it a warning", () => {
    expect(found(branches, ["a-b?x", "a-c?y", "b-z", "c-z"], { data })).toEqual(["(state-conflict nodes.2.outputs"]);
  });

  test("nodes that never run conflict with nobody", () => {
    const [, b, c, z] = branches as [NodeDefinition, NodeDefinition, NodeDefinition, NodeDefinition];
    const nodes = [gate("start"), gate("a"), b, c, z];
    const ways = ["start-c", "a-b", "a-c", "b-z", "c-z"];
    expect(found(nodes, ways, { data }).filter((text) => text.includes("conflict"))).toEqual([]);
  });

  test("a join ends the concurrency, and one that goes on in a branch does not", () => {
    const after = [gate("a"), writes("b", "x"), gate("c"), gate("z"), writes("d", "x")];
    expect(found(after, [...diamond, "z-d"], { data })).toEqual([]);
    expect(found(after, ["a-b", "a-c", "c-z", "c-d"], { data })).toEqual(["state-conflict nodes.4.outputs"]);
  });

  test("branches of one edge conflict with themselves, and a join that drops some makes it a warning", () => {
    const threads = [{ from: "a", to: "b", threads: 2 }];
    expect(found([gate("a"), writes("b", "x")], [], { data, edges: threads })).toEqual([
      "state-conflict nodes.1.outputs",
    ]);
    const dropping = [gate("a"), writes("b", "x"), writes("c", "x"), gate("z", { join: "first" })];
    expect(found(dropping, diamond, { data })).toEqual(["(state-conflict nodes.2.outputs"]);
  });
});

test("flows inside nodes are looked at, with their place", () => {
  const inner = flowOf(["x", "y"], ["x-nowhere"]);
  const nodes: NodeDefinition[] = [
    { id: "f", kind: "flow", flow: inner },
    { id: "p", kind: "parallel", branches: { left: inner } },
    { id: "t", kind: "try", body: flowOf(["x"], []), onError: inner },
    { id: "c", kind: "choose", take: "first", cases: [{ name: "1", when: { type: "always" }, flow: inner }] },
  ];
  const errors = validateFlow(flowOf(nodes, ["f-p", "p-t", "t-c"])).filter(({ severity }) => severity === "error");
  expect(brief(errors)).toEqual([
    "unknown-node nodes.0.flow.edges.0.to",
    "unknown-node nodes.1.branches.left.edges.0.to",
    "unknown-node nodes.2.onError.edges.0.to",
    "unknown-node nodes.3.cases.0.flow.edges.0.to",
  ]);
});

test("a flow is not built with errors, and is with warnings", () => {
  const bad = flowOf(["a", "b"], ["a-b", "b-a"]);
  expect(() => makeFlow(bad, {})).toThrow(FlowDefinitionError);
  expect(() => makeFlow(flowOf(["a", "lonely"], []), {})).not.toThrow();
});
