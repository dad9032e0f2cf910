import type { Operator } from "./condition.ts";

/** Every spelling of an operator that documents use. */
const spellings: Readonly<Record<Operator, readonly string[]>> = {
  equals: ["equals", "equal", "equal_to", "eq", "is", "=", "==", "==="],
  not_equals: ["not_equals", "not_equal", "not_equal_to", "ne", "neq", "is_not", "!=", "!==", "<>"],
  greater_than: ["greater_than", "greater", "gt", ">"],
  greater_than_or_equal: [
    "greater_than_or_equal",
    "greater_than_or_equals",
    "greater_than_or_equal_to",
    "greater_or_equal",
    "gte",
    "ge",
    "at_least",
    ">=",
  ],
  less_than: ["less_than", "less", "lt", "<"],
  less_than_or_equal: [
    "less_than_or_equal",
    "less_than_or_equals",
    "less_than_or_equal_to",
    "less_or_equal",
    "lte",
    "le",
    "at_most",
    "<=",
  ],
  in: ["in", "one_of"],
  not_in: ["not_in", "none_of"],
  contains: ["contains", "includes"],
  not_contains: ["not_contains", "not_includes"],
  starts_with: ["starts_with", "startswith"],
  ends_with: ["ends_with", "endswith"],
  matches: ["matches", "match", "regex", "regex_match", "regexp"],
};

const bySpelling = new Map(
  Object.entries(spellings).flatMap(([operator, names]) => names.map((name) => [name, operator as Operator] as const)),
);

/** The operator that is meant, however it is spelled (`gt`, `>`, `greaterThan`, `not in`); null when there is none. */
export function operatorNamed(name: string): Operator | null {
  return bySpelling.get(normalName(name)) ?? null;
}

/** One spelling of a name that documents spell in several: `Field-Equals`, `fieldEquals` and `field equals` are `field_equals`. */
export function normalName(name: string): string {
  return name
    .trim()
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .replace(/[\s-]+/g, "_")
    .toLowerCase();
}

/** Every spelling, for saying what may have been meant. */
export const operatorNames: readonly string[] = [...bySpelling.keys()];
