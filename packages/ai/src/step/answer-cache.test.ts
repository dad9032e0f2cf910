import { type RunHandle, workflow } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { models, modelsService } from "../models/models.ts";
import { scriptedModel } from "../scripted/scripted-model.ts";
import { llmStep } from "./llm-step.ts";

const prices = { "scripted/*": { input: 1000, output: 1000 } };

function lab(scope?: "namespace" | "workflow") {
  const model = scriptedModel((_request, { call }) => ({ text: `answer ${call}`, usage: { input: 60, output: 40 } }));
  const flowOf = (name: string) =>
    workflow({ name, input: z.string() }, async (ctx, prompt) => {
      const cache = { ttl: "1d", ...(scope && { scope }) } as const;
      return (await llmStep(ctx, "ask", { prompt, temperature: prompt === "warm" ? 1 : 0, cache })).text;
    });
  const flows = [flowOf("one"), flowOf("other")] as const;
  const services = [modelsService.provide(models({ default: model, environment: {}, prices }))];
  const engine = createTestEngine({ workflows: [...flows], services });
  onTestFinished(() => engine.stop());
  const paid = async (run: RunHandle<unknown>) => (await run.describe()).attributes.aiCost;
  return { model, flows, engine, paid };
}

describe("an answer that is shared", () => {
  test("is asked for once, and whoever finds it pays nothing; another question is another answer", async () => {
    const { model, flows, engine, paid } = lab();
    const first = await engine.run(flows[0], "hi", { id: "r1" });
    expect(await first.result()).toBe("answer 1");
    const second = await engine.run(flows[0], "hi", { id: "r2" });
    expect(await second.result()).toBe("answer 1");
    expect([await paid(first), await paid(second)]).toEqual([0.1, 0]);
    expect(await (await engine.run(flows[0], "hello", { id: "r3" })).result()).toBe("answer 2");
    expect(model.requests).toHaveLength(2);
  });

  test("is for the workflow that asked, unless all of them are to have it", async () => {
    const apart = lab();
    for (const flow of apart.flows) await (await apart.engine.run(flow, "hi")).result();
    expect(apart.model.requests).toHaveLength(2);
    const together = lab("namespace");
    for (const flow of together.flows) await (await together.engine.run(flow, "hi")).result();
    expect(together.model.requests).toHaveLength(1);
  });

  test("grows old: after its time it is asked for again", async () => {
    const { flows, engine } = lab();
    await (await engine.run(flows[0], "hi", { id: "r1" })).result();
    await engine.advance("25h");
    expect(await (await engine.run(flows[0], "hi", { id: "r2" })).result()).toBe("answer 2");
  });
});
