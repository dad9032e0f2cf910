import { service } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { describe, expect, test } from "vitest";
import { graph } from "./graph.ts";
import type { Agent, CompletionRequest, LanguageModel, Tool } from "./nodes/ports.ts";

const broken = () => Promise.reject(new Error("the model is down"));

async function run(made: { build(): never } | object, input: unknown = "tea", services: never[] = []) {
  const flow = (made as ReturnType<typeof graph>).build();
  await using engine = createTestEngine({ workflows: [flow], services });
  return await (await engine.run(flow, input as never, { id: "r1" })).result();
}

describe("language models", () => {
  const asked: CompletionRequest[] = [];
  const model: LanguageModel = {
    complete: async (request) => {
      asked.push(request);
      return { text: `text about ${request.prompt}` };
    },
  };

  test("the prompt is filled from the state, what is not there stays, and the options are handed over", async () => {
    asked.length = 0;
    const made = graph("g")
      .llm("write", {
        llm: model,
        prompt: "Write about {input} in {lang.code}, not {unknown}; as {{json}}",
        system: "You know {input}.",
        model: "small",
        temperature: 0.2,
        maxTokens: 100,
        outputKey: "draft",
      })
      .entry("write");
    const result = await run(made, { input: "tea", lang: { code: "en" } });
    expect(asked).toEqual([
      {
        prompt: "Write about tea in en, not {unknown}; as {{json}}",
        system: "You know tea.",
        model: "small",
        temperature: 0.2,
        maxTokens: 100,
      },
    ]);
    expect(result.finalState.draft).toMatch(/^text about Write about tea/);
  });

  test("without a prompt it is the input, and without a key the output", async () => {
    const result = await run(graph("g").llm("write", { llm: model }).entry("write"));
    expect(result.output).toBe("text about tea");
  });

  test("one may come from the engine's services; a graph of one that is not given fails by its name", async () => {
    const token = service<LanguageModel>("models");
    const made = graph("g").llm("write", { llm: token }).entry("write");
    expect((await run(made, "tea", [token.provide(model)] as never)).output).toBe("text about tea");
    await expect(run(made)).rejects.toThrow('no service "models"');
    expect(() => graph("g").llm("write", {} as never)).toThrow('node "write".llm: is missing');
  });
});

describe("agents and tools", () => {
  const agent: Agent = { run: async (input) => `agent on ${input}` };
  const tool: Tool = { execute: async (args) => args };

  test("an agent gets a value of the state, by itself or by an executor", async () => {
    const made = graph("g").agent("work", { agent, inputKey: "topic", outputKey: "answer" }).entry("work");
    expect((await run(made, { topic: "tea" })).finalState.answer).toBe("agent on tea");
    const executor = { execute: async (given: unknown, input: unknown) => [given, input] };
    const other = graph("g")
      .agent("work", { agent: { name: "ana" }, executor })
      .entry("work");
    expect((await run(other)).output).toEqual([{ name: "ana" }, "tea"]);
  });

  test("a tool gets its input and the extra keys that are there", async () => {
    const made = graph("g")
      .tool("call", { tool, extraKeys: ["lang", "missing"], outputKey: "got" })
      .entry("call");
    const { got } = (await run(made, { input: "tea", lang: "en", other: 1 })).finalState;
    expect(got).toStrictEqual({ input: "tea", lang: "en" });
  });

  test.each([
    ["llm", graph("g").llm("call", { llm: { complete: broken } })],
    ["agent", graph("g").agent("call", { agent: { run: broken } })],
    ["tool", graph("g").tool("call", { tool: { execute: broken } })],
  ])("the failure of a port is the run's, never a text: %s", async (_kind, made) => {
    await expect(run(made.entry("call"))).rejects.toThrow('step "call" failed after 1 attempt: the model is down');
  });

  test("a port is retried as its node says, and its answer is recorded once", async () => {
    let calls = 0;
    const flaky: Tool = {
      execute: async () => {
        if (++calls < 3) throw new Error("busy");
        return "at last";
      },
    };
    const made = graph("g")
      .tool("call", { tool: flaky, retry: { attempts: 3 } })
      .entry("call");
    const flow = made.build();
    await using engine = createTestEngine({ workflows: [flow], discipline: "crash" });
    expect((await (await engine.run(flow, "x", { id: "r1" })).result()).output).toBe("at last");
    expect(calls).toBe(3);
  });
});
