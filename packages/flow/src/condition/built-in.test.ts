import { expect, test } from "vitest";
import { compileCondition } from "./compile.ts";
import { ComparisonError } from "./errors.ts";

const ask = (
  name: string,
  parameters: unknown,
  data: Record<string, unknown> = {},
  at = "2026-01-07T10:00:00Z",
  id = "r",
) =>
  compileCondition({ type: "function", name, parameters: parameters as never })(data, {
    now: () => new Date(at),
    run: { id },
  });

test.each<[string, unknown, Record<string, unknown>, boolean]>([
  ["data_quality", { required_fields: ["a", "b"] }, { a: 1, b: "x" }, true],
  ["data_quality", { required_fields: ["a", "b"] }, { a: 1, b: "" }, false],
  ["data_quality", { required_fields: ["a", "b"], min_completeness: 0.5 }, { a: 1 }, true],
  ["data_quality", {}, { error_count: 2, total_records: 10 }, false],
  ["data_quality", { field_path: "load" }, { other: 1 }, false],
  ["threshold", { field_path: "load.n", threshold: 5 }, { load: { n: 5 } }, true],
  ["threshold", { field_path: "load.n", operator: ">", threshold: 5 }, { load: { n: 5 } }, false],
  ["threshold", { field_path: "load.n", threshold: 5 }, {}, false],
  ["error_rate", {}, { a: { error: "x" }, b: {} }, false],
  ["error_rate", { max_error_rate: 0.5 }, { a: { error: "x" }, b: {} }, true],
  ["error_rate", {}, {}, true],
  ["regex_match", { field_path: "mail", pattern: "\\w+@" }, { mail: "ana@example.com" }, true],
  ["regex_match", { field_path: "mail", pattern: "@" }, { mail: "ana@example.com" }, false],
  ["regex_match", { field_path: "mail", pattern: "@" }, {}, false],
  ["cost_threshold", {}, { estimated_cost: 100 }, true],
  ["cost_threshold", { max_cost: 10 }, { estimated_cost: 11 }, false],
  ["cost_threshold", {}, {}, true],
  ["approval_required", {}, { risk_score: 0.8 }, true],
  ["approval_required", {}, { risk_score: 0.7, amount: 1000 }, false],
  ["approval_required", {}, { amount: 1001 }, true],
  ["retry", { step: "load" }, { load: { error: "x", error_type: "timeout" } }, true],
  ["retry", { step: "load" }, { load: { error: "x", error_type: "logic" } }, false],
  ["retry", { step: "load", max_retries: 1 }, { load: { error: "x", error_type: "timeout" }, load_retry_1: {} }, false],
  ["feature_flag", { feature_name: "new" }, { feature_flags: { new: true } }, true],
  ["feature_flag", { feature_name: "new" }, {}, false],
  ["feature_flag", { feature_name: "new", default_value: true }, {}, true],
])("%s %j of %j is %s", (name, parameters, data, expected) => {
  expect(ask(name, parameters, data)).toBe(expected);
});

test.each<[string, unknown, boolean]>([
  ["2026-01-07T09:00:00Z", {}, true],
  ["2026-01-07T08:59:59Z", {}, false],
  ["2026-01-07T17:00:00Z", {}, false],
  ["2026-01-10T10:00:00Z", {}, false],
  ["2026-01-10T10:00:00Z", { weekdays_only: false }, true],
  ["2026-01-07T02:00:00Z", { timezone: "Asia/Tokyo" }, true],
  ["2026-01-07T10:00:00Z", { timezone: "Asia/Tokyo" }, false],
])("business_hours at %s with %j is %s", (at, parameters, expected) => {
  expect(ask("business_hours", parameters, {}, at)).toBe(expected);
});

test("load_balancing sends a share of runs, and the same run always the same way", () => {
  const sent = Array.from({ length: 1000 }, (_, i) =>
    ask("load_balancing", { route_percentage: 30 }, {}, undefined, `run-${i}`),
  );
  const again = Array.from({ length: 1000 }, (_, i) =>
    ask("load_balancing", { route_percentage: 30 }, {}, undefined, `run-${i}`),
  );
  expect(again).toEqual(sent);
  expect(sent.filter(Boolean).length).toBeGreaterThan(230);
  expect(sent.filter(Boolean).length).toBeLessThan(370);
});

test("a parameter of the wrong kind and a value that cannot be compared are errors", () => {
  expect(() => ask("cost_threshold", { max_cost: "10" })).toThrow(/cost_threshold\(\): "max_cost" must be a number/);
  expect(() => ask("threshold", { field_path: "a", operator: "gx" }, { a: 1 })).toThrow(/"gx" is no operator/);
  expect(() => ask("approval_required", {}, { amount: "much" })).toThrow(ComparisonError);
});
