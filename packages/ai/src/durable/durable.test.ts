import { workflow } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { generateText, isStepCount, streamText, tool } from "ai";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { durableModel } from "./durable-model.ts";
import { durableTools } from "./durable-tools.ts";
import { type SdkTurn, scriptedSdkModel } from "./scripted-sdk.fixture.ts";

const turns: SdkTurn[] = [
  [
    { name: "lookup", args: { id: "A-7" } },
    { name: "lookup", args: { id: "A-8" } },
  ],
  [{ name: "refund", args: { id: "A-7" } }],
  "A-7 was paid back.",
];

describe.each(["generateText", "streamText"] as const)("an agent written with the AI SDK's %s", (kind) => {
  /** An agent as somebody wrote it, with its model and its tools wrapped. */
  function lab(script: readonly SdkTurn[], discipline: "normal" | "crash" = "crash") {
    const asked: number[] = [];
    const did: string[] = [];
    const model = durableModel(scriptedSdkModel(script, (turn) => asked.push(turn)));
    const input = z.object({ id: z.string() });
    const tools = durableTools(
      {
        lookup: tool({
          description: "Finds an order.",
          inputSchema: input,
          execute: async ({ id }, options) => {
            did.push(`lookup ${id} ${"idempotencyKey" in options}`);
            return { id, status: "late" };
          },
        }),
        refund: tool({ inputSchema: input, execute: ({ id }) => void did.push(`refund ${id}`) }),
      },
      { refund: { approval: "always" } },
    );
    const flow = workflow({ name: "ask", input: z.string() }, async (_ctx, prompt) => {
      const given = { model, tools, prompt, stopWhen: isStepCount(5) };
      if (kind === "generateText") return (await generateText(given)).text;
      let text = "";
      for await (const piece of streamText(given).textStream) text += piece;
      return text;
    });
    const engine = createTestEngine({ workflows: [flow], ...(discipline === "crash" && { discipline }) } as never);
    onTestFinished(() => engine.stop());
    return { engine, flow, asked, did };
  }

  test("is recorded call by call: killed after every write it asks and does nothing twice", async () => {
    const { engine, flow, asked, did } = lab(turns);
    const run = await engine.run(flow, "Where is it?", { id: "r1" });
    await engine.answer("tool refund", { approved: true }, { run });
    expect(await run.result()).toBe("A-7 was paid back.");
    expect(asked).toEqual([1, 2, 3]);
    expect(did).toEqual(["lookup A-7 true", "lookup A-8 true", "refund A-7"]);
    expect((await run.describe()).attributes).toMatchObject({ aiCalls: 3, aiInputTokens: 60, aiUnpricedCalls: 3 });
  });
});
