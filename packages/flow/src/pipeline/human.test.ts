import { describe, expect, test } from "vitest";
import { testEngine } from "../engine.fixture.ts";
import type { PipelineDocument, PipelineStepDocument } from "./document.ts";
import { loadPipeline } from "./load.ts";
import { checkPipeline } from "./read.ts";
import type { PipelineStep } from "./step-code.ts";
import { uiForm } from "./ui-form.ts";

/** work → the step under test → after. */
const asking = (step: PipelineStepDocument): PipelineDocument => ({
  name: "asking",
  steps: [{ id: "work" }, step, { id: "after" }],
  flow: {
    start_at: "work",
    paths: [
      { from: "work", to: step.id },
      { from: step.id, to: "after" },
    ],
  },
});

const steps: Record<string, PipelineStep> = {
  work: ({ work = {} }) => ({ text: "draft", ...(work as object) }),
  after: (data) => ({ ask: data.ask, decision: data.decision }),
};

async function start(step: PipelineStepDocument, input: unknown = {}) {
  const pipeline = await loadPipeline(asking(step), { steps });
  const engine = testEngine({ workflows: [pipeline] });
  return { engine, run: await engine.run(pipeline, input, { id: "r1" }) };
}

test("a ui_schema is a typed form", () => {
  const form = uiForm({
    title: "Review",
    fields: [
      { name: "decision", type: "radio", options: ["Approve", "Reject"], required: true, label: "Your decision" },
      {
        name: "team",
        type: "select",
        options: [
          { value: "a", label: "Team A" },
          { value: "b", label: "Team B" },
        ],
      },
      { name: "title", type: "text", required: true, placeholder: "A title" },
      { name: "notes", type: "textarea", rows: 6 },
      { name: "urgent", type: "checkbox", default: false },
      { name: "amount", type: "number", min: 1, max: 10, step: 0.5 },
      { name: "due", type: "date" },
      { name: "other", type: "sparkles" },
    ],
  });
  expect(form).toEqual({
    type: "object",
    title: "Review",
    properties: {
      decision: { type: "string", enum: ["Approve", "Reject"], title: "Your decision" },
      team: {
        type: "string",
        oneOf: [
          { const: "a", title: "Team A" },
          { const: "b", title: "Team B" },
        ],
        title: "team",
      },
      title: { type: "string", minLength: 1, title: "title", examples: ["A title"] },
      notes: { type: "string", "x-rows": 6, title: "notes" },
      urgent: { type: "boolean", title: "urgent", default: false },
      amount: { type: "number", minimum: 1, maximum: 10, multipleOf: 0.5, title: "amount" },
      due: { type: "string", format: "date", title: "due" },
      other: { type: "string", title: "other" },
    },
    required: ["decision", "title"],
    additionalProperties: false,
  });
});

