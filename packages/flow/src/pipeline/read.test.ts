import { describe, expect, test } from "vitest";
import { FlowDefinitionError } from "../definition/errors.ts";
import { quality, quickStart, refinement, wikipedia } from "./documents.fixture.ts";
import { checkPipeline, readPipeline } from "./read.ts";

const document = (more: object = {}): Record<string, unknown> => ({
  name: "test",
  steps: [{ id: "a" }, { id: "b" }],
  flow: { start_at: "a", paths: [{ from: "a", to: "b" }] },
  ...more,
});

const path = (more: object): Record<string, unknown> =>
  document({ flow: { start_at: "a", paths: [{ from: "a", to: "b", ...more }] } });

describe("documents of both dialects", () => {
  test.each([
    ["transitions", quickStart],
    ["parameters as defaults", wikipedia],
    ["paths and lists", quality],
    ["conditions in a step", refinement],
  ])("%s: nothing is wrong", (_name, given) => {
    expect(checkPipeline(given).problems).toEqual([]);
  });

  test("single braces are warned of, with what to write", () => {
    const { warnings } = checkPipeline(quality);
    expect(warnings[0]).toEqual({
      path: "steps[0].inputs[0].source",
      message: 'single braces are the old spelling; write "{{ parameters.records }}"',
    });
    expect(checkPipeline(quickStart).warnings).toEqual([]);
  });

  test("a document becomes a flow", () => {
    const { meta: _meta, ...flow } = readPipeline(quickStart);
    expect(flow).toMatchObject({
      name: "hello-world-pipeline",
      nodes: [
        { id: "step_one", kind: "step", uses: "steps:GenerateMessageStep" },
        {
          id: "step_two",
          kind: "step",
          uses: "steps:PrintMessageStep",
          inputs: { templates: { message: "{{ step_one.greeting }}" } },
        },
      ],
      edges: [{ from: "step_one", to: "step_two" }],
      entry: ["step_one"],
      data: { kind: "state", anyKey: "replace" },
    });
  });
});

