import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { workflow } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { agent } from "../agent/agent.ts";
import { agentStep } from "../agent/agent-step.ts";
import type { Model } from "../model/model.ts";
import { models, modelsService } from "../models/models.ts";
import { tool } from "../tool/tool.ts";
import type { LlamaCppLibrary } from "./library.ts";
import { type LlamaCppModel, llamaCpp } from "./llama-cpp.ts";
import { writeTinyLlama } from "./tiny-llama.fixture.ts";

/** Where scripts/llama-cpp.mjs puts it. */
const engine = new URL("../../../../out/llama-cpp/node_modules/node-llama-cpp/dist/index.js", import.meta.url);
const needed = process.env.HOLDPOINT_LLAMA_CPP === "required";
const missing = !needed && !existsSync(engine);
if (missing) console.warn("llama.cpp is not here, and its tests are skipped: node scripts/llama-cpp.mjs fetches it");

const Found = z.object({
  orders: z.array(z.enum(["A-7", "B-2"])).max(3),
  status: z.enum(["late", "sent"]).nullable(),
  sure: z.boolean(),
});

describe.skipIf(missing)("llama.cpp, the engine itself, with a model that was never trained", () => {
  let local: LlamaCppModel;
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "holdpoint-llama-"));
    writeTinyLlama(join(directory, "tiny.gguf"));
    const library = () => import(/* @vite-ignore */ engine.href) as Promise<LlamaCppLibrary>;
    local = llamaCpp({ path: join(directory, "tiny.gguf"), contextSize: 4096, threads: 1, gpu: false, library });
  });
  afterAll(async () => {
    await local.close();
    rmSync(directory, { recursive: true });
  });

  /** Looks something up first and answers then: an untrained model would do either for ever. */
  const inTurn = (model: Model): Model => ({
    id: model.id,
    generate: (request, call) => {
      const first = request.messages.every(({ role }) => role !== "tool");
      return model.generate({ ...request, toolChoice: first ? { name: "lookup" } : "none", maxTokens: 400 }, call);
    },
  });

  test("goes through an agent's whole loop: a call that fits its tool, its result, an answer that fits, all recorded", async () => {
    const Query = z.object({
      customer: z.enum(["ana", "ben"]),
      years: z.array(z.enum(["2025", "2026"])).max(3),
      open: z.boolean(),
    });
    const asked: z.infer<typeof Query>[] = [];
    const lookup = tool({
      name: "lookup",
      description: "Finds the orders of a customer.",
      input: Query,
      execute: (query) => {
        asked.push(query);
        return { orders: 2 };
      },
    });
    const clerk = agent({ name: "clerk", instructions: "You find orders.", tools: [lookup], output: Found });
    const flow = workflow({ name: "desk", input: z.string() }, (ctx, text) => agentStep(ctx, clerk, text));
    const services = [modelsService.provide(models({ default: inTurn(local), environment: {} }))];
    const lab = createTestEngine({ workflows: [flow], services, discipline: "crash" });
    onTestFinished(() => lab.stop());

    const { output, turns, messages } = await (await lab.run(flow, "Where are ana's orders?")).result();
    expect(turns).toBe(2);
    expect(asked.length).toBeGreaterThan(0);
    for (const query of asked) expect(Query.parse(query)).toEqual(query);
    expect(Found.parse(output)).toEqual(output);
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "assistant"]);
    expect(messages[2]?.content).toHaveLength(asked.length);
  });

  test("counts its tokens, takes what it has read already from its memory, and streams words as they are made", async () => {
    const messages = [{ role: "user" as const, content: "Tell me about hold points." }];
    const first = await local.generate({ messages, maxTokens: 20, temperature: 0 });
    expect(first).toMatchObject({ finish: "length", usage: { output: 20 }, model: "llama-cpp/tiny" });
    let words = "";
    let pieces = 0;
    for await (const event of local.stream({ messages, maxTokens: 20, temperature: 0 })) {
      if (event.type === "text") {
        words += event.delta;
        pieces++;
      } else if (event.type === "finish") {
        expect(event.response.content).toEqual([{ type: "text", text: words }]);
        expect(event.response.usage).toMatchObject({ input: first.usage.input, output: 20 });
        expect(event.response.usage.cacheRead).toBeGreaterThan(0);
      }
    }
    expect(pieces).toBeGreaterThan(5);
  });

  test("says that a conversation is too long for it, and does not leave out what was said first", async () => {
    const messages = [{ role: "user" as const, content: "long ".repeat(2000) }];
    await expect(local.generate({ messages })).rejects.toThrow(
      /the conversation takes 1\d{4} tokens, and contextSize is 4096/,
    );
    expect((await local.generate({ messages: [{ role: "user", content: "short" }], maxTokens: 3 })).usage.output).toBe(
      3,
    );
  });
});
