import { type WorkflowContext, workflow } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { guardStep } from "../guardrails/guard-step.ts";
import { guardrails } from "../guardrails/guardrails.ts";
import { models, modelsService } from "../models/models.ts";
import { type Script, scriptedModel } from "../scripted/scripted-model.ts";
import { checkGrounding } from "./check-grounding.ts";
import { groundingRail, groundingStep } from "./grounding-step.ts";

const refunds = {
  id: "refunds",
  text: "Money is paid back within 30 days. Gift cards are never refunded. Ask Maria Lopez at maria@example.org.",
};
const travel = { id: "travel", text: "Trips above 500 dollars need an approval by the finance team." };
const sources = [refunds, travel];

test.each([
  ["says it in other words", "We pay money back within 30 days.", true],
  ["writes numbers otherwise", "Money is paid back within thirty days.", true],
  ["has another number", "Money is paid back within 60 days.", false],
  ["denies it", "Gift cards are refunded.", false],
  ["names somebody else", "Ask Pedro Garcia about money that is paid back.", false],
  ["is about something else", "Parking costs nothing for visitors of the museum.", false],
])("a claim that %s", (_, claim, supported) => {
  expect(checkGrounding(claim, sources)).toMatchObject({
    grounded: supported,
    score: supported ? 1 : 0,
    unsupported: supported ? [] : [claim],
  });
});

test("an answer is judged sentence by sentence, with its places; greetings and questions claim nothing", () => {
  const answer = "Hello! Money is paid back within 30 days. Gift cards are refunded. Anything else?";
  const { sentences, score, unsupported } = checkGrounding(answer, sources);
  expect(sentences.map(({ claim, supported }) => [claim, supported])).toEqual([
    [false, true],
    [true, true],
    [true, false],
    [false, true],
  ]);
  for (const { start, end, text } of sentences) expect(answer.slice(start, end)).toBe(text);
  expect([score, unsupported]).toEqual([0.5, ["Gift cards are refunded."]]);
  const { span } = sentences[1] ?? {};
  expect(refunds.text.slice(span?.start, span?.end)).toBe("Money is paid back within 30 days.");
});

describe("a citation", () => {
  const found = (quote: string) =>
    checkGrounding("x", sources, { citations: [{ source: "refunds", quote }] }).citations[0];
  test.each([
    ["verbatim", "Gift cards are never refunded", "verbatim"],
    ["with other white space and case", "gift  CARDS are\nnever refunded", "verbatim"],
    ["changed a little", "Money will be paid back within 30 days", "missing"],
    ["nearly", "Gift cards are never ever refunded. Ask Maria Lopez at maria", "fuzzy"],
    ["with another number", "Money is paid back within 31 days", "missing"],
    ["made up", "Parking is free for everybody", "missing"],
  ])("that stands there %s", (_, quote, said) => {
    expect(found(quote)?.found).toBe(said);
  });

  test("says where it stands", () => {
    const { span } = found("never refunded") ?? {};
    expect(refunds.text.slice(span?.start, span?.end)).toBe("never refunded");
  });

  test("in the text must name a source and a place that are there, and the claim must follow from that one", () => {
    expect(checkGrounding("Money is paid back within 30 days [refunds].", sources)).toMatchObject({
      grounded: true,
      citations: [{ found: "whole" }],
    });
    expect(checkGrounding("Money is paid back within 30 days [1].", sources)).toMatchObject({
      grounded: true,
      citations: [{ source: "refunds" }],
    });
    expect(checkGrounding("Money is paid back within 30 days [travel].", sources)).toMatchObject({ grounded: false });
    expect(checkGrounding("Money is paid back within 30 days [9].", sources)).toMatchObject({
      grounded: false,
      citations: [{ found: "unknown" }],
    });
    expect(checkGrounding("Money is paid back within 30 days [refunds#0-9999].", sources)).toMatchObject({
      grounded: false,
      citations: [{ found: "missing" }],
    });
    expect(
      checkGrounding("Money is paid back within 30 days.", sources, { requireCitations: true }).sentences[0]?.issues,
    ).toEqual([{ type: "citation", says: "It cites nothing." }]);
  });
});

