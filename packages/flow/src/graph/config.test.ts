import { ValidationError } from "@holdpoint/core";
import { createTestEngine, elapse } from "@holdpoint/core/testing";
import { describe, expect, test } from "vitest";
import { IterationLimitError } from "../definition/errors.ts";
import { checkpointsOf } from "./checkpoint.ts";
import { checkGraphConfig, type GraphConfig, graphConfigFrom } from "./config.ts";
import { graph } from "./graph.ts";

/** Runs `start`, then four branches side by side; gives how many were at work at once, and how many ran. */
async function fan(config: GraphConfig, parallel: Readonly<Record<string, boolean>> = {}) {
  let now = 0;
  const seen = { most: 0, ran: 0 };
  const work = async () => {
    seen.most = Math.max(seen.most, ++now);
    seen.ran++;
    await elapse("5ms");
    now--;
  };
  const ids = ["a", "b", "c", "d"] as const;
  let made = graph("fan").gate("start").node("a", work).node("b", work).node("c", work).node("d", work);
  for (const id of ids) made = made.edge("start", id, id in parallel ? { isParallel: parallel[id] as boolean } : {});
  const flow = made.entry("start").config(config).build();
  await using engine = createTestEngine({ workflows: [flow] });
  await (await engine.run(flow, null, { id: "r1" })).result();
  return seen;
}

describe("each option is kept", () => {
  const counting = (config: GraphConfig) =>
    graph("counting")
      .node("up", ({ state }) => ({ n: Number(state.n ?? 0) + 1 }))
      .edge("up", "up", { when: ({ n }) => Number(n) < 30 })
      .entry("up")
      .config(config)
      .build();

  test("enabled: false takes no new run, and lets those go on that are under way", async () => {
    const on = graph("g").human("ask").entry("ask").build();
    const off = graph("g").human("ask").entry("ask").config({ enabled: false }).build();
    await using engine = createTestEngine({ workflows: [off] });
    await expect(engine.run(off, "x", { id: "r1" })).rejects.toThrow('graph "g" is switched off (enabled: false)');
    await using before = createTestEngine({ workflows: [on] });
    await expect((await before.run(on, "x", { id: "r1" })).hold("ask")).resolves.toBeDefined();
  });

  test("maxIterations counts every node, repeats too, and is 25 when nothing is said", async () => {
    for (const [config, limit] of [
      [{}, 25],
      [{ maxIterations: 3 }, 3],
    ] as const) {
      const flow = counting(config);
      await using engine = createTestEngine({ workflows: [flow] });
      const failed = (await engine.run(flow, null, { id: "r1" })).result();
      await expect(failed).rejects.toThrow(`went on after ${limit} iterations, at "up"`);
      await expect(failed).rejects.toHaveProperty("cause", expect.objectContaining({ code: "ITERATION_LIMIT" }));
      expect(new IterationLimitError("x", limit, "up").details).toEqual({ node: "up", limit });
    }
    const flow = counting({ maxIterations: 30 });
    await using engine = createTestEngine({ workflows: [flow] });
    expect((await (await engine.run(flow, null, { id: "r1" })).result()).iterations).toBe(30);
  });

  test("nodeTimeout ends a node, not a person; a node's own timeout goes before; 0 is none", async () => {
    const flow = (config: GraphConfig, own?: string) =>
      graph("slow")
        .human("ask")
        .node("work", () => elapse("3m"), own === undefined ? {} : { timeout: own })
        .edge("ask", "work")
        .entry("ask")
        .config(config)
        .build();
    const run = async (made: ReturnType<typeof flow>) => {
      await using engine = createTestEngine({ workflows: [made] });
      const started = await engine.run(made, null, { id: "r1" });
      const hold = await started.hold("ask");
      await engine.advance("10d");
      await engine.decide(hold, { human_response: "go" }, { by: "ana" });
      return await started.result();
    };
    expect(flow({}).definition.limits).toMatchObject({ nodeTimeout: "2m" });
    expect(flow({ nodeTimeout: 0 }).definition.limits).not.toHaveProperty("nodeTimeout");
    expect(await run(flow({ nodeTimeout: "1h" }))).toMatchObject({ succeeded: true });
    expect(await run(flow({ nodeTimeout: 0 }))).toMatchObject({ succeeded: true });
    await expect(run(flow({}))).rejects.toThrow(/within 120000 ms/);
    await expect(run(flow({ nodeTimeout: "1h" }, "1m"))).rejects.toThrow(/within 60000 ms/);
  });

  test("a node that takes longer than nodeTimeout fails the run with its name", async () => {
    const flow = graph("late")
      .node("work", async ({ signal }) => {
        await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      })
      .entry("work")
      .config({ nodeTimeout: "30s" })
      .build();
    await using engine = createTestEngine({ workflows: [flow] });
    const run = await engine.run(flow, null, { id: "r1" });
    const failed = expect(run.result()).rejects.toThrow(/step "work" .*within 30000 ms/);
    await engine.advance("31s");
    await failed;
  });

  test("totalTimeout bounds the whole run, waits included; 0 is none", async () => {
    const flow = (totalTimeout: string | number) =>
      graph("waits").human("ask").entry("ask").config({ totalTimeout }).build();
    await using engine = createTestEngine({ workflows: [flow("1h")] });
    const run = await engine.run("waits", null, { id: "r1" });
    await run.hold("ask");
    await engine.advance("2h");
    await expect(run.result()).rejects.toThrow("did not finish within 3600000 ms");
    await using other = createTestEngine({ workflows: [flow(0)] });
    const waiting = await other.run("waits", null, { id: "r1" });
    await waiting.hold("ask");
    await other.advance("400d");
    expect(await waiting.status()).toBe("parked");
  });

  test("checkpointEnabled keeps the state after each node; without it nothing is kept", async () => {
    for (const checkpointEnabled of [true, false]) {
      const flow = counting({ checkpointEnabled, maxIterations: 30 });
      await using engine = createTestEngine({ workflows: [flow], discipline: "crash" });
      const run = await engine.run(flow, { n: 27 }, { id: "r1" });
      await run.result();
      const kept = await checkpointsOf(run);
      expect(kept.map(({ id, state }) => [id, state.n])).toEqual(
        checkpointEnabled
          ? [
              ["r1/up#1", 28],
              ["r1/up#2", 29],
              ["r1/up#3", 30],
            ]
          : [],
      );
    }
  });

  test("parallelBranches: false is one node after the other, and none is dropped", async () => {
    expect(await fan({})).toEqual({ most: 4, ran: 4 });
    expect(await fan({ parallelBranches: false })).toEqual({ most: 1, ran: 4 });
  });

  test("maxParallelBranches queues, and drops none", async () => {
    expect(await fan({ maxParallelBranches: 2 })).toEqual({ most: 2, ran: 4 });
    expect(await fan({ maxParallelBranches: 0 })).toEqual({ most: 4, ran: 4 });
  });

  test("an edge's isParallel goes before parallelBranches, both ways", async () => {
    expect(await fan({ parallelBranches: false }, { a: true, b: true })).toEqual({ most: 3, ran: 4 });
    expect(await fan({}, { a: false, b: false, c: false })).toEqual({ most: 1, ran: 4 });
  });
});