describe("a step that asks a person", () => {
  const review: PipelineStepDocument = {
    id: "ask",
    type: "human_input",
    step_class: "HumanInputStep",
    config: {
      ui_schema: {
        title: "Review {{ work.text }}",
        fields: [
          { name: "decision", type: "radio", options: ["Approve", "Reject"], required: true },
          { name: "notes", type: "textarea" },
        ],
      },
      assigned_users: ["ana", "ben"],
    },
  };

  test("waits for an answer that fits its form, from one of those it names, and shows what came before", async () => {
    const { engine, run } = await start(review);
    const hold = await run.hold("ask");
    expect(hold).toMatchObject({ title: "Review draft", context: { work: { text: "draft" } } });
    await expect(engine.decide(hold, { decision: "Perhaps" }, { by: "ana" })).rejects.toThrow(/"Approve" or "Reject"/);
    await expect(engine.decide(hold, { decision: "Approve" }, { by: "eve" })).rejects.toThrow(/ana/);
    await engine.decide(hold, { decision: "Approve", notes: "fine" }, { by: "ben" });
    expect(await run.result()).toMatchObject({
      decision: "Approve",
      ask: { decision: "Approve", notes: "fine", _by: "ben" },
    });
  });

  test("chooses the way on by the answer", async () => {
    const document: PipelineDocument = {
      ...asking(review),
      flow: {
        start_at: "work",
        paths: [
          { from: "work", to: "ask" },
          {
            from: "ask",
            to: "after",
            condition: { type: "expression", config: { source: "ask.decision", value: "Approve" } },
          },
          { from: "ask", to: "end_with_failure", condition: "else" },
        ],
      },
    };
    const pipeline = await loadPipeline(document, { steps });
    const engine = testEngine({ workflows: [pipeline], answers: { ask: { decision: "Reject" } } });
    const run = await engine.run(pipeline, {}, { id: "r1" });
    await expect(run.result()).rejects.toThrow(/ended with failure/);
  });

  test("without a time it waits as long as it takes; with one, and no default, it expires and the step fails", async () => {
    const open = await start(review);
    await open.engine.advance("365d");
    expect((await open.run.describe()).status).toBe("parked");
    await open.engine.stop();
    const timed = await start({ ...review, config: { ...review.config, timeout_seconds: 60 } });
    await expect(timed.run.result()).rejects.toThrow(/expired without an answer/);
  });

  test.each([
    ["an error that is let pass", { continue_on_error: true }, { step_error: true, error_type: "HoldExpiredError" }],
    ["a value", { fallback: { value: { decision: "Reject" } } }, { decision: "Reject" }],
  ])(
    "in the place of an answer that does not come goes %s, where the document says so",
    async (_what, error_handling, expected) => {
      const { run } = await start({ ...review, config: { ...review.config, timeout_seconds: 60 }, error_handling });
      expect(await run.result()).toMatchObject({ ask: expected });
      const answered = await start({ ...review, error_handling });
      await answered.engine.decide(await answered.run.hold("ask"), { decision: "Approve" }, { by: "ana" });
      expect(await answered.run.result()).toMatchObject({ decision: "Approve" });
    },
  );

  test("inputs are what the person is shown", async () => {
    const { run } = await start({ ...review, inputs: { summary: "{{ work.text }}" } });
    expect((await run.hold("ask")).context).toEqual({ summary: "draft" });
  });

  test("without a form it asks for one text", async () => {
    const { engine, run } = await start({ id: "ask", type: "human_input", config: { prompt: "Which one?" } });
    const hold = await run.hold("ask");
    expect(hold.title).toBe("Which one?");
    await expect(engine.decide(hold, {}, { by: "ana" })).rejects.toThrow(/user_input: is required/);
    await engine.decide(hold, { user_input: "the red one" }, { by: "ana" });
    expect(await run.result()).toMatchObject({ ask: { user_input: "the red one" } });
  });
});