describe("what is wrong is told with its place", () => {
  test.each<[string, unknown, string, RegExp]>([
    ["no object", 5, "", /must be an object/],
    ["no name", document({ name: undefined }), "name", /is required/],
    ["an empty name", document({ name: " " }), "name", /match/],
    ["no steps", document({ steps: [] }), "steps", /at least 1 item/],
    ["no flow", document({ flow: undefined }), "flow", /is required/],
    ["a step without an id", document({ steps: [{ name: "a" }] }), "steps[0].id", /is required/],
    ["a config that is none", document({ steps: [{ id: "a", config: 5 }] }), "steps[0].config", /must be an object/],
    ["an id twice", document({ steps: [{ id: "a" }, { id: "a" }, { id: "b" }] }), "steps[1].id", /"a" is there twice/],
    [
      "an id with a meaning",
      document({ steps: [{ id: "a" }, { id: "b" }, { id: "parameters" }] }),
      "steps[2].id",
      /of its own/,
    ],
    [
      "an id with a dot",
      document({ steps: [{ id: "a" }, { id: "b" }, { id: "c.d" }] }),
      "steps[2].id",
      /"c\.d" must be/,
    ],
    [
      "an id that is an end",
      document({ steps: [{ id: "a" }, { id: "b" }, { id: "end_x" }] }),
      "steps[2].id",
      /where paths end/,
    ],
    ["a start that is not there", document({ flow: { start_at: "x", paths: [] } }), "flow.start_at", /no step "x"/],
    ["a path from nowhere", path({ from: "aa" }), "flow.paths[0].from", /no step "aa"; did you mean "a"/],
    ["a path to nowhere", path({ to: "end_with_sucess" }), "flow.paths[0].to", /did you mean "end_with_success"/],
    ["a path without an end", path({ to: undefined }), "flow.paths[0].to", /is missing/],
    [
      "an operator",
      path({ condition: { type: "expression", config: { source: "a.x", operator: "greter", value: 1 } } }),
      "flow.paths[0].condition.config.operator",
      /no operator "greter"; did you mean "greater"/,
    ],
    ["a type", path({ condition: { type: "alway" } }), "flow.paths[0].condition.type", /did you mean "always"/],
    [
      "a step in a template",
      document({ steps: [{ id: "a" }, { id: "b", inputs: { x: "{{ steps.aa.output.x }}" } }] }),
      "steps[1].inputs.x",
      /no step "aa"; did you mean "a"/,
    ],
    [
      "a template that is none",
      document({ steps: [{ id: "a", config: { text: ["{{ a b }}"] } }, { id: "b" }] }),
      "steps[0].config.text[0]",
      /is no name/,
    ],
    [
      "two elses",
      document({
        flow: {
          start_at: "a",
          paths: [
            { from: "a", to: "b", condition: "else" },
            { from: "a", to: "end", condition: "else" },
          ],
        },
      }),
      "flow.paths[1].condition",
      /has an "else" already/,
    ],
    [
      "a loop without a way out",
      document({
        flow: {
          start_at: "a",
          paths: [
            { from: "a", to: "b" },
            { from: "b", to: "a" },
          ],
        },
      }),
      "flow",
      /the loop a → b → a has no way out/,
    ],
    [
      "a field without a name",
      document({
        steps: [{ id: "a", type: "human_input", config: { ui_schema: { fields: [{ type: "text" }] } } }, { id: "b" }],
      }),
      "steps[0].config.ui_schema.fields[0].name",
      /is required/,
    ],
  ])("%s", (_name, given, where, message) => {
    const { definition, problems } = checkPipeline(given);
    expect(definition).toBeNull();
    expect(problems).toContainEqual({ path: where, message: expect.stringMatching(message) });
  });

  test("all of it at once, and reading throws it", () => {
    const broken = document({
      steps: [{ id: "a" }, { id: "a", inputs: { x: "{{ steps.z.output }}" } }],
      flow: { start_at: "q", paths: [{ from: "a", to: "w", condition: { type: "nope" } }] },
    });
    const { problems } = checkPipeline(broken);
    expect(problems.map((one) => one.path).sort()).toEqual([
      "flow.paths[0].condition.type",
      "flow.paths[0].to",
      "flow.start_at",
      "steps[1].id",
      "steps[1].inputs.x",
    ]);
    expect(() => readPipeline(broken)).toThrow(FlowDefinitionError);
  });
});

describe("what is doubtful is warned of", () => {
  test.each<[string, unknown, string, RegExp]>([
    [
      "a step nobody gets to",
      document({ steps: [{ id: "a" }, { id: "b" }, { id: "c" }] }),
      "steps[2]",
      /no path leads to "c"/,
    ],
    [
      "a parameter nobody declares",
      document({ steps: [{ id: "a", inputs: { x: "{{ parameters.topc }}" } }, { id: "b" }], parameters: { topic: 1 } }),
      "steps[0].inputs.x",
      /parameter "topc" is declared nowhere/,
    ],
    [
      "such a parameter in a condition",
      path({ condition: "parameter:x" }),
      "flow.paths[0].condition",
      /"x" is declared nowhere/,
    ],
    [
      "a name that is almost a step's",
      document({
        steps: [{ id: "fetch_mail" }, { id: "b", inputs: { x: "{{ fetch_mails.x }}" } }],
        flow: { start_at: "fetch_mail", paths: [{ from: "fetch_mail", to: "b" }] },
      }),
      "steps[1].inputs.x",
      /did you mean "fetch_mail"/,
    ],
  ])("%s", (_name, given, where, message) => {
    const { problems, warnings } = checkPipeline(given);
    expect(problems).toEqual([]);
    expect(warnings).toContainEqual({ path: where, message: expect.stringMatching(message) });
  });

  test("a loop that a condition can leave is no endless one", () => {
    const given = document({
      flow: {
        start_at: "a",
        paths: [
          { from: "a", to: "b" },
          { from: "b", to: "a", condition: "parameter:again" },
        ],
      },
      parameters: { again: false },
    });
    expect(checkPipeline(given)).toMatchObject({ problems: [], warnings: [] });
  });
});
