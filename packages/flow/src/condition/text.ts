import type { Condition, Operator } from "./condition.ts";

const signs: Readonly<Record<Operator, string>> = {
  equals: "=",
  not_equals: "≠",
  greater_than: ">",
  greater_than_or_equal: "≥",
  less_than: "<",
  less_than_or_equal: "≤",
  in: "in",
  not_in: "not in",
  contains: "contains",
  not_contains: "does not contain",
  starts_with: "starts with",
  ends_with: "ends with",
  matches: "matches",
};

/**
 * A condition in the words of a drawing.
 *
 * @example
 * conditionText({ type: "compare", path: "score", operator: "greater_than", value: 0.7 }); // "score > 0.7"
 */
export function conditionText(condition: Condition): string {
  switch (condition.type) {
    case "always":
      return "always";
    case "exists":
      return `${condition.path} exists`;
    case "truthy":
      return condition.path;
    case "compare": {
      const { path, operator, value = null, valuePath } = condition;
      return `${path} ${signs[operator]} ${valuePath ?? JSON.stringify(value)}`;
    }
    case "all":
      return joined(condition.conditions, "and");
    case "any":
      return joined(condition.conditions, "or");
    case "not":
      return `not ${inBrackets(condition.condition)}`;
    case "cel":
      return condition.expression;
    case "function":
      return `${condition.name}()`;
  }
}

function joined(conditions: readonly Condition[], word: "and" | "or"): string {
  if (conditions.length === 0) return word === "and" ? "always" : "never";
  if (conditions.length === 1) return conditionText(conditions[0] as Condition);
  return conditions.map(inBrackets).join(` ${word} `);
}

/** Brackets around whatever could be read in two ways. */
function inBrackets(condition: Condition): string {
  const text = conditionText(condition);
  const joins = (condition.type === "all" || condition.type === "any") && condition.conditions.length > 1;
  return joins || condition.type === "cel" ? `(${text})` : text;
}
