import { models, type ScriptedReply, scriptedModel } from "@holdpoint/ai";
import { createTestEngine } from "holdpoint/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { staff } from "../program/staff.ts";
import { type Desk, desk } from "./desk.ts";
import { proposerServices } from "./proposal.ts";
import { question, triage } from "./workflow.ts";

/** A desk whose classifier is as sure as it is told to be. */
function clerk(confidence: number): Desk {
  const evidence = { towardSpam: [], towardGood: [], total: { spam: 0, good: 0 }, doubt: "it has no known word" };
  const mail = { subject: "Win!", sender: "a••@b••", excerpt: "You have won.", attachments: [], problems: [] };
  return {
    parse: async () => mail as never,
    features: () => ({ known: [], unknown: 3 }),
    score: () => ({
      probability: confidence,
      leaning: { folder: "quarantine", confidence, needed: 0.96 } as never,
      evidence: evidence as never,
      model: "test",
    }),
    file: (_file, to) => to,
    witness: async (_run, _step, _attempt, work) => work(),
  };
}

function lab(reply: ScriptedReply, { confidence = 0.6, on = true } = {}) {
  const scripted = scriptedModel(() => reply);
  const registry = models({ providers: { office: () => scripted }, environment: {} });
  const services = proposerServices(on ? { HOLDPOINT_MODEL: "office/mail" } : {}, registry);
  const engine = createTestEngine({
    workflows: [triage],
    services: [desk.provide(clerk(confidence)), ...services],
    directory: staff(),
    discipline: "crash",
  });
  onTestFinished(() => engine.stop());
  return { engine, scripted };
}

const said = { output: { folder: "inbox", confidence: 0.7, reason: "It is a receipt." } };

describe("a model's proposal for a mail the classifier is not sure of", () => {
  test("is shown in the hold, and decides nothing", async () => {
    const { engine } = lab(said);
    const run = await engine.run(triage, { file: "1.eml" });
    const hold = await run.hold(question);
    expect(hold.context).toMatchObject({ modelSuggests: "inbox (70 % sure, says scripted/model): It is a receipt." });
    expect(hold).toMatchObject({ status: "open", action: { name: "quarantine" } });
  });

  test("is not asked for where no model is configured, nor for a mail that is sure", async () => {
    const off = lab(said, { on: false });
    const hold = await (await off.engine.run(triage, { file: "1.eml" })).hold(question);
    expect(hold.context).not.toHaveProperty("modelSuggests");
    const sure = lab(said, { confidence: 0.99 });
    expect(await (await sure.engine.run(triage, { file: "1.eml" })).result()).toMatchObject({ decidedBy: null });
    expect([...off.scripted.requests, ...sure.scripted.requests]).toEqual([]);
  });

  test("that never comes keeps nobody waiting", async () => {
    const { engine } = lab({ error: new Error("the server is down") });
    const hold = await (await engine.run(triage, { file: "1.eml" })).hold(question);
    expect(hold.context).toMatchObject({ modelSuggests: "none: the model gave no usable answer" });
  });
});