describe("the configuration itself", () => {
  test("what makes no sense is named, and keeps the graph from being built", () => {
    const config = {
      maxIterations: 0,
      nodeTimeout: "soon",
      parallelBranches: "yes",
      maxParallelBranches: -1,
      other: 1,
    };
    expect(checkGraphConfig(config as never).map(({ path }) => path)).toEqual([
      "other",
      "parallelBranches",
      "maxIterations",
      "maxParallelBranches",
      "nodeTimeout",
    ]);
    const made = graph("g")
      .node("a", () => ({}))
      .entry("a");
    expect(() => made.config({ maxIterations: 0 }).build()).toThrow(ValidationError);
    expect(checkGraphConfig({})).toEqual([]);
  });

  test("production is warned of what suits a desk only", () => {
    const config: GraphConfig = { enabled: false, maxIterations: 5000, nodeTimeout: 0 };
    expect(checkGraphConfig(config)).toEqual([]);
    expect(checkGraphConfig(config, "production").map(({ path, severity }) => `${severity} ${path}`)).toEqual([
      "warning enabled",
      "warning nodeTimeout",
      "warning maxIterations",
    ]);
    expect(checkGraphConfig({ totalTimeout: "1m" }, "production").map(({ path }) => path)).toEqual(["totalTimeout"]);
    expect(checkGraphConfig({}, "production")).toEqual([]);
  });

  test("it can be read from environment variables, and a bad one is named", () => {
    const env = {
      HOLDPOINT_GRAPH_MAX_ITERATIONS: "50",
      HOLDPOINT_GRAPH_NODE_TIMEOUT: "30s",
      HOLDPOINT_GRAPH_TOTAL_TIMEOUT: "0",
      HOLDPOINT_GRAPH_PARALLEL_BRANCHES: "false",
      HOLDPOINT_GRAPH_ENABLED: "",
      OTHER: "x",
    };
    const config = { maxIterations: 50, nodeTimeout: "30s", totalTimeout: 0, parallelBranches: false };
    expect(graphConfigFrom(env)).toEqual(config);
    expect(() => graphConfigFrom({ HOLDPOINT_GRAPH_MAX_ITERATIONS: "many" })).toThrow(/maxIterations/);
    expect(() => graphConfigFrom({ HOLDPOINT_GRAPH_ENABLED: "perhaps" })).toThrow(
      /enabled: perhaps must be true or false/,
    );
  });
});
