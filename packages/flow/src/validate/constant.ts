import type { Condition } from "../condition/condition.ts";

/** What a condition always gives; null when that depends on the data. */
export function constantOf(condition: Condition | undefined): boolean | null {
  if (condition === undefined) return true;
  switch (condition.type) {
    case "always":
      return true;
    case "not": {
      const inner = constantOf(condition.condition);
      return inner === null ? null : !inner;
    }
    case "all":
      return together(condition.conditions, false);
    case "any":
      return together(condition.conditions, true);
    default:
      return null;
  }
}

/** One `decisive` part decides the whole; without one, it takes all of them. */
function together(conditions: readonly Condition[], decisive: boolean): boolean | null {
  const parts = conditions.map(constantOf);
  if (parts.includes(decisive)) return decisive;
  return parts.includes(null) ? null : !decisive;
}

/** Whether two conditions are known never to hold together; what cannot be told is false. */
export function excludeEachOther(one: Condition | undefined, other: Condition | undefined): boolean {
  if (!one || !other) return false;
  if (one.type === "not" && same(one.condition, other)) return true;
  if (other.type === "not" && same(other.condition, one)) return true;
  if (one.type !== "compare" || other.type !== "compare" || one.path !== other.path) return false;
  if (one.valuePath !== undefined || other.valuePath !== undefined) return false;
  if (one.operator === "equals" && other.operator === "equals") return !same(one.value ?? null, other.value ?? null);
  return opposites[one.operator] === other.operator && same(one.value ?? null, other.value ?? null);
}

const opposites: Readonly<Record<string, string>> = {
  equals: "not_equals",
  not_equals: "equals",
  greater_than: "less_than_or_equal",
  less_than_or_equal: "greater_than",
  less_than: "greater_than_or_equal",
  greater_than_or_equal: "less_than",
  in: "not_in",
  not_in: "in",
  contains: "not_contains",
  not_contains: "contains",
};

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
