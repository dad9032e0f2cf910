import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { workflow } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { agent } from "../agent/agent.ts";
import { agentStep } from "../agent/agent-step.ts";
import { type ModelEvent, type ModelRequest, textOf } from "../index.ts";
import type { AdapterKind } from "../models/adapter.ts";
import { models, modelsService } from "../models/models.ts";
import { llmStep } from "../step/llm-step.ts";
import { tool } from "../tool/tool.ts";
import { bodiesFit } from "./published-types.fixture.ts";
import { StandIn, type Wire } from "./stand-in.fixture.ts";
import { chatWire, geminiWire, messagesWire, responsesWire } from "./wires.fixture.ts";

/** What the vendor's own client makes of the same server: the text, whole and streamed. */
type VendorClient = (origin: string) => { whole(): Promise<string>; streamed(): Promise<string> };

const openaiResponses: VendorClient = (origin) => {
  const client = new OpenAI({ apiKey: "k", baseURL: `${origin}/v1`, maxRetries: 0 });
  const given = { model: "model-1", input: "hi" };
  return {
    whole: async () => (await client.responses.create(given)).output_text,
    streamed: async () => (await client.responses.stream(given).finalResponse()).output_text,
  };
};
const openaiChat: VendorClient = (origin) => {
  const client = new OpenAI({ apiKey: "k", baseURL: `${origin}/v1`, maxRetries: 0 });
  const given = { model: "model-1", messages: [{ role: "user" as const, content: "hi" }] };
  return {
    whole: async () => (await client.chat.completions.create(given)).choices[0]?.message.content ?? "",
    streamed: async () => (await client.chat.completions.stream(given).finalContent()) ?? "",
  };
};
const anthropicMessages: VendorClient = (origin) => {
  const client = new Anthropic({ apiKey: "k", baseURL: origin, maxRetries: 0 });
  const given = { model: "model-1", max_tokens: 100, messages: [{ role: "user" as const, content: "hi" }] };
  const words = (content: Anthropic.ContentBlock[]) =>
    content.map((block) => ("text" in block ? block.text : "")).join("");
  return {
    whole: async () => words((await client.messages.create(given)).content),
    streamed: async () => words((await client.messages.stream(given).finalMessage()).content),
  };
};
const googleGenai: VendorClient = (origin) => {
  const client = new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl: origin } });
  const given = { model: "model-1", contents: "hi" };
  return {
    whole: async () => (await client.models.generateContent(given)).text ?? "",
    streamed: async () => {
      let text = "";
      for await (const chunk of await client.models.generateContentStream(given)) text += chunk.text ?? "";
      return text;
    },
  };
};

const adapters: { speaks: AdapterKind; wire: Wire; base: string; vendor: VendorClient }[] = [
  { speaks: "openai", wire: responsesWire, base: "/v1", vendor: openaiResponses },
  { speaks: "openai-chat", wire: chatWire, base: "/v1", vendor: openaiChat },
  { speaks: "anthropic", wire: messagesWire, base: "/v1", vendor: anthropicMessages },
  { speaks: "google", wire: geminiWire, base: "/v1beta", vendor: googleGenai },
  { speaks: "openai-compatible", wire: chatWire, base: "/v1", vendor: openaiChat },
];

const sent: { speaks: AdapterKind; body: object }[] = [];
const lookup = {
  name: "lookup",
  description: "Finds an order.",
  parameters: z.toJSONSchema(z.object({ id: z.string() })),
};
const request: ModelRequest = {
  messages: [
    { role: "system", content: "Be brief." },
    { role: "user", content: "What is tea?" },
  ],
  tools: [lookup],
  maxTokens: 100,
};

/** Anthropic is told by `cachePrompt` where the prompt may be cut; the others cache by themselves, and their flags are options of theirs. */
const breakpoint = { cache_control: { type: "ephemeral" } };
const cacheFlags: Record<AdapterKind, object> = {
  openai: { prompt_cache_key: "tea" },
  "openai-chat": { prompt_cache_key: "tea" },
  anthropic: { system: [breakpoint], messages: [{ content: [breakpoint] }] },
  google: { cachedContent: "cachedContents/tea" },
  "openai-compatible": { prompt_cache_key: "tea" },
};

