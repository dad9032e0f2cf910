import { RunFailedError, type WorkflowContext, workflow } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Condition } from "../condition/condition.ts";
import type { FlowDefinition, ForeachNode, NodeDefinition } from "../definition/definition.ts";
import type { Registry, StepArguments } from "../definition/registry.ts";
import { Example, row, step, to, waits } from "./patterns.fixture.ts";

let example: Example;
beforeEach(() => {
  example = new Example();
});

const truthy = (path: string): Condition => ({ type: "truthy", path });

describe("multiple instances", () => {
  /** A flow for every item of its input, and then z. */
  const each = (more: Partial<ForeachNode>, registry: Registry = {}) =>
    example.flow(
      {
        nodes: [{ id: "each", kind: "foreach", body: row("item"), ...more } as ForeachNode, step("z")],
        edges: [to("each", "z")],
      },
      registry,
    );
  /** An item that waits for the message of its own name. */
  const waiting: FlowDefinition = {
    name: "waiting",
    nodes: [{ id: "wait", kind: "code", uses: "wait" }, step("item")],
    edges: [to("wait", "item")],
    entry: ["wait"],
  };
  const registry: Registry = {
    functions: {
      wait: async (ctx: WorkflowContext, item: unknown) => {
        await ctx.signal(`go ${String(item)}`, z.unknown());
        return item;
      },
    },
  };

  test("WCP-12 multiple instances without synchronization", async () => {
    const job = workflow({ name: "job", input: z.number() }, async (ctx, n) => {
      await ctx.sleep("1h");
      await ctx.step("work", () => example.log.push(`job ${n}`));
    });
    const start: NodeDefinition = { id: "start", kind: "child", workflow: "job", detached: true };
    const flow = each({ body: { name: "one", nodes: [start], edges: [], entry: ["start"] } }, { workflows: { job } });
    const engine = createTestEngine({ workflows: [flow, job] });
    const run = await engine.run(flow, [1, 2], { id: "r1" });
    await run.result();
    expect(example.log).toEqual(["z"]);
    await engine.advance("2h");
    expect(example.log.sort()).toEqual(["job 1", "job 2", "z"]);
    await engine.stop();
  });

  test("WCP-13 multiple instances with a priori design-time knowledge", async () => {
    const flow = each({ over: { uses: "three" } }, { functions: { three: () => ["x", "y", "z"] } });
    expect(await example.run(flow)).toEqual(["x", "y", "z"]);
    expect(example.log).toEqual(["item", "item", "item", "z"]);
  });

  test("WCP-14 multiple instances with a priori run-time knowledge", async () => {
    expect(await example.run(each({}), [1, 2, 3, 4])).toEqual([1, 2, 3, 4]);
    expect(example.log).toEqual(["item", "item", "item", "item", "z"]);
  });

  test("WCP-15 multiple instances without a priori run-time knowledge", async () => {
    const result = await example.run(each({ body: waiting, more: "more" }, registry), [1], async (run, engine) => {
      await engine.advance("1s");
      await run.signal("more", 2);
      await run.signal("go 2", null);
      await engine.advance("1s");
      await run.signal("more", 3);
      for (const item of [3, 1]) await run.signal(`go ${item}`, null);
    });
    expect(result).toEqual([1, 2, 3]);
    expect(example.log).toEqual(["item", "item", "item", "z"]);
  });

  test("WCP-34 static partial join for multiple instances", async () => {
    const flow = each({ body: waiting, need: 2, remaining: "finish" }, registry);
    await example.run(flow, [1, 2, 3], async (run, engine) => {
      for (const item of [1, 3]) await run.signal(`go ${item}`, null);
      await engine.advance("1s");
      expect(example.log).toEqual(["item", "item", "z"]);
      await run.signal("go 2", null);
    });
    expect(example.log).toEqual(["item", "item", "z", "item"]);
  });

  test("WCP-35 cancelling partial join for multiple instances", async () => {
    const flow = each({ body: waiting, need: 2 }, registry);
    await example.run(flow, [1, 2, 3], async (run) => {
      for (const item of [1, 3]) await run.signal(`go ${item}`, null);
    });
    expect(example.log).toEqual(["item", "item", "z"]);
  });

  test("WCP-36 dynamic partial join for multiple instances", async () => {
    const until: Condition = { type: "compare", path: "done", operator: "greater_than_or_equal", value: 3 };
    const flow = each({ body: waiting, more: "more", until, remaining: "finish" }, registry);
    await example.run(flow, [1, 2], async (run, engine) => {
      await engine.advance("1s");
      for (const item of [3, 4]) await run.signal("more", item);
      for (const item of [4, 1, 3]) await run.signal(`go ${item}`, null);
      await engine.advance("1s");
      expect(example.log).toEqual(["item", "item", "item", "z"]);
      await run.signal("go 2", null);
    });
    expect(example.log).toEqual(["item", "item", "item", "z", "item"]);
  });

  test("WCP-26 cancel multiple instance activity", async () => {
    const flow = example.flow(
      {
        nodes: [
          step("a"),
          { id: "each", kind: "foreach", over: { path: "input" }, body: waiting },
          waits("stop"),
          step("b", { cancels: ["each"] }),
          step("never"),
        ],
        edges: [to("a", "each"), to("a", "stop"), to("stop", "b"), to("each", "never")],
      },
      registry,
    );
    await example.run(flow, [1, 2, 3], async (run, engine) => {
      await engine.advance("1s");
      await run.signal("go 2", null);
      await engine.advance("1s");
      await run.signal("stop", null);
    });
    expect(example.log).toEqual(["a", "item", "b"]);
  });

  test("WCP-27 complete multiple instance activity", async () => {
    const flow = each({ body: waiting, complete: "enough" }, registry);
    const result = await example.run(flow, [1, 2, 3], async (run, engine) => {
      await run.signal("go 2", null);
      await engine.advance("1s");
      await run.signal("enough", null);
    });
    expect(result).toEqual([undefined, 2, undefined]);
    expect(example.log).toEqual(["item", "z"]);
  });
});