test("no sources support nothing", () => {
  expect(() => checkGrounding("Anything.", [])).toThrow("sources: must have at least one");
  expect(() => checkGrounding("Anything.", [refunds, refunds])).toThrow('sources: "refunds" is there twice');
});

async function start<T>(work: (ctx: WorkflowContext) => Promise<T>, script: Script = () => "") {
  const model = scriptedModel(script);
  const flow = workflow({ name: "desk" }, work);
  const services = [modelsService.provide(models({ default: model, environment: {} }))];
  const engine = createTestEngine({ workflows: [flow], services, discipline: "crash" });
  onTestFinished(() => engine.stop());
  return { engine, model, run: await engine.run(flow, undefined as never, { id: "r1" }) };
}

describe("an answer that is not grounded", () => {
  const answer = "Ask Pedro Garcia at pedro@example.org. Money is paid back within 30 days.";

  test("waits for a person, who sees each claim with what comes nearest to it, personal data masked", async () => {
    const { run, engine } = await start((ctx) => groundingStep(ctx, "check", { answer, sources, hold: {} }));
    const hold = await run.hold("grounding check");
    expect(hold.context).toMatchObject({
      score: 0.5,
      unsupported: [{ claim: "Ask Pedro Garcia at [EMAIL].", nearest: { source: "refunds" } }],
    });
    expect(JSON.stringify(hold)).not.toContain("@example.org");
    await engine.decide(hold, { approved: true }, { by: "eve" });
    expect(await run.result()).toMatchObject({ score: 0.5, approvedBy: "eve" });
  });

  test("is blocked when the person says so, and goes on by itself where the rule does not fire", async () => {
    const { run, engine } = await start((ctx) => groundingStep(ctx, "check", { answer, sources, hold: {} }));
    await engine.decide(await run.hold("grounding check"), { approved: false }, { by: "eve", note: "wrong name" });
    await expect(run.result()).rejects.toMatchObject({
      cause: { code: "GUARDRAIL", details: { reason: "eve did not let it pass: wrong name" } },
    });
    const when = [{ confidenceBelow: 0.4 }];
    const { run: other } = await start((ctx) => groundingStep(ctx, "check", { answer, sources, hold: { when } }));
    expect(await other.result()).toMatchObject({ score: 0.5, grounded: false });
  });

  test("is stopped by a rail, with the places of its claims", async () => {
    const safe = guardrails({ rails: [groundingRail({ sources: () => sources, action: "block" })] });
    const { run } = await start((ctx) => guardStep(ctx, "reply", safe, "output", answer));
    await expect(run.result()).rejects.toMatchObject({
      cause: { details: { reason: "1 of its claims are not supported by the sources." } },
    });
    const { run: fine } = await start((ctx) =>
      guardStep(ctx, "reply", safe, "output", "Money is paid back within 30 days."),
    );
    expect(await fine.result()).toMatchObject({ verdicts: [{ score: 1 }] });
  });
});

test("a model judges all claims in one recorded call, the lower score counts, and a judge that loses count supports nothing", async () => {
  const answer = "Money is paid back within 30 days. Trips above 500 dollars need an approval.";
  const check = (scores: number[]) =>
    start(
      (ctx) => groundingStep(ctx, "check", { answer, sources, judge: {} }),
      () => ({ output: { scores } }),
    );
  const { run, model } = await check([1, 0.2]);
  expect(await run.result()).toMatchObject({ score: 0.5, unsupported: ["Trips above 500 dollars need an approval."] });
  expect(model.requests).toHaveLength(1);
  expect(await (await check([1])).run.result()).toMatchObject({ score: 0 });
});

test("a scorer is asked with each claim and what comes nearest to it", async () => {
  const asked: string[] = [];
  const scorer = (claim: string, evidence: string): number => {
    asked.push(`${claim} <- ${evidence}`);
    return 0.9;
  };
  const { run } = await start((ctx) =>
    groundingStep(ctx, "check", { answer: "Money is paid back within 30 days.", sources, scorer }),
  );
  expect(await run.result()).toMatchObject({ grounded: true });
  expect(asked).toEqual(["Money is paid back within 30 days. <- Money is paid back within 30 days."]);
});