describe.each(adapters)("the adapter $speaks", ({ speaks, wire, base, vendor }) => {
  const server = new StandIn(wire);
  beforeAll(() => server.start());
  afterAll(() => server.stop());
  // Anthropic's published types have no temperature any more; models before that still take it.
  const asking = speaks === "anthropic" ? request : { ...request, temperature: 0.2 };
  let registry: ReturnType<typeof models>;
  const pauses: number[] = [];
  beforeEach(() => {
    pauses.length = 0;
    registry = models({
      default: "p/model-1",
      environment: {},
      providers: { p: { speaks, apiKey: "secret-key", baseURL: server.origin + base, headers: { "x-office": "tea" } } },
      pause: async (ms) => void pauses.push(ms),
    });
    return () => void sent.push(...server.received.splice(0).map(({ body }) => ({ speaks, body })));
  });

  test("passes on what its server is told of prompt caching", async () => {
    server.will({ text: "Tea is good." });
    const providerOptions = {
      openai: { promptCacheKey: "tea" },
      google: { cachedContent: "cachedContents/tea" },
      p: { prompt_cache_key: "tea" },
    };
    await registry.get().generate({ ...asking, cachePrompt: true, providerOptions });
    const body = server.received.at(-1)?.body as Record<string, unknown>;
    expect(body).toMatchObject(cacheFlags[speaks]);
    // Without being asked nothing is marked: writing to a cache has its price.
    server.will({ text: "Tea is good." });
    await registry.get().generate(asking);
    expect(JSON.stringify(server.received.at(-1)?.body)).not.toMatch(/cache/i);
  });

  test("gives the answer with its tokens, ids and reason", async () => {
    server.will({ text: "Tea is good.", input: 120, cached: 100, output: 7 });
    const response = await registry.get().generate(asking);
    expect(response).toMatchObject({
      finish: "stop",
      model: "p/model-1",
      usage: { input: 120, output: 7, cacheRead: 100 },
      rawModel: "model-1",
      requestId: expect.stringMatching(/^req-/),
    });
    expect(response.rawId).toBeTruthy();
    expect(textOf(response.content)).toBe("Tea is good.");
    expect(JSON.stringify(server.last.headers)).toContain("secret-key");
    expect(server.last.headers["x-office"]).toBe("tea");
    expect(JSON.stringify(server.last.body)).toContain("Be brief.");
    expect(JSON.stringify(server.last.body)).not.toContain("secret-key");
  });

  test("streams it piece by piece, to the same end", async () => {
    server.will({
      text: "Tea is good.",
      calls: [{ id: "c1", name: "lookup", args: { id: "A" } }],
      input: 9,
      output: 7,
    });
    const events: ModelEvent[] = [];
    for await (const event of registry.get().stream?.(asking) ?? []) events.push(event);
    expect(events.map(({ type }) => type)).toEqual(["text", "text", "text", "tool-call", "finish"]);
    const end = events.at(-1);
    if (end?.type !== "finish") throw new Error("no end");
    expect(end.response).toMatchObject({ finish: "tool-calls", usage: { input: 9, output: 7 } });
    expect(textOf(end.response.content)).toBe("Tea is good.");
  });

  test("hands tool calls over and their results back: a whole agent works on it", async () => {
    const id = speaks === "google" ? expect.any(String) : "call_9";
    server.will({ calls: [{ id: "call_9", name: "lookup", args: { id: "A-7" } }] }, { text: "It is sent." });
    const clerk = agent({
      name: "clerk",
      instructions: "Help.",
      tools: [
        tool({
          name: "lookup",
          description: "Finds.",
          input: z.object({ id: z.string() }),
          execute: ({ id }) => ({ id, status: "sent" }),
        }),
      ],
    });
    const flow = workflow({ name: "desk" }, async (ctx) => (await agentStep(ctx, clerk, "Where is A-7?")).messages);
    const engine = createTestEngine({ workflows: [flow], services: [modelsService.provide(registry)], patience: "1m" });
    onTestFinished(() => engine.stop());
    const messages = await (await engine.run(flow, undefined)).result();
    expect(messages.slice(1, 3)).toMatchObject([
      { role: "assistant", content: [{ type: "tool-call", id, name: "lookup", args: { id: "A-7" } }] },
      { role: "tool", content: [{ id, outcome: "ok", result: { id: "A-7", status: "sent" } }] },
    ]);
    expect(JSON.stringify(server.last.body)).toContain("sent");
  });

  test("asks for structured output, and keeps the distance a provider asks for after a 429", async () => {
    server.will({ status: 429, headers: { "retry-after": "7" } }, { text: '{"label":"tea"}' });
    const flow = workflow(
      { name: "desk" },
      async (ctx) =>
        (await llmStep(ctx, "sort", { prompt: "Sort it.", output: z.object({ label: z.string() }) })).output,
    );
    const engine = createTestEngine({ workflows: [flow], services: [modelsService.provide(registry)], patience: "1m" });
    onTestFinished(() => engine.stop());
    expect(await (await engine.run(flow, undefined)).result()).toEqual({ label: "tea" });
    expect(pauses).toEqual([7000]);
    expect(JSON.stringify(server.last.body)).toContain('"label"');
  });

  test.each([
    [400, false],
    [401, false],
    [429, true],
    [500, true],
    [503, true],
  ])("says of a %i whether another attempt may help", async (status, retryable) => {
    server.will({ status });
    const failed = registry.get().generate(asking);
    await expect(failed).rejects.toMatchObject({
      code: "MODEL",
      status,
      retryable,
      message: expect.stringContaining("p/model-1"),
    });
  });

  test.each(["broken", "ended"] as const)("a stream that is cut is a failure, not a short answer: %s", async (cut) => {
    server.will({ cut, text: "Tea is good." });
    const read = async () => {
      for await (const event of registry.get().stream?.(asking) ?? [])
        if (event.type === "finish") return event.response;
      return null;
    };
    await expect(read()).rejects.toMatchObject({ code: "MODEL", retryable: true });
  });

  test("its stand-in satisfies the vendor's own client", async () => {
    server.will({ text: "Tea is good.", input: 3, output: 4 }, { text: "Tea is good.", input: 3, output: 4 });
    const client = vendor(server.origin);
    expect(await client.whole()).toBe("Tea is good.");
    expect(await client.streamed()).toBe("Tea is good.");
    server.received.length = 0;
  });
});

test("every request that was sent fits the vendor's published types", () => {
  expect(sent.length).toBeGreaterThan(50);
  expect(bodiesFit(sent)).toEqual([]);
});
