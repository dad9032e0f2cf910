import { RunFailedError } from "@holdpoint/core";
import { createTestEngine, elapse, type TestEngineOptions } from "@holdpoint/core/testing";
import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { step } from "../chain/step.ts";
import { FlowDefinitionError } from "../definition/errors.ts";
import type { Flow } from "../interpret/flow.ts";
import { graph } from "./graph.ts";
import { AbstractWorkflowNode } from "./nodes/custom.ts";
import type { GraphResult } from "./result.ts";

const disciplines = ["normal", "park", "crash"] as const;

async function resultOf<In, S>(
  flow: Flow<In, GraphResult<S>>,
  input: unknown = "hi",
  more: Partial<TestEngineOptions> = {},
): Promise<GraphResult<S>> {
  await using engine = createTestEngine({ workflows: [flow], ...more });
  const run = await engine.run(flow as Flow<unknown, GraphResult<S>>, input, { id: "r1" });
  return await run.result();
}

describe("nodes and edges", () => {
  const loop = graph("loop", { state: z.object({ n: z.number().optional(), seen: z.array(z.number()).optional() }) })
    .node("up", ({ state }) => ({ n: (state.n ?? 0) + 1, seen: [state.n ?? 0] }))
    .node("done", ({ state }) => `ended at ${state.n}`)
    .edge("up", "up", { when: ({ n = 0 }) => n < 3, label: "again" })
    .edge("up", "done", { when: ({ n = 0 }) => n >= 3 })
    .state({ seen: "append" }, { n: 0 })
    .entry("up")
    .terminal("done")
    .build();

  test.each(disciplines)(
    "a graph runs along its edges, around its loops, and says what each node did: %s",
    async (discipline) => {
      const result = await resultOf(loop, "hi", { discipline });
      expect(result).toMatchObject({
        finalState: { input: "hi", n: 3, seen: [0, 1, 2], output: "ended at 3", done: "ended at 3", _iteration: 4 },
        iterations: 4,
        terminatedAt: "done",
        output: "ended at 3",
        succeeded: true,
      });
      expect(result.nodeResults.map(({ nodeName }) => nodeName)).toEqual(["up", "up", "up", "done"]);
      expect(result.nodeResults[0]).toEqual({
        nodeName: "up",
        output: { n: 1, seen: [0] },
        durationMs: 0,
        error: null,
        skipped: false,
      });
    },
  );

  test("types: the state is the schema's, and an edge to a node that is not there does not compile", () => {
    expectTypeOf<ReturnType<typeof graph<undefined, undefined>>["build"]>().toBeFunction();
    const one = graph("g", { state: z.object({ n: z.number() }) }).node("a", ({ state }) => {
      expectTypeOf(state.n).toEqualTypeOf<number>();
      return { n: 1 };
    });
    // @ts-expect-error there is no node "b"
    one.edge("a", "b");
    // @ts-expect-error n is a number
    one.node("b", () => ({ n: "1" }));
    // @ts-expect-error there is a node "a" already
    expect(() => one.node("a", () => ({}))).toThrow("is there already");
    const built = one.entry("a").build();
    expectTypeOf(built).toExtend<{ name: string; "~types"?: { out: GraphResult<{ n: number }> } }>();
  });

  test("the state's schema is checked when the graph ends, and names the field", async () => {
    const wrong = graph("wrong", { state: z.object({ n: z.number() }) })
      .node("a", () => ({ n: "text" }) as never)
      .entry("a")
      .build();
    await expect(resultOf(wrong)).rejects.toThrow(/state of graph "wrong".n/);
  });

  test("steps and nodes of one's own kind have the state as their input", async () => {
    class Shout extends AbstractWorkflowNode<{ text: string }, "shout"> {
      execute({ text }: { text: string }) {
        return { text: text.toUpperCase() };
      }
    }
    const write = step({
      id: "write",
      input: z.object({ input: z.string() }),
      run: ({ input }) => ({ text: `hello ${input.input}` }),
    });
    const flow = graph("custom").step(write).custom(new Shout("shout")).edge("write", "shout").entry("write").build();
    expect((await resultOf(flow, "ana")).finalState.text).toBe("HELLO ANA");
    expect(flow.definition.nodes[1]).toMatchObject({ id: "shout", meta: { type: "custom" } });
    await expect(resultOf(flow, { input: 7 })).rejects.toThrow("input");
  });

  test("a gate leads to every target whose condition holds, and gives nothing", async () => {
    const sort = graph("sort")
      .gate("size", { large: ({ total }) => Number(total) > 100, odd: ({ total }) => Number(total) % 2 })
      .node("large", () => ({ large: true }))
      .node("odd", () => ({ odd: true }))
      .entry("size")
      .build();
    const names = async (total: number) =>
      (await resultOf(sort, { total })).nodeResults.map(({ nodeName }) => nodeName);
    expect(await names(102)).toEqual(["size", "large"]);
    expect(await names(7)).toEqual(["size", "odd"]);
    expect(await names(101)).toEqual(["size", "large", "odd"]);
    expect(await names(2)).toEqual(["size"]);
  });

  test("a conditional terminal ends the graph when it holds, before any edge is looked at", async () => {
    const flow = graph("terminal")
      .node("up", ({ state }) => ({ n: Number(state.n ?? 0) + 1 }))
      .edge("up", "up")
      .terminal("up", { when: ({ n }) => Number(n) >= 4 })
      .entry("up")
      .build();
    expect(await resultOf(flow)).toMatchObject({ iterations: 4, terminatedAt: "up" });
  });

  test("a condition that throws fails the run and names its edge; it is never false", async () => {
    const flow = graph("broken")
      .node("a", () => ({}))
      .node("b", () => ({}))
      .edge("a", "b", { when: ({ missing }) => (missing as { key: string }).key })
      .entry("a")
      .build();
    await expect(resultOf(flow)).rejects.toThrow('the edge "a" → "b" could not be decided');
  });
});

