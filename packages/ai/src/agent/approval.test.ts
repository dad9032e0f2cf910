import { workflow } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import type { Message } from "../model/message.ts";
import { type ModelsOptions, models, modelsService } from "../models/models.ts";
import { type ScriptedReply, scriptedModel } from "../scripted/scripted-model.ts";
import type { ToolApproval } from "../tool/approval.ts";
import { tool } from "../tool/tool.ts";
import { agent } from "./agent.ts";
import { agentStep } from "./agent-step.ts";

const Order = z.object({ id: z.string(), amount: z.number() });
const call = (name: string, id: string, amount = 10) => ({ name, args: { id, amount } });

/** An agent that may look up and pay back, killed after every write. */
function lab(
  script: readonly (string | ScriptedReply)[],
  approval: ToolApproval<z.infer<typeof Order>>,
  more: object = {},
  choose?: ModelsOptions["choose"],
) {
  const did: string[] = [];
  const work = (name: string, settings: object) =>
    tool({
      name,
      description: name,
      input: Order,
      ...settings,
      execute: ({ id, amount }) => {
        did.push(`${name} ${id} ${amount}`);
        return `${name} done`;
      },
    });
  const model = scriptedModel(script);
  const clerk = agent({
    name: "clerk",
    tools: [work("lookup", {}), work("refund", { approval, risk: "high" })],
    ...more,
  });
  const flow = workflow({ name: "desk", input: z.string() }, async (ctx, text) => {
    const { messages, text: said } = await agentStep(ctx, clerk, text);
    return { said, messages };
  });
  const services = [modelsService.provide(models({ default: model, environment: {}, ...(choose && { choose }) }))];
  const engine = createTestEngine({ workflows: [flow], services, discipline: "crash" });
  onTestFinished(() => engine.stop());
  return { engine, flow, model, did };
}

const results = (messages: readonly Message[], turn: number) =>
  messages.filter(({ role }) => role === "tool")[turn - 1]?.content;

describe("a tool that needs approval", () => {
  test("waits alone: of three parallel calls the other two are done meanwhile", async () => {
    const script = [{ calls: [call("lookup", "A"), call("refund", "B"), call("lookup", "C")] }, "done"];
    const { engine, flow, did } = lab(script, "always");
    const run = await engine.run(flow, "go", { id: "r1" });
    const hold = await run.hold("tool refund");
    expect(did).toEqual(["lookup A 10", "lookup C 10"]);
    expect(hold).toMatchObject({
      title: "clerk wants to call refund",
      severity: "high",
      action: { name: "refund", arguments: { id: "B", amount: 10 } },
    });
    await engine.decide(hold, { approved: true }, { by: "ana" });
    const { messages } = await run.result();
    expect(did).toEqual(["lookup A 10", "lookup C 10", "refund B 10"]);
    expect(results(messages, 1)).toMatchObject([
      { id: "call_1_1" },
      { id: "call_1_2", outcome: "ok" },
      { id: "call_1_3" },
    ]);
  });

  test("is called with the arguments a person changed, and the model is told of them", async () => {
    const { engine, flow, did } = lab([{ calls: [call("refund", "B", 500)] }, "done"], "always");
    const run = await engine.run(flow, "go", { id: "r1" });
    await engine.answer("tool refund", { approved: true, args: { id: "B", amount: 50 } }, { run });
    const { messages } = await run.result();
    expect(did).toEqual(["refund B 50"]);
    expect(results(messages, 1)).toMatchObject([{ outcome: "ok", edited: { args: { id: "B", amount: 50 } } }]);
  });

  test("that is denied is not called: the model hears why, and the identical call is blocked without asking again", async () => {
    const script = [
      { calls: [call("refund", "B")] },
      { calls: [call("refund", "B")] },
      { calls: [call("refund", "B", 5)] },
      "done",
    ];
    const { engine, flow, did } = lab(script, "always");
    const run = await engine.run(flow, "go", { id: "r1" });
    await engine.decide(await run.hold("tool refund"), { approved: false }, { by: "ana", note: "not before Monday" });
    const open = async () => (await run.holds()).find(({ status }) => status === "open");
    await expect.poll(open).toBeDefined();
    const second = await open();
    expect(second?.action).toMatchObject({ arguments: { amount: 5 } });
    await engine.decide(second ?? "", { approved: true }, { by: "ana" });
    const { messages } = await run.result();
    expect(results(messages, 1)).toMatchObject([
      { outcome: "denied", result: "ana denied it: not before Monday. Do not make the same call again." },
    ]);
    expect(results(messages, 2)).toMatchObject([
      { outcome: "denied", result: expect.stringContaining("The identical call was blocked") },
    ]);
    expect(did).toEqual(["refund B 5"]);
  });

  test("that nobody answers in time is denied with that reason", async () => {
    const { engine, flow, did } = lab([{ calls: [call("refund", "B")] }, "done"], {
      always: true,
      deadline: [{ after: "2d", expire: true }],
    });
    const { messages } = await (await engine.run(flow, "go", { id: "r1" })).result();
    expect(results(messages, 1)).toMatchObject([
      { outcome: "denied", result: "Nobody agreed to it in time. Do not make the same call again." },
    ]);
    expect(did).toEqual([]);
  });

  test.each<[string, ToolApproval<z.infer<typeof Order>>, number[], object?]>([
    ["never", "never", []],
    ["by predicate", { when: ({ amount }) => amount > 100 }, [500]],
    ["by risk that it has", { risk: "high" }, [10, 10, 500]],
    ["by risk that it has not", { risk: "critical" }, []],
    ["until it was approved once", { firstUse: true }, [10]],
    ["for new arguments", { newArguments: true }, [10, 500]],
    ["for a model that is unsure", { confidenceBelow: 0.8 }, [10, 10, 500], { confidence: () => 0.5 }],
    ["for a model that is sure", { confidenceBelow: 0.8 }, [], { confidence: () => 0.9 }],
    ["for a model that does not say", { confidenceBelow: 0.8 }, [10, 10, 500]],
  ])("is asked about %s", async (_, approval, asked, more) => {
    const script = [10, 10, 500].map((amount) => ({ calls: [call("refund", "B", amount)] }));
    const { engine, flow, did } = lab([...script, "done"], approval, more);
    const run = await engine.run(flow, "go", { id: "r1" });
    for (const amount of asked) {
      const open = async () => (await run.holds()).find(({ status }) => status === "open");
      await expect.poll(open).toBeDefined();
      const hold = await open();
      expect(hold?.action).toMatchObject({ arguments: { amount } });
      await engine.decide(hold ?? "", { approved: true }, { by: "ana" });
    }
    expect((await run.result()).said).toBe("done");
    expect(did).toHaveLength(3);
  });
});

test("a run is forked from its fourth turn with another model: what came before is inherited, and not paid for again", async () => {
  const looks = [1, 2, 3, 4, 5].map((n) => ({ calls: [call("lookup", `A-${n}`)] }));
  const other = scriptedModel(({ messages }) => `taken over after ${messages.length} messages`, "other");
  const { engine, flow, model, did } = lab([...looks, "done"], "never", {}, ({ id }) =>
    id === "r2" ? other : undefined,
  );
  const run = await engine.run(flow, "go", { id: "r1" });
  expect((await run.result()).said).toBe("done");
  expect(model.requests).toHaveLength(6);
  const fork = await run.fork({ from: "step:clerk turn#4", decisions: "reuse", id: "r2" });
  expect((await fork.result()).said).toBe("taken over after 7 messages");
  expect(model.requests).toHaveLength(6);
  expect(other.requests).toHaveLength(1);
  expect(did).toHaveLength(5);
});
