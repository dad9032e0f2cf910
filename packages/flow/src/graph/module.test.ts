import { createEngine, memoryStore, ValidationError } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { describe, expect, test } from "vitest";
import { WorkflowCheckpoint } from "./checkpoint.ts";
import { flowModule } from "./module.ts";

test("graphs of a module have its configuration, unless they say otherwise", () => {
  const flows = flowModule.configure({ graph: { maxIterations: 7, nodeTimeout: "30s" } });
  const made = flows
    .graph("g")
    .node("a", () => ({}))
    .entry("a");
  expect(made.build().definition.limits).toEqual({ maxIterations: 7, nodeTimeout: "30s" });
  expect(made.config({ maxIterations: 9 }).build().definition.limits).toMatchObject({ maxIterations: 9 });
});

test("its ports are the engine's services, found by their names", async () => {
  const flows = flowModule.configure({
    llms: { small: { complete: async ({ prompt }) => prompt.toUpperCase() } },
    agents: { ana: { run: async (input) => [input] } },
    tools: { count: { execute: async ({ input }) => String(input).length } },
  });
  const flow = flows
    .graph("g")
    .llm("write", { llm: flows.llm("small"), outputKey: "text" })
    .agent("ask", { agent: flows.agent("ana"), inputKey: "text", outputKey: "answer" })
    .tool("count", { tool: flows.tool("count"), inputKey: "answer" })
    .edge("write", "ask")
    .edge("ask", "count")
    .entry("write")
    .build();
  await using engine = createTestEngine({ workflows: [flow], services: flows.services });
  expect(await (await engine.run(flow, "tea", { id: "r1" })).result()).toMatchObject({
    finalState: { text: "TEA", answer: ["TEA"] },
    output: 3,
  });
});

test("a stub gives ports that give back what they were asked", async () => {
  const flows = flowModule.stub({ llms: ["small"], tools: ["t"], agents: ["a"] });
  const flow = flows
    .graph("g")
    .llm("write", { llm: flows.llm("small"), prompt: "about {input}" })
    .entry("write")
    .build();
  await using engine = createTestEngine({ workflows: [flow], services: flows.services });
  expect((await (await engine.run(flow, "tea", { id: "r1" })).result()).output).toBe("about tea");
  expect(flows.services.map(({ name }) => name)).toEqual(["llm small", "agent a", "tool t"]);
});

test("a configuration that makes no sense is refused by name", () => {
  expect(() => flowModule.configure({ graph: { maxIterations: 0 } })).toThrow(/maxIterations/);
  expect(() => flowModule.configure({ grpah: {} } as never)).toThrow("grpah: is no option");
  expect(() => flowModule.configure(7 as never)).toThrow(ValidationError);
});

describe("health", () => {
  test("it is healthy, degraded by what does not suit its place, and unhealthy without its store", async () => {
    const engine = createEngine({ store: memoryStore(), workflows: [] });
    await using _stopping = { [Symbol.asyncDispose]: () => engine.stop() };
    expect(await flowModule.configure().health({ engine })).toEqual({ status: "healthy", problems: [] });
    const loose = flowModule.configure({ graph: { nodeTimeout: 0 }, environment: "production" });
    expect(await loose.health()).toMatchObject({
      status: "degraded",
      problems: [expect.stringContaining("nodeTimeout is 0")],
    });
    const hangs = { runs: () => new Promise(() => {}) } as unknown as typeof engine;
    expect(await loose.health({ engine: hangs, timeout: 10 })).toMatchObject({
      status: "unhealthy",
      problems: ["the store did not answer within 10 ms", expect.any(String)],
    });
    const fails = { runs: () => Promise.reject(new Error("disk full")) } as unknown as typeof engine;
    expect((await flowModule.configure().health({ engine: fails })).problems).toEqual([
      "the store does not answer: disk full",
    ]);
  });

  test("after a shutdown, which may be called again, it is unhealthy and keeps nothing", async () => {
    const checkpoint = new WorkflowCheckpoint();
    checkpoint.save("a", {});
    const flows = flowModule.configure({ checkpoint });
    flows.shutdown();
    flows.shutdown();
    expect(await flows.health()).toEqual({ status: "unhealthy", problems: ["it was shut down"] });
    expect(checkpoint.size).toBe(0);
  });
});
