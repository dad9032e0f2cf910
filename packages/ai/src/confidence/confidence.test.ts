import type { LanguageModelV4CallOptions, SharedV4ProviderMetadata } from "@ai-sdk/provider";
import { workflow } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { fromAiSdk } from "../ai-sdk/from-ai-sdk.ts";
import { scriptedSdkModel } from "../durable/scripted-sdk.fixture.ts";
import { answer } from "../model/answer.ts";
import { models, modelsService } from "../models/models.ts";
import { scriptedModel } from "../scripted/scripted-model.ts";
import { type LlmOptions, llmStep } from "../step/llm-step.ts";
import { selfReported, tokenConfidence } from "./confidence.ts";

const Sorted = z.object({ label: z.string(), confidence: z.number() });

/** Files a mail; a person is asked where its label is less sure than 0.8. */
function lab(said: number, confidence: LlmOptions["confidence"]) {
  const model = scriptedModel([{ output: { label: "spam", confidence: said } }]);
  const flow = workflow({ name: "sort", input: z.string() }, async (ctx, prompt) => {
    const sorted = await llmStep(ctx, "sort", { prompt, output: Sorted, ...(confidence && { confidence }) });
    const { by } = await ctx.approve("file", {
      title: "File it?",
      holdWhen: [{ confidenceBelow: 0.8 }],
      facts: { ...(sorted.confidence !== null && { confidence: sorted.confidence }) },
    });
    return { by, confidence: sorted.confidence };
  });
  const services = [modelsService.provide(models({ default: model, environment: {} }))];
  const engine = createTestEngine({ workflows: [flow], services, discipline: "crash" });
  onTestFinished(() => engine.stop());
  return { engine, flow };
}

describe("how sure an answer is", () => {
  test("is what the model says itself, and decides whether a person is asked", async () => {
    const sure = lab(0.95, selfReported());
    const run = await sure.engine.run(sure.flow, "win money");
    expect(await run.result()).toEqual({ by: null, confidence: 0.95 });
    const unsure = lab(0.4, selfReported());
    const held = await unsure.engine.run(unsure.flow, "win money");
    await unsure.engine.answer("file", { approved: true }, { run: held, by: "ana" });
    expect(await held.result()).toEqual({ by: "ana", confidence: 0.4 });
  });

  test("is what a scorer says, asked once whatever happens, and one that gives no confidence fails", async () => {
    let scored = 0;
    const score = ({ output }: { output: unknown }) => {
      scored++;
      return (output as { label: string }).label === "spam" ? 0.3 : 1;
    };
    const { engine, flow } = lab(0.99, { score });
    const run = await engine.run(flow, "win money");
    await engine.answer("file", { approved: true }, { run, by: "ana" });
    expect(await run.result()).toEqual({ by: "ana", confidence: 0.3 });
    expect(scored).toBe(1);
    const wrong = lab(0.99, { score: () => 30 });
    await expect((await wrong.engine.run(wrong.flow, "win money")).result()).rejects.toThrow(
      "30 must be a number from 0 to 1",
    );
  });

  test("is unknown where nothing says it, and then a person is asked", async () => {
    const { engine, flow } = lab(0.99, tokenConfidence());
    const run = await engine.run(flow, "win money");
    await engine.answer("file", { approved: true }, { run, by: "ana" });
    expect(await run.result()).toEqual({ by: "ana", confidence: null });
  });

  test("is read from tokens' probabilities in both shapes that OpenAI's adapter has", async () => {
    const logprobs = [{ logprob: Math.log(0.9) }, { logprob: Math.log(0.4) }];
    for (const shape of [logprobs, [logprobs]]) {
      const asked: LanguageModelV4CallOptions[] = [];
      const sdk = scriptedSdkModel(["yes"]);
      const providerMetadata = { openai: { logprobs: shape } } as unknown as SharedV4ProviderMetadata;
      const model = fromAiSdk({
        ...sdk,
        doGenerate: async (call) => {
          asked.push(call);
          return { ...(await sdk.doGenerate(call)), providerMetadata };
        },
      });
      const response = await model.generate({ messages: [{ role: "user", content: "Is it?" }], logprobs: true });
      expect(asked[0]?.providerOptions).toEqual({ openai: { logprobs: true } });
      expect(tokenConfidence()(response)).toBeCloseTo(0.6, 9);
    }
    expect(tokenConfidence()(answer("a/b", "yes"))).toBeUndefined();
    const parts = answer("a/b", JSON.stringify({ a: { sure: 0.9 }, b: { sure: 0.6 } }));
    expect(selfReported(["a.sure", "b.sure"])(parts)).toBe(0.6);
    expect(selfReported("c")(parts)).toBeUndefined();
  });
});
