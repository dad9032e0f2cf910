import { ValidationError } from "@holdpoint/core";
import { describe, expect, test } from "vitest";
import type { Condition } from "./condition.ts";
import { type ConditionScope, readCondition } from "./read.ts";

const scope: ConditionScope = { steps: new Set(["load", "review"]), from: "review" };
const read = (json: unknown): Condition => readCondition(json, "flow.paths[2].condition", scope);
const compare = (path: string, operator: string, value: unknown) => ({ type: "compare", path, operator, value });

describe("every spelling becomes the one model", () => {
  test.each<[string, unknown, unknown]>([
    ["nothing", undefined, { type: "always" }],
    ["null", null, { type: "always" }],
    ["an empty object", {}, { type: "always" }],
    ["the word always", "always", { type: "always" }],
    ["type always", { type: "always", config: {} }, { type: "always" }],
    ["parameter:x", "parameter:draft", { type: "truthy", path: "parameters.draft" }],
    ["the word success", "success", { type: "not", condition: { type: "truthy", path: "review.step_error" } }],
    ["type success", { type: "success" }, { type: "not", condition: { type: "truthy", path: "review.step_error" } }],
    [
      "expression",
      { type: "expression", config: { source: "load.total", operator: "gt", value: 100 } },
      compare("load.total", "greater_than", 100),
    ],
    [
      "expression without an operator",
      { type: "expression", config: { source: "approved", value: true } },
      compare("approved", "equals", true),
    ],
    [
      "expression against null",
      { type: "expression", config: { source: "load", operator: "equals", value: null } },
      compare("load", "equals", null),
    ],
    [
      "a source with steps and output",
      { type: "expression", config: { source: "steps.load.output.total", operator: "equals", value: 1 } },
      compare("load.total", "equals", 1),
    ],
    [
      "a source with step_results",
      { type: "expression", config: { source: "step_results.load.result.total", operator: "equals", value: 1 } },
      compare("load.total", "equals", 1),
    ],
    [
      "a source with pipeline_data",
      { type: "expression", config: { source: "pipeline_data.total", operator: "equals", value: 1 } },
      compare("total", "equals", 1),
    ],
    [
      "a source with result",
      { type: "expression", config: { source: "result.decision", operator: "equals", value: "yes" } },
      compare("review.decision", "equals", "yes"),
    ],
    [
      "a source in braces",
      { type: "expression", config: { source: "{{ load.total }}", operator: "equals", value: 1 } },
      compare("load.total", "equals", 1),
    ],
    [
      "threshold_condition with a parameter",
      { type: "threshold_condition", config: { field: "score", operator: ">=", value: "{{ parameters.threshold }}" } },
      { type: "compare", path: "score", operator: "greater_than_or_equal", valuePath: "parameters.threshold" },
    ],
    [
      "threshold_condition without an operator",
      { type: "threshold_condition", config: { field: "score", value: 0.5 } },
      compare("score", "greater_than_or_equal", 0.5),
    ],
    ["field_equals at the top", { type: "field_equals", field: "kind", value: "a" }, compare("kind", "equals", "a")],
    [
      "field_equals in config",
      { type: "field_equals", config: { field: "kind", value: "a" } },
      compare("kind", "equals", "a"),
    ],
    ["field_exists", { type: "field_exists", field: "kind" }, { type: "exists", path: "kind" }],
    ["field_greater_than", { type: "field_greater_than", field: "n", value: 3 }, compare("n", "greater_than", 3)],
    ["field_less_than", { type: "field_less_than", field: "n", value: 3 }, compare("n", "less_than", 3)],
    [
      "all of any and not",
      {
        type: "all",
        conditions: [
          "always",
          { type: "any", config: { conditions: [{ type: "field_exists", field: "a" }] } },
          { type: "not", condition: { type: "field_exists", field: "b" } },
        ],
      },
      {
        type: "all",
        conditions: [
          { type: "always" },
          { type: "any", conditions: [{ type: "exists", path: "a" }] },
          { type: "not", condition: { type: "exists", path: "b" } },
        ],
      },
    ],
    [
      "function",
      { type: "function", config: { function_name: "is_vip", parameters: { level: 2 } } },
      { type: "function", name: "is_vip", parameters: { level: 2 } },
    ],
    [
      "function of a module",
      { type: "function", config: { function_name: "is_vip", module_path: "rules.customers" } },
      { type: "function", name: "rules.customers:is_vip" },
    ],
    ["custom", { type: "custom", function: "is_vip" }, { type: "function", name: "is_vip" }],
    ["plugin", { type: "plugin", config: { plugin: "weather" } }, { type: "function", name: "weather" }],
    [
      "a built-in function as a type",
      { type: "business_hours", config: { start_hour: 8 } },
      { type: "function", name: "business_hours", parameters: { start_hour: 8 } },
    ],
    ["cel", { type: "cel", expression: "score > 0.7" }, { type: "cel", expression: "score > 0.7" }],
    ["cel in a word", "cel: score > 0.7", { type: "cel", expression: "score > 0.7" }],
  ])("%s", (_name, json, expected) => {
    expect(read(json)).toEqual(expected);
  });

  test.each([
    ["equals", "==", "eq", "Equals"],
    ["not_equals", "!=", "ne", "notEquals"],
    ["greater_than", ">", "gt", "greaterThan"],
    ["greater_than_or_equal", ">=", "gte", "greater-than-or-equal"],
    ["less_than", "<", "lt", "less than"],
    ["less_than_or_equal", "<=", "lte", "lessThanOrEqual"],
    ["in", "in", "IN", "in"],
    ["not_in", "not_in", "not in", "notIn"],
    ["contains", "contains", "contains", "Contains"],
    ["starts_with", "startswith", "starts_with", "startsWith"],
    ["ends_with", "endswith", "ends_with", "endsWith"],
    ["matches", "regex", "matches", "Regex"],
  ])("operator %s is also %s, %s and %s", (operator, ...spellings) => {
    for (const spelling of [operator, ...spellings]) {
      const condition = read({ type: "expression", config: { source: "a", operator: spelling, value: "b" } });
      expect(condition).toEqual(compare("a", operator, "b"));
    }
  });

  test("what was read is read again as it is", () => {
    const conditions: Condition[] = [
      { type: "compare", path: "load.total", operator: "not_in", value: [1, 2] },
      { type: "compare", path: "load.total", operator: "less_than", valuePath: "parameters.limit" },
      { type: "not", condition: { type: "truthy", path: "review.draft" } },
      {
        type: "any",
        conditions: [
          { type: "exists", path: "a" },
          { type: "cel", expression: "a == 1" },
        ],
      },
      { type: "function", name: "is_vip", parameters: [1] },
    ];
    for (const condition of conditions) expect(read(condition)).toEqual(condition);
  });

  test("condition stands for the conditions of the step", () => {
    const own = [{ field: "status", operator: "equals", value: "continue", type: "value" }];
    const condition = readCondition({ type: "condition", description: "go on" }, "c", { ...scope, own });
    expect(condition).toEqual(compare("status", "equals", "continue"));
  });
});