describe("variants", () => {
  test("review and approve shows the content and asks for one of three decisions", async () => {
    const step = { id: "ask", step_class: "ReviewAndApproveStep", config: { content_key: "text" } };
    const { engine, run } = await start(step);
    const hold = await run.hold("ask");
    expect(hold.context).toMatchObject({ text: "draft" });
    await expect(engine.decide(hold, { decision: "maybe" }, { by: "ana" })).rejects.toThrow(/"request_changes"/);
    await engine.decide(hold, { decision: "request_changes", comments: "shorter" }, { by: "ana" });
    expect(await run.result()).toMatchObject({ decision: "request_changes" });
  });

  test.each<[string, object, boolean]>([
    ["an amount above the limit", { amount: 120, country: "DE" }, true],
    ["an expression that is true", { amount: 20, country: "XX" }, true],
    ["a fact that is not there", { amount: 20 }, true],
    ["nothing of it", { amount: 20, country: "DE" }, false],
  ])("the engine's own triggers in a document: %s", async (_name, work, asked) => {
    const { engine, run } = await start(
      conditional({
        hold_when: [{ amountAbove: 100 }, { cel: "country == 'XX'", says: "an unknown country" }],
        facts: { amount: "{{ work.amount }}", country: "{{ work.country? }}" },
      }),
      { work },
    );
    if (asked) {
      const hold = await run.hold("ask");
      expect(hold.fired).toHaveLength(1);
      await engine.decide(hold, { approved: true }, { by: "ana" });
    }
    expect(await run.result()).toMatchObject({ ask: { approved: true, by: asked ? "ana" : null } });
  });

  const conditional = (config: object): PipelineStepDocument => ({
    id: "ask",
    type: "conditional_human",
    config: config as never,
  });

  test.each<[string, object, object, boolean]>([
    ["low confidence", { confidence_threshold: 0.8 }, { confidence: 0.6 }, true],
    ["high confidence", { confidence_threshold: 0.8 }, { confidence: 0.8 }, false],
    ["no confidence at all", { confidence_threshold: 0.8 }, {}, false],
    ["an error", { conditions: [{ type: "error_occurred" }] }, { error: "x" }, true],
    ["a status that says error", { conditions: [{ type: "error_occurred" }] }, { status: "error" }, true],
    ["no error", { conditions: [{ type: "error_occurred" }] }, {}, false],
    [
      "a check that fails",
      { value_check: { field: "n", operator: "greater_than", expected_value: 5 } },
      { n: 5 },
      true,
    ],
    [
      "a check of what is missing",
      { value_check: { field: "n", operator: "greater_than", expected_value: 5 } },
      {},
      true,
    ],
    [
      "a check that holds",
      { value_check: { field: "n", operator: "greater_than", expected_value: 5 } },
      { n: 6 },
      false,
    ],
    [
      "any condition of the one model",
      { conditions: [{ type: "field_equals", field: "kind", value: "a" }] },
      { kind: "a" },
      true,
    ],
  ])("a person is asked only when needed: %s", async (_name, config, work, asked) => {
    const { engine, run } = await start(conditional(config), { work });
    if (asked) await engine.decide(await run.hold("ask"), { decision: "approve" }, { by: "ana" });
    const result = await run.result();
    if (asked) expect(result).toMatchObject({ decision: "approve" });
    else expect(result).toMatchObject({ ask: { status: "automated_processing", human_input_skipped: true } });
  });

  const several = (decision_type: string, more: object = {}): PipelineStepDocument => ({
    id: "ask",
    step_class: "MultiStakeholderStep",
    config: { stakeholders: ["ana", "ben", "eve"], decision_type, ...more },
  });

  test.each<[string, Record<string, string>, unknown]>([
    ["consensus", { ana: "approve", ben: "approve", eve: "approve" }, { decision: "approve", decided: true }],
    ["consensus", { ana: "approve", ben: "reject", eve: "approve" }, { decision: null, decided: false }],
    ["majority", { ana: "approve", ben: "reject", eve: "approve" }, { decision: "approve", decided: true }],
    ["any", { ben: "reject" }, { decision: "reject", decided: true, missing: ["ana", "eve"] }],
  ])("several people, %s: %j", async (rule, votes, expected) => {
    const { engine, run } = await start(several(rule));
    for (const [person, decision] of Object.entries(votes)) {
      const hold = await run.hold(`ask:${person}`);
      await expect(engine.decide(hold, { decision }, { by: "mallory" })).rejects.toThrow(new RegExp(person));
      await engine.decide(hold, { decision }, { by: person });
    }
    expect(await run.result()).toMatchObject({ ask: { ...(expected as object), votes, decision_type: rule } });
  });

  test("a majority is more than half of all who were asked, whoever answered", async () => {
    const { engine, run } = await start(several("majority", { voting_options: ["yes", "no", "later"] }));
    for (const [person, decision] of Object.entries({ ana: "yes", ben: "no", eve: "later" })) {
      await engine.decide(await run.hold(`ask:${person}`), { decision }, { by: person });
    }
    expect(await run.result()).toMatchObject({ ask: { decision: null, decided: false } });
  });

  test("who does not answer in time is missing from the count", async () => {
    const { engine, run } = await start(several("majority", { timeout_hours: 24, voting_options: ["yes", "no"] }));
    for (const person of ["ana", "ben"]) {
      await engine.decide(await run.hold(`ask:${person}`), { decision: "yes" }, { by: person });
    }
    await engine.advance("25h");
    expect(await run.result()).toMatchObject({ ask: { decision: "yes", missing: ["eve"] } });
  });

  test("a decision with a time takes the default that the document says, and never one that it does not say", async () => {
    const timed = (config: object): PipelineStepDocument => ({
      id: "ask",
      step_class: "TimeBasedDecisionStep",
      config: { timeout_seconds: 300, ...config },
    });
    const decided = await start(timed({ default_action: "proceed" }));
    expect((await decided.run.hold("ask")).severity).toBe("high");
    expect(await decided.run.result()).toMatchObject({ decision: "proceed", ask: { _by: null } });
    await decided.engine.stop();
    const expired = await start(timed({}));
    await expect(expired.run.result()).rejects.toThrow(/expired without an answer/);
  });
});

test.each<[string, PipelineStepDocument, string, RegExp]>([
  [
    "nobody to ask",
    { id: "ask", type: "multi_stakeholder", config: {} },
    "steps[1].config.stakeholders",
    /at least one name/,
  ],
  [
    "an unknown rule",
    { id: "ask", type: "multi_stakeholder", config: { stakeholders: ["a"], decision_type: "dice" } },
    "steps[1].config.decision_type",
    /"consensus", "majority" or "any"/,
  ],
  ["no time", { id: "ask", type: "time_based_decision", config: {} }, "steps[1].config.timeout_seconds", /is missing/],
  [
    "no expression",
    { id: "ask", type: "conditional_human", config: { hold_when: [{ cel: "amount >" }] } },
    "steps[1].config.hold_when[0].cel",
    /is not an expression in CEL/,
  ],
  ["no condition", { id: "ask", type: "conditional_human", config: {} }, "steps[1].config.conditions", /are missing/],
])("what such a step lacks is said when it is read: %s", (_name, step, path, message) => {
  expect(checkPipeline(asking(step)).problems).toContainEqual({ path, message: expect.stringMatching(message) });
});
