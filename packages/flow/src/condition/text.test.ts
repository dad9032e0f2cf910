import { expect, test } from "vitest";
import type { Condition } from "./condition.ts";
import { conditionText } from "./text.ts";

const risky: Condition = { type: "compare", path: "score", operator: "greater_than", value: 0.7 };

test.each<[string, Condition]>([
  ["always", { type: "always" }],
  ["score > 0.7", risky],
  ['intent = "billing"', { type: "compare", path: "intent", operator: "equals", value: "billing" }],
  [
    "score ≥ parameters.limit",
    { type: "compare", path: "score", operator: "greater_than_or_equal", valuePath: "parameters.limit" },
  ],
  ['kind not in ["a","b"]', { type: "compare", path: "kind", operator: "not_in", value: ["a", "b"] }],
  ["order.note exists", { type: "exists", path: "order.note" }],
  ["not approved", { type: "not", condition: { type: "truthy", path: "approved" } }],
  [
    "score > 0.7 and not (a or b)",
    {
      type: "all",
      conditions: [
        risky,
        {
          type: "not",
          condition: {
            type: "any",
            conditions: [
              { type: "truthy", path: "a" },
              { type: "truthy", path: "b" },
            ],
          },
        },
      ],
    },
  ],
  ["a && b", { type: "cel", expression: "a && b" }],
  ["is_vip()", { type: "function", name: "is_vip", parameters: { level: 2 } }],
])("a drawing says %s", (words, condition) => {
  expect(conditionText(condition)).toBe(words);
});