describe("what is unknown is an error with its place, never silently false", () => {
  test.each<[string, unknown, RegExp]>([
    [
      "an operator",
      { type: "expression", config: { source: "a", operator: "greter_than", value: 1 } },
      /^flow\.paths\[2\]\.condition\.config\.operator: there is no operator "greter_than"; did you mean "greater_than"\?$/,
    ],
    [
      "a type",
      { type: "expresion" },
      /condition\.type: there is no condition of type "expresion"; did you mean "expression"/,
    ],
    ["a word", "alwys", /condition: there is no condition "alwys"; did you mean "always"/],
    ["a free text", "score > 0.7", /there is no condition "score > 0.7"; write "always"/],
    ["an agent", { type: "agent", config: { model: "m" } }, /is for the paths of a pipeline/],
    ["no source", { type: "expression", config: { operator: "gt", value: 1 } }, /config\.source: is missing/],
    ["no value", { type: "expression", config: { source: "a", operator: "gt" } }, /config\.value: is missing/],
    ["no type", { config: { source: "a" } }, /condition\.type: is missing/],
    ["no function", { type: "function", config: {} }, /config\.function_name: is missing/],
    ["a number", 5, /condition: must be text or an object/],
    [
      "an else inside",
      { type: "all", conditions: [{ type: "else" }] },
      /conditions\[0\]\.type: "else" stands for a whole path/,
    ],
    [
      "deep inside",
      { type: "not", condition: { type: "any", conditions: [{ type: "x" }] } },
      /condition\.condition\.conditions\[0\]\.type/,
    ],
    ["an expression", { type: "cel", expression: "a >" }, /condition\.expression: .*is not an expression in CEL/],
    [
      "a pattern",
      { type: "expression", config: { source: "a", operator: "regex", value: "(" } },
      /is not a regular expression/,
    ],
    ["no step conditions", { type: "condition" }, /which has none/],
  ])("%s", (_name, json, message) => {
    expect(() => read(json)).toThrow(ValidationError);
    expect(() => read(json)).toThrow(message);
  });

  test("all that is wrong is told at once", () => {
    const error = (() => {
      try {
        read({ type: "all", conditions: ["x", { type: "field_equals" }] });
      } catch (thrown) {
        return thrown as ValidationError;
      }
      throw new Error("unreachable: it is refused");
    })();
    expect(error.issues.map(({ path }) => path)).toEqual([
      "conditions[0]",
      "conditions[1].source",
      "conditions[1].value",
    ]);
  });
});
