import type { Operator } from "./condition.ts";
import { ComparisonError } from "./errors.ts";

/** Decides one comparison. */
export type Comparison = (left: unknown, right: unknown) => boolean;

/** What decides each operator; `path` is where the left side comes from, for errors. */
export function comparisonOf(operator: Operator, path: string): Comparison {
  const refuse = (left: unknown, right: unknown, expected: string): never => {
    throw new ComparisonError(path, operator, left, right, expected);
  };
  const ordered = (decide: (order: number) => boolean): Comparison => {
    return (left, right) => {
      const order = orderOf(left, right);
      return order === null ? refuse(left, right, "compare two numbers, two texts or two dates") : decide(order);
    };
  };
  const texts = (decide: (left: string, right: string) => boolean): Comparison => {
    return (left, right) => {
      if (typeof left !== "string" || typeof right !== "string") return refuse(left, right, "both must be text");
      return decide(left, right);
    };
  };
  const within = (item: unknown, whole: unknown, left: unknown, right: unknown): boolean => {
    if (Array.isArray(whole)) return whole.some((one) => isEqual(one, item));
    if (typeof whole === "string" && typeof item === "string") return whole.includes(item);
    return refuse(left, right, "one must be a list, or both must be text");
  };
  const comparisons: Record<Operator, Comparison> = {
    equals: isEqual,
    not_equals: (left, right) => !isEqual(left, right),
    greater_than: ordered((order) => order > 0),
    greater_than_or_equal: ordered((order) => order >= 0),
    less_than: ordered((order) => order < 0),
    less_than_or_equal: ordered((order) => order <= 0),
    in: (left, right) => within(left, right, left, right),
    not_in: (left, right) => !within(left, right, left, right),
    contains: (left, right) => within(right, left, left, right),
    not_contains: (left, right) => !within(right, left, left, right),
    starts_with: texts((left, right) => left.startsWith(right)),
    ends_with: texts((left, right) => left.endsWith(right)),
    matches: texts((left, right) => patternOf(right).test(left)),
  };
  return comparisons[operator];
}

/** The order of two values of one kind that has one; null when they have none. Not a number is in no order. */
function orderOf(left: unknown, right: unknown): number | null {
  if (left instanceof Date && right instanceof Date) return left.getTime() - right.getTime();
  if (typeof left === "string" && typeof right === "string") return left < right ? -1 : left > right ? 1 : 0;
  if (!isNumber(left) || !isNumber(right)) return null;
  return left < right ? -1 : left > right ? 1 : 0;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "bigint" || (typeof value === "number" && !Number.isNaN(value));
}

/** Equal as JSON is: by content. What is missing equals null and nothing else. */
export function isEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (left === null || left === undefined) return right === null || right === undefined;
  if (typeof left !== "object" || typeof right !== "object" || right === null) return false;
  if (left instanceof Date || right instanceof Date) return orderOf(left, right) === 0;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const [a, b] = [Object.entries(left), right as Record<string, unknown>];
  return (
    a.length === Object.keys(b).length && a.every(([key, value]) => Object.hasOwn(b, key) && isEqual(value, b[key]))
  );
}

const patterns = new Map<string, RegExp>();

/** A pattern, compiled once. @throws SyntaxError it is not one */
export function patternOf(source: string): RegExp {
  let pattern = patterns.get(source);
  if (!pattern) {
    pattern = new RegExp(source, "u");
    if (patterns.size >= 1000) patterns.clear();
    patterns.set(source, pattern);
  }
  return pattern;
}