describe("building", () => {
  test("everything that is wrong is said at once", () => {
    const wrong = graph("wrong")
      .node("a", () => ({}))
      .node("b", () => ({}))
      .node("c", () => ({}))
      .gate("d", { nowhere: () => true })
      .edge("a", "b")
      .edge("b", "b");
    try {
      wrong.build();
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(FlowDefinitionError);
      expect((error as FlowDefinitionError).problems.map(({ path }) => path)).toEqual(["edges.0.to", "entry"]);
    }
    expect(() => wrong.entry("a", "c").build()).toThrow(/nodes.1: the loop "b" → "b" has no way out/);
  });

  test("a graph that never ends, a terminal that is no node and a second node of one id are refused", () => {
    const endless = graph("endless")
      .node("a", () => ({}))
      .edge("a", "a")
      .entry("a");
    expect(() => endless.build()).toThrow("has no node at which it could end");
    expect(() => endless.terminal("b" as "a").build()).toThrow('there is no node "b"');
    expect(() => (endless as never as ReturnType<typeof graph>).gate("a" as never)).toThrow("is there already");
  });

  test("branches that declare one key without a rule are refused", () => {
    const clash = graph("clash")
      .gate("a", { b: () => true, c: () => true })
      .node("b", () => ({ price: 1 }), { outputs: ["price"] })
      .node("c", () => ({ price: 2 }), { outputs: ["price"] })
      .node("start", () => ({}))
      .edge("start", "b")
      .edge("start", "c")
      .entry("start");
    expect(() => clash.build()).toThrow(/"b" and "c" may run side by side, and both write "price"/);
    expect(() => clash.state({ price: "replace" }).build()).not.toThrow();
  });
});

describe("branches", () => {
  const slow = async (text: string, ms: number) => {
    await elapse(ms);
    return { best: text, path: [text] };
  };
  const fan = graph("fan")
    .node("start", () => ({ path: ["start"] }))
    .node("a", () => slow("a", 20))
    .node("b", () => slow("b", 1))
    .node("b2", () => ({ path: ["b2"] }))
    .node("end", ({ state }) => ({ seen: state.path }))
    .edge("start", "a")
    .edge("start", "b")
    .edge("b", "b2")
    .edge("a", "end")
    .edge("b2", "end")
    .state({ best: "replace", path: "append" })
    .entry("start");

  test.each(disciplines)(
    "each branch is followed, the join sees all of them, merged in declared order: %s",
    async (discipline) => {
      const result = await resultOf(fan.build(), "", { discipline });
      expect(result.finalState).toMatchObject({ best: "b", seen: ["start", "a", "b", "b2"] });
      expect(result.iterations).toBe(5);
    },
  );

  test("a function merges what branches wrote", async () => {
    const longest = graph("longest")
      .gate("start", { a: () => true, b: () => true })
      .node("a", () => ({ text: "long text" }))
      .node("b", () => ({ text: "short" }))
      .state({ text: (one: string, other: string) => (one.length >= other.length ? one : other) })
      .entry("start")
      .build();
    expect((await resultOf(longest)).finalState.text).toBe("long text");
  });

  test("branches that write one key without a rule fail the run by name", async () => {
    const flow = graph("conflict")
      .gate("start", { a: () => true, b: () => true })
      .node("a", () => ({ price: 1 }))
      .node("b", () => ({ price: 2 }))
      .entry("start");
    await expect(resultOf(flow.build())).rejects.toThrow('"a" and "b" both wrote "price" at the same time');
    expect((await resultOf(flow.anyKey("replace").build())).finalState.price).toBe(2);
  });

  test("a failing node fails the run with its name, and its words never become an output", async () => {
    const flow = graph("failing")
      .node("a", () => {
        throw new Error("no stock");
      })
      .entry("a")
      .build();
    await expect(resultOf(flow)).rejects.toBeInstanceOf(RunFailedError);
    await expect(resultOf(flow)).rejects.toThrow('step "a" failed after 1 attempt: no stock');
  });
});

