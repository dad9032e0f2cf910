import { expect, test } from "vitest";
import { pipelineTemplates } from "../catalog/templates.ts";
import { dryRunPipeline } from "./dry-run.ts";
import { sampleOf } from "./sample-of.ts";

const executed: string[] = [];
const steps = {
  load: () => {
    executed.push("load");
    return { total: 120 };
  },
  pay: () => {
    executed.push("pay");
    return { paid: true };
  },
};
const refund = {
  name: "refund",
  input_schema: { type: "object", properties: { order: { type: "string" } }, required: ["order"] },
  steps: [
    { id: "load", step_class: "load", inputs: { id: "{{ order }}" } },
    {
      id: "review",
      type: "human_input",
      config: {
        prompt: "Pay {{ load.total }} back?",
        assigned_users: ["ana"],
        timeout_hours: 72,
        default_action: "reject",
        ui_schema: { fields: [{ name: "decision", type: "radio", options: ["approve", "reject"], required: true }] },
      },
    },
    { id: "pay", step_class: "pay" },
  ],
  flow: {
    start_at: "load",
    paths: [
      {
        from: "load",
        to: "review",
        condition: { type: "expression", config: { source: "load.total", operator: ">", value: 50 } },
      },
      { from: "load", to: "pay", condition: "else" },
      { from: "review", to: "pay", condition: { type: "field_equals", field: "review.decision", value: "approve" } },
      { from: "review", to: "end", condition: "else" },
      { from: "pay", to: "end" },
    ],
  },
};
const input = { order: "A-7" };
const load = { load: { output: { total: 120 } } };
const taken = (report: { ways: readonly { taken: number }[] }) => report.ways.map((way) => way.taken);

test("a dry run executes nothing, evaluates conditions and templates, and stops at the hold it has no answer for", async () => {
  executed.length = 0;
  const report = await dryRunPipeline(refund, { input, steps: load });
  expect(report).toMatchObject({ status: "waiting", output: null, problem: null });
  expect(report.holds).toMatchObject([{ name: "review", title: "Pay 120 back?", people: ["ana"] }]);
  expect(report.visits).toMatchObject([
    { step: "load", path: "steps[0]", status: "done", how: "sample", input: { id: "A-7" }, output: { total: 120 } },
    { step: "review", status: "waiting", how: "person" },
  ]);
  expect(taken(report)).toEqual([1, 0, 0, 0, 0]);
  expect(executed).toEqual([]);
});

test("with the answer it goes on, and nobody's answer is the deadline's without waiting for it", async () => {
  const yes = await dryRunPipeline(refund, {
    ...{ input, steps: { ...load, pay: { output: { paid: "sample" } } } },
    answers: { review: [{ value: { decision: "approve" } }] },
  });
  expect(yes).toMatchObject({ status: "completed", output: { paid: "sample" }, holds: [], durationMs: 0 });
  expect(yes.visits.map(({ step, how }) => `${step}: ${how}`)).toEqual([
    "load: sample",
    "review: person",
    "pay: sample",
  ]);
  expect(taken(yes)).toEqual([1, 0, 1, 0, 1]);
  const nobody = await dryRunPipeline(refund, { input, steps: load, answers: { review: [{ lapse: true }] } });
  expect(nobody).toMatchObject({ status: "completed", output: { decision: "reject" }, durationMs: 72 * 3_600_000 });
  expect(taken(nobody)).toEqual([1, 0, 0, 1, 0]);
  const wrong = dryRunPipeline(refund, { input, steps: load, answers: { review: [{ value: { decision: "maybe" } }] } });
  await expect(wrong).rejects.toMatchObject({ issues: [{ path: "answers.review.0.value.decision" }] });
});

test("only steps that are chosen are executed, and what they gave is not done again", async () => {
  executed.length = 0;
  const first = await dryRunPipeline(refund, { code: { steps }, input, steps: { load: { use: "code" } } });
  expect(first.visits[0]).toMatchObject({ how: "code", attempts: 1, output: { total: 120 }, status: "done" });
  expect(first.visits[0]?.tookMs).not.toBeNull();
  const done = [{ output: first.visits[0]?.output }];
  const second = await dryRunPipeline(refund, {
    ...{ code: { steps }, input, steps: { load: { use: "code", done } } },
    answers: { review: [{ value: { decision: "approve" } }] },
  });
  expect(second).toMatchObject({ status: "completed" });
  expect(second.visits.map(({ how }) => how)).toEqual(["earlier", "person", "generated"]);
  expect(executed).toEqual(["load"]);
  await expect(dryRunPipeline(refund, { input, steps: { load: { use: "code" } } })).rejects.toMatchObject({
    issues: [{ path: "steps.load.use", message: expect.stringContaining("no code here") }],
  });
});

test("a step without code here gets a sample and is told of; what its output schema says is kept to", async () => {
  const schema = { type: "object", properties: { total: { type: "number", minimum: 60 } }, required: ["total"] };
  const document = { ...refund, steps: [{ ...refund.steps[0], output_schema: schema }, ...refund.steps.slice(1)] };
  const report = await dryRunPipeline(document, { code: { steps: { pay: steps.pay } }, input });
  expect(report.warnings).toMatchObject([{ path: "steps[0]", message: expect.stringContaining('no step "load"') }]);
  expect(report.visits[0]).toMatchObject({ how: "generated", output: { total: 60 } });
  const wrong = await dryRunPipeline(document, { input, steps: { load: { output: { total: "much" } } } });
  expect(wrong).toMatchObject({
    status: "failed",
    problem: { path: "steps[0]", message: expect.stringContaining("total") },
  });
});