describe("state-based", () => {
  test("WCP-16 deferred choice", async () => {
    const branch = (id: string): FlowDefinition => ({
      name: id,
      nodes: [waits(id), step(`${id} came`)],
      edges: [to(id, `${id} came`)],
      entry: [id],
    });
    const flow = example.flow({ nodes: [{ id: "race", kind: "race", branches: { x: branch("x"), y: branch("y") } }] });
    await example.run(flow, {}, (run) => run.signal("y", 1));
    expect(example.log).toEqual(["y came"]);
  });

  test("WCP-17 interleaved parallel routing", async () => {
    const desk = { mutex: "desk" };
    const flow = example.flow({
      nodes: [step("a"), step("b", desk), step("b2", desk), step("c", desk), step("z")],
      edges: [to("a", "b"), to("b", "b2"), to("a", "c"), to("b2", "z"), to("c", "z")],
    });
    await example.run(flow);
    expect(example.most).toBe(1);
    expect(example.log.indexOf("b")).toBeLessThan(example.log.indexOf("b2"));
    expect(example.log).toHaveLength(5);
  });

  test("WCP-18 milestone", async () => {
    const flow = example.flow({
      nodes: [step("a"), step("b", { milestone: { after: "open", until: ["close"] } }), waits("open"), waits("close")],
      edges: [to("a", "b"), to("a", "open"), to("open", "close")],
    });
    await example.run(flow, {}, async (run, engine) => {
      await engine.advance("1s");
      expect(example.log).toEqual(["a"]);
      await run.signal("open", 1);
      await engine.advance("1s");
      expect(example.log).toEqual(["a", "b"]);
      await run.signal("close", 1);
    });
  });

  test("WCP-39 critical section", async () => {
    const section = (id: string): NodeDefinition => ({
      id,
      kind: "flow",
      flow: row(`${id}1`, `${id}2`),
      mutex: "desk",
    });
    const flow = example.flow({
      nodes: [step("a"), section("b"), section("c")],
      edges: [to("a", "b"), to("a", "c")],
    });
    await example.run(flow);
    expect(example.log).toEqual(["a", "b1", "b2", "c1", "c2"]);
  });

  test("WCP-40 interleaved routing", async () => {
    const flow = example.flow({
      nodes: [step("a"), ...["b", "c", "d"].map((id) => step(id, { mutex: "desk" })), step("z")],
      edges: ["b", "c", "d"].flatMap((id) => [to("a", id), to(id, "z")]),
    });
    await example.run(flow);
    expect(example.most).toBe(1);
    expect(example.log).toEqual(["a", "b", "c", "d", "z"]);
  });
});

describe("cancellation", () => {
  test("WCP-19 cancel activity", async () => {
    const flow = example.flow({
      nodes: [step("a"), waits("long"), step("after"), step("b", { cancels: ["long"] })],
      edges: [to("a", "long"), to("long", "after"), to("a", "b")],
    });
    await example.run(flow);
    expect(example.log).toEqual(["a", "b"]);
  });

  test("WCP-20 cancel case", async () => {
    const flow = example.flow({ nodes: [step("a"), waits("go"), step("b")], edges: [to("a", "go"), to("go", "b")] });
    const cancelled = example.run(flow, {}, async (run, engine) => {
      await engine.advance("1s");
      await run.cancel("not wanted any more");
    });
    await expect(cancelled).rejects.toBeInstanceOf(RunFailedError);
    expect(example.log).toEqual(["a"]);
  });

  test("WCP-25 cancel region", async () => {
    const region = ["long", "other", "third"];
    const flow = example.flow({
      nodes: [step("a"), waits("long"), waits("other"), step("third"), step("b", { cancels: region }), step("c")],
      edges: [to("a", "long"), to("a", "other"), to("long", "third"), to("other", "third"), to("a", "b"), to("b", "c")],
    });
    await example.run(flow);
    expect(example.log).toEqual(["a", "b", "c"]);
  });
});