describe("people", () => {
  const review = graph("review")
    .node("draft", ({ state }) => ({ draft: `about ${state.input}`, times: Number(state.times ?? 0) + 1 }))
    .human("ask", { prompt: "Is {draft} right?" })
    .node("publish", ({ state }) => `published ${state.draft}`)
    .edge("draft", "ask")
    .edge("ask", "publish", { when: ({ human_response }) => human_response === "yes" })
    .edge("ask", "draft", { when: ({ human_response }) => human_response === "again" })
    .entry("draft")
    .build();

  test.each(disciplines)(
    "the run waits, goes on where it stopped, and the answer chooses the edge: %s",
    async (discipline) => {
      await using engine = createTestEngine({ workflows: [review], discipline });
      const run = await engine.run(review, "tea", { id: "r1" });
      const first = await run.hold("ask");
      expect(first.title).toBe("Is about tea right?");
      await engine.decide(first, { human_response: "again" }, { by: "ana" });
      await engine.decide(await run.hold("ask"), { human_response: "yes" }, { by: "ben" });
      const result = await run.result();
      expect(result.finalState).toMatchObject({ times: 2, output: "published about tea", ask: { _by: "ben" } });
      expect(result.nodeResults.map(({ nodeName }) => nodeName)).toEqual(["draft", "ask", "draft", "ask", "publish"]);
    },
  );

  test("any answer that takes no edge ends the graph, and an empty prompt key fails by name", async () => {
    await using engine = createTestEngine({ workflows: [review], answers: { ask: { human_response: "no" } } });
    expect(await (await engine.run(review, "tea", { id: "r1" })).result()).toMatchObject({ terminatedAt: "ask" });
    const unknown = graph("unknown").human("ask", { prompt: "Is {nothing} right?" }).entry("ask").build();
    await expect(resultOf(unknown)).rejects.toThrow('"{{ nothing }}" is missing');
  });

  test("a form's fields become keys, an approval is kept under its node, and a deadline says what it says", async () => {
    const flow = graph("forms")
      .human("amount", { prompt: "How much for {input}?", form: z.object({ amount: z.number().min(1) }) })
      .approve("sign", { prompt: "Pay {amount}?", deadline: [{ after: "3d", decide: { approved: false } }] })
      .node("pay", ({ state }) => ({ paid: state.amount }))
      .node("drop", () => ({ paid: 0 }))
      .edge("amount", "sign")
      .edge("sign", "pay", { when: { type: "truthy", path: "sign.approved" } })
      .edge("sign", "drop", { otherwise: true })
      .entry("amount")
      .build();
    const paid = async (answers: NonNullable<TestEngineOptions["answers"]>) =>
      (await resultOf(flow, "tea", { answers })).finalState.paid;
    expect(await paid({ amount: { amount: 7 }, sign: { approved: true } })).toBe(7);
    expect(await paid({ amount: { amount: 7 } })).toBe(0);
  });
});

describe("subgraphs", () => {
  const inner = graph("inner")
    .node("twice", ({ state }) => ({ output: `${state.input}${state.input} by ${state.who}` }))
    .entry("twice")
    .build();

  test("a graph inside gets the state with its own input, and its output is put under one key", async () => {
    const outer = graph("outer")
      .node("who", () => ({ who: "ana", word: "ho" }))
      .subgraph("sub", inner, { inputKey: "word", outputKey: "doubled" })
      .node("after", ({ state }) => ({ output: `${state.doubled}!` }))
      .edge("who", "sub")
      .edge("sub", "after")
      .entry("who")
      .build();
    const result = await resultOf(outer, "x");
    expect(result.output).toBe("hoho by ana!");
    expect(result.nodeResults.map(({ nodeName }) => nodeName)).toEqual(["who", "sub", "after"]);
    expect(result.finalState.twice).toBeUndefined();
  });

  test("its failure is the outer graph's, never a text", async () => {
    const bad = graph("bad")
      .node("boom", () => Promise.reject(new Error("inner trouble")))
      .entry("boom")
      .build();
    const outer = graph("outer").subgraph("sub", bad).entry("sub").build();
    await expect(resultOf(outer)).rejects.toThrow('step "boom" failed after 1 attempt: inner trouble');
  });

  test("two flows whose code has one name cannot stand in one graph", () => {
    const other = graph("inner")
      .node("twice", () => ({}))
      .entry("twice")
      .build();
    expect(() => graph("outer").subgraph("a", inner).subgraph("b", other)).toThrow('means something else in "inner"');
  });
});
