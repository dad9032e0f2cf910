import { NotFoundError } from "@holdpoint/core";
import { describe, expect, test } from "vitest";
import { compileCondition } from "./compile.ts";
import type { Condition, Operator } from "./condition.ts";
import { ComparisonError, ExpressionError } from "./errors.ts";

const data = {
  score: 0.8,
  name: "contract.pdf",
  tags: ["legal", "urgent"],
  order: { total: 120, lines: [{ price: 7 }] },
  none: null,
  empty: [],
  at: new Date(5),
  limit: 0.7,
};
const ask = (condition: Condition): boolean => compileCondition(condition)(data);
const compare = (path: string, operator: Operator, value: unknown): boolean =>
  ask({ type: "compare", path, operator, value: value as never });

describe("comparisons", () => {
  test.each<[string, Operator, unknown, boolean]>([
    ["score", "greater_than", 0.7, true],
    ["score", "greater_than", 0.8, false],
    ["score", "greater_than_or_equal", 0.8, true],
    ["score", "less_than", 0.8, false],
    ["score", "less_than_or_equal", 0.8, true],
    ["name", "greater_than", "b", true],
    ["order.lines.0.price", "equals", 7, true],
    ["order", "equals", { lines: [{ price: 7 }], total: 120 }, true],
    ["order", "equals", { total: 120 }, false],
    ["tags", "equals", ["urgent", "legal"], false],
    ["score", "equals", "0.8", false],
    ["missing", "equals", null, true],
    ["none", "equals", null, true],
    ["none", "equals", 0, false],
    ["missing", "not_equals", null, false],
    ["name", "in", ["contract.pdf"], true],
    ["name", "not_in", ["contract.pdf"], false],
    ["tags", "contains", "legal", true],
    ["tags", "not_contains", "legal", false],
    ["name", "contains", "pdf", true],
    ["name", "starts_with", "contract", true],
    ["name", "ends_with", ".doc", false],
    ["name", "matches", "^con.*pdf$", true],
    ["name", "matches", "doc", false],
  ])("%s %s %j is %s", (path, operator, value, expected) => {
    expect(compare(path, operator, value)).toBe(expected);
  });

  test("the other side may be found in the data", () => {
    expect(ask({ type: "compare", path: "score", operator: "greater_than", valuePath: "limit" })).toBe(true);
    expect(ask({ type: "compare", path: "score", operator: "greater_than", valuePath: "order.total" })).toBe(false);
  });

  test.each<[string, Operator, unknown]>([
    ["missing", "greater_than", 1],
    ["none", "less_than", 1],
    ["score", "less_than", null],
    ["name", "greater_than", 1],
    ["score", "greater_than", "0.7"],
    ["at", "greater_than", 1],
    ["missing", "contains", "x"],
    ["missing", "starts_with", "x"],
    ["score", "matches", "0"],
    ["score", "in", 5],
  ])("what cannot be compared is an error that names it, never false: %s %s %j", (path, operator, value) => {
    expect(() => compare(path, operator, value)).toThrow(ComparisonError);
    expect(() => compare(path, operator, value)).toThrow(new RegExp(`"${path}" ${operator} `));
  });

  test("a pattern that is none is refused when the condition is compiled", () => {
    const broken: Condition = { type: "compare", path: "name", operator: "matches", value: "(" };
    expect(() => compileCondition(broken)).toThrow(ExpressionError);
  });
});

describe("presence and combination", () => {
  test.each<[Condition, boolean]>([
    [{ type: "always" }, true],
    [{ type: "exists", path: "order.total" }, true],
    [{ type: "exists", path: "none" }, false],
    [{ type: "exists", path: "order.total.deeper" }, false],
    [{ type: "exists", path: "order.constructor" }, false],
    [{ type: "truthy", path: "score" }, true],
    [{ type: "truthy", path: "empty" }, false],
    [{ type: "truthy", path: "missing" }, false],
    [{ type: "all", conditions: [{ type: "always" }, { type: "truthy", path: "missing" }] }, false],
    [{ type: "any", conditions: [{ type: "truthy", path: "missing" }, { type: "always" }] }, true],
    [{ type: "not", condition: { type: "truthy", path: "missing" } }, true],
    [{ type: "all", conditions: [] }, true],
    [{ type: "any", conditions: [] }, false],
  ])("%j is %s", (condition, expected) => {
    expect(ask(condition)).toBe(expected);
  });
});

describe("functions", () => {
  test("a registered function gets the data, its parameters and what the run knows", () => {
    const test = compileCondition(
      { type: "function", name: "above", parameters: { limit: 0.5 } },
      {
        functions: {
          above: (given, parameters, facts) =>
            (given.score as number) > (parameters as { limit: number }).limit && facts.run.id === "r-1",
        },
      },
    );
    expect(test(data, { now: () => new Date(0), run: { id: "r-1" } })).toBe(true);
    expect(test(data, { now: () => new Date(0), run: { id: "r-2" } })).toBe(false);
  });

  test("one that is not there is refused when the condition is compiled, with what was probably meant", () => {
    expect(() => compileCondition({ type: "function", name: "busines_hours" })).toThrow(NotFoundError);
    expect(() => compileCondition({ type: "function", name: "busines_hours" })).toThrow(/"business_hours"/);
  });

  test("one that gives neither true nor false is an error", () => {
    const functions = { odd: (() => undefined) as never, later: (async () => true) as never };
    for (const name of ["odd", "later"]) {
      expect(() => compileCondition({ type: "function", name }, { functions })(data)).toThrow(ExpressionError);
    }
  });
});

describe("CEL", () => {
  const cel = (expression: string): boolean => ask({ type: "cel", expression });

  test.each([
    ["score > 0.7 && 'legal' in tags", true],
    ["order.total == 120", true],
    ["order.lines.all(l, l.price < 5)", false],
    ["has(order.discount) && order.discount > 1", false],
    ["size(tags) == 2 ? name.endsWith('pdf') : false", true],
  ])("%s is %s", (expression, expected) => {
    expect(cel(expression)).toBe(expected);
  });

  test.each(["missing > 1", "toString", "order.constructor == null", "score", "none > 1", "order.total + 1"])(
    "what cannot be decided is an error, never false: %s",
    (expression) => {
      expect(() => cel(expression)).toThrow(ExpressionError);
    },
  );

  test.each([
    ["score >", /is not an expression in CEL/],
    [`${"a && ".repeat(500)}a`, /longer than 2000/],
    [`${"(".repeat(60)}score${")".repeat(60)}`, /CEL/],
    ["tags.all(a, tags.all(b, tags.all(c, a == c)))", /3 loops inside one another/],
  ])("%s is refused when the condition is compiled", (expression, reason) => {
    expect(() => compileCondition({ type: "cel", expression })).toThrow(reason);
  });
});