describe("iteration", () => {
  test("WCP-10 arbitrary cycles", async () => {
    // Two ways into the loop and two out of it.
    const turns = (n: number): Condition => ({ type: "compare", path: "turns", operator: "less_than", value: n });
    const first = { split: "first" } as const;
    const flow = example.flow(
      {
        nodes: [step("a", first), step("b", first), step("c", first), step("y"), step("z")],
        edges: [
          to("a", "c", { when: truthy("late") }),
          to("a", "b"),
          to("b", "y", { when: truthy("early") }),
          to("b", "c"),
          to("c", "b", { when: turns(3) }),
          to("c", "z"),
        ],
        data: { kind: "state", initial: { turns: 0 } },
      },
      {
        steps: {
          c: {
            run: ({ state }: StepArguments) => {
              example.log.push("c");
              return { turns: Number(state.turns) + 1 };
            },
          },
        },
      },
    );
    await example.run(flow, {});
    expect(example.log.splice(0)).toEqual(["a", "b", "c", "b", "c", "b", "c", "z"]);
    await example.run(flow, { late: true, early: true });
    expect(example.log).toEqual(["a", "c", "b", "y"]);
  });

  test("WCP-21 structured loop", async () => {
    const counting: Registry = {
      steps: {
        item: {
          run: ({ input }: StepArguments) => {
            example.log.push("item");
            return Number(input) + 1;
          },
        },
      },
    };
    const loop = (how: object) =>
      example.flow({ nodes: [{ id: "loop", kind: "repeat", body: row("item"), ...how } as NodeDefinition] }, counting);
    const less: Condition = { type: "compare", path: "value", operator: "less_than", value: 3 };
    expect(await example.run(loop({ while: less }), 5)).toBe(5);
    expect(await example.run(loop({ while: less }), 1)).toBe(3);
    expect(await example.run(loop({ doWhile: less }), 5)).toBe(6);
    expect(await example.run(loop({ until: { type: "not", condition: less } }), 0)).toBe(3);
    expect(example.log).toHaveLength(0 + 2 + 1 + 3);
  });

  test("WCP-22 recursion", async () => {
    const flow = example.flow(
      {
        nodes: [
          step("down", { split: "first" }),
          { id: "again", kind: "child", workflow: "example" },
          { id: "up", kind: "map", uses: "up" },
        ],
        edges: [to("down", "again", { when: truthy("value") }), to("again", "up")],
      },
      {
        steps: { down: { run: ({ input }: StepArguments) => Number(input) - 1 } },
        functions: { up: (n: number) => n + 10 },
      },
    );
    expect(await example.run(flow, 4)).toBe(30);
  });
});

describe("termination", () => {
  test("WCP-11 implicit termination", async () => {
    const flow = example.flow({
      nodes: [step("a"), step("b"), { id: "later", kind: "sleep", time: { for: "1h" } }, step("c")],
      edges: [to("a", "b"), to("a", "later"), to("later", "c")],
    });
    await example.run(flow);
    expect(example.log).toEqual(["a", "b", "c"]);
  });

  test("WCP-43 explicit termination", async () => {
    const flow = example.flow({
      nodes: [step("a"), waits("never"), step("c"), { id: "end", kind: "end" }],
      edges: [to("a", "never"), to("a", "c"), to("c", "end")],
    });
    await example.run(flow);
    expect(example.log).toEqual(["a", "c"]);
  });
});

describe("triggers", () => {
  const after = (more: Partial<NodeDefinition>) =>
    example.flow({
      nodes: [{ id: "sleep", kind: "sleep", time: { for: "1h" } }, waits("news", more), step("told")],
      edges: [to("sleep", "news"), to("news", "told")],
    });

  test("WCP-23 transient trigger", async () => {
    await example.run(after({ transient: true } as Partial<NodeDefinition>), {}, async (run, engine) => {
      await run.signal("news", "lost");
      await engine.advance("2h");
      expect(example.log).toEqual([]);
      await run.signal("news", "heard");
    });
    expect(example.log).toEqual(["told"]);
  });

  test("WCP-24 persistent trigger", async () => {
    await example.run(after({}), {}, (run) => run.signal("news", "kept"));
    expect(example.log).toEqual(["told"]);
  });
});