test("what goes wrong is said with its place in the document", async () => {
  const failed = await dryRunPipeline(refund, { input, steps: { load: { error: "the shop is closed" } } });
  expect(failed).toMatchObject({
    status: "failed",
    problem: { path: "steps[0]", message: expect.stringContaining("shop is closed") },
  });
  const undecided = await dryRunPipeline(refund, { input, steps: { load: { output: { total: null } } } });
  expect(undecided).toMatchObject({ status: "failed", problem: { path: "flow.paths[0].condition" } });
  const inputs = {
    ...refund,
    steps: [{ ...refund.steps[0], inputs: { id: "{{ nowhere.id }}" } }, ...refund.steps.slice(1)],
  };
  // A name that no step has is a problem of the document; one that is missing in the data is a problem of the run.
  const missing = {
    ...refund,
    steps: [{ ...refund.steps[0], inputs: { id: "{{ pipeline_input.colour }}" } }, ...refund.steps.slice(1)],
  };
  expect(await dryRunPipeline(missing, { input })).toMatchObject({ status: "failed", problem: { path: "steps[0]" } });
  await expect(dryRunPipeline(inputs, { input })).resolves.toMatchObject({
    status: "failed",
    problem: { path: "steps[0]" },
  });
  await expect(dryRunPipeline(refund, { input: {} })).rejects.toMatchObject({ issues: [{ path: "input.order" }] });
  await expect(dryRunPipeline(refund, { input, steps: { lod: {} } })).rejects.toMatchObject({
    issues: [{ path: "steps.lod" }],
  });
  await expect(dryRunPipeline({ name: "x" })).rejects.toThrow("x");
});

test("recovered failures, fallbacks and loops are seen as they happen, and limits end what does not end", async () => {
  const forgiving = {
    name: "forgiving",
    steps: [{ id: "a", step_class: "a", error_handling: { continue_on_error: true } }],
    flow: {
      start_at: "a",
      paths: [{ from: "a", to: "a", condition: { type: "visited_less_than", config: { step: "a", times: 3 } } }],
    },
  };
  const three = await dryRunPipeline(forgiving, { steps: { a: { error: "no" } } });
  expect(three.status).toBe("completed");
  expect(three.visits.map(({ visit, status }) => [visit, status])).toEqual([
    [1, "recovered"],
    [2, "recovered"],
    [3, "recovered"],
  ]);
  expect(three.ways).toEqual([{ path: "flow.paths[0]", asked: 3, taken: 2 }]);
  const long = await dryRunPipeline(forgiving, { limits: { visits: 2 } });
  expect(long).toMatchObject({ status: "stopped", problem: { message: expect.stringContaining("at most 2 steps") } });
  const hangs = { a: () => new Promise(() => {}) };
  const late = await dryRunPipeline(forgiving, {
    code: { steps: hangs },
    steps: { a: { use: "code" } },
    limits: { timeMs: 50 },
  });
  expect(late).toMatchObject({
    status: "stopped",
    problem: { path: "steps[0]", message: expect.stringContaining("too long") },
  });
});

test("several who are asked side by side are answered each by name", async () => {
  const document = {
    name: "board",
    steps: [
      {
        id: "vote",
        type: "multi_stakeholder",
        config: { prompt: "Go?", stakeholders: ["ana", "ben"], decision_type: "consensus" },
      },
    ],
    flow: { start_at: "vote", paths: [{ from: "vote", to: "end" }] },
  };
  const asked = await dryRunPipeline(document);
  expect(asked.holds.map(({ name }) => name).sort()).toEqual(["vote:ana", "vote:ben"]);
  expect(asked.visits).toMatchObject([{ step: "vote", status: "waiting", how: "person" }]);
  const yes = [{ value: { decision: "approve" } }];
  const done = await dryRunPipeline(document, { answers: { "vote:ana": yes, "vote:ben": yes } });
  expect(done).toMatchObject({ status: "completed", output: { decision: "approve" } });
});

test("every template can be tried as it is, and nothing of it is executed", async () => {
  for (const { name, document } of await pipelineTemplates()) {
    const report = await dryRunPipeline(document, { input: {} });
    expect(["completed", "waiting", "failed"], `${name}: ${JSON.stringify(report.problem)}`).toContain(report.status);
    expect(report.visits.length, name).toBeGreaterThan(0);
    expect(report.visits.every(({ how }) => how !== "code")).toBe(true);
  }
});

test("a sample has what its schema requires", () => {
  const schema = {
    type: "object",
    required: ["id", "tags", "of"],
    properties: {
      id: { type: "string", minLength: 12 },
      tags: { type: "array", items: { enum: ["a", "b"] }, minItems: 2 },
      of: { $ref: "#/$defs/person" },
      note: { type: "string" },
      kept: { type: "boolean", default: false },
    },
    $defs: {
      person: {
        type: "object",
        properties: { mail: { type: "string", format: "email" }, boss: { $ref: "#/$defs/person" } },
      },
    },
  };
  expect(sampleOf(schema)).toMatchObject({ tags: ["a", "a"], kept: false, of: { mail: "someone@example.com" } });
  expect((sampleOf(schema) as { id: string }).id.length).toBeGreaterThanOrEqual(12);
  expect(sampleOf(schema)).not.toHaveProperty("note");
  expect([
    sampleOf({ anyOf: [{ type: "integer", minimum: 3 }] }),
    sampleOf(null),
    sampleOf({ allOf: [{ properties: { a: {} } }] }),
  ]).toEqual([3, null, { a: {} }]);
});
