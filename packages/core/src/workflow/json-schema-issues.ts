import type { OutputUnit } from "@cfworker/json-schema";
import type { Issue } from "../errors.ts";

/** What a validator found, as a person who fills in a form wants to read it. */
export function readJsonSchemaIssues(units: readonly OutputUnit[], schema: Readonly<Record<string, unknown>>): Issue[] {
  const issues = withoutBranches(units)
    .filter((unit, _, kept) => !isRepeated(unit, kept))
    .map((unit) => toIssue(unit, schema));
  const seen = new Set<string>();
  return issues.filter(({ path, message }) => {
    const line = JSON.stringify([path, message]);
    return !seen.has(line) && seen.add(line);
  });
}

const choices = new Set(["anyOf", "oneOf"]);
const kinds = new Set(["type", "const", "enum"]);

/**
 * Of the branches of a choice only that one is kept that the value was meant for: the only one of its kind (`string | null` given a text).
 * Where that cannot be told, the choice itself is the issue.
 */
function withoutBranches(units: readonly OutputUnit[]): readonly OutputUnit[] {
  const choice = units.find((unit) => choices.has(unit.keyword));
  if (!choice) return units;
  const below = units.filter((unit) => unit.keywordLocation.startsWith(`${choice.keywordLocation}/`));
  const branchOf = (unit: OutputUnit): string =>
    unit.keywordLocation.slice(choice.keywordLocation.length + 1).split("/", 1)[0] ?? "";
  const otherKind = (unit: OutputUnit): boolean =>
    kinds.has(unit.keyword) && unit.instanceLocation === choice.instanceLocation;
  const others = new Set(below.filter(otherKind).map(branchOf));
  const meant = below.filter((unit) => !others.has(branchOf(unit)));
  const told = meant.length > 0 && new Set(meant.map(branchOf)).size === 1;
  const rest = units.filter((unit) => unit !== choice && !below.includes(unit));
  return [...withoutBranches([...rest, ...(told ? meant : [])]), ...(told ? [] : [choice])];
}

/** Keywords that only say "something below is wrong". */
const summaries = new Set([
  "properties",
  "items",
  "prefixItems",
  "patternProperties",
  "additionalProperties",
  "unevaluatedProperties",
  "$ref",
  "allOf",
]);

/** Whether another unit says the same better: what is below it, or the format whose pattern this is. */
function isRepeated(unit: OutputUnit, units: readonly OutputUnit[]): boolean {
  if (unit.keyword === "pattern") {
    return units.some(
      ({ keyword, instanceLocation }) => keyword === "format" && instanceLocation === unit.instanceLocation,
    );
  }
  if (!summaries.has(unit.keyword)) return false;
  return units.some(
    ({ keywordLocation, instanceLocation, keyword }) =>
      keywordLocation.startsWith(`${unit.keywordLocation}/`) ||
      (keyword === "false" && instanceLocation.startsWith(`${unit.instanceLocation}/`)),
  );
}

function toIssue(unit: OutputUnit, schema: Readonly<Record<string, unknown>>): Issue {
  const path = pointerParts(unit.instanceLocation).join(".");
  const missing = unit.keyword === "required" ? /property "(.*)"/s.exec(unit.error)?.[1] : undefined;
  if (missing !== undefined) return { path: path ? `${path}.${missing}` : missing, message: "is required" };
  return { path, message: sentence(unit, valueAt(schema, unit.keywordLocation)) };
}

/** `demand` is what the schema says at that keyword, where it can be found (not below a `$ref`). */
function sentence({ keyword, error }: OutputUnit, demand: unknown): string {
  if (keyword === "false") return "is not allowed here";
  if (demand === undefined) return error;
  switch (keyword) {
    case "anyOf":
      return "has none of the allowed forms";
    case "oneOf":
      return "must have exactly one of the allowed forms";
    case "type":
      return `must be ${list(Array.isArray(demand) ? demand.map(withArticle) : [withArticle(demand)])}`;
    case "enum":
      return `must be ${list((demand as unknown[]).map((option) => JSON.stringify(option)))}`;
    case "const":
      return `must be ${JSON.stringify(demand)}`;
    case "minimum":
      return `must be at least ${demand}`;
    case "maximum":
      return `must be at most ${demand}`;
    case "exclusiveMinimum":
      return `must be more than ${demand}`;
    case "exclusiveMaximum":
      return `must be less than ${demand}`;
    case "multipleOf":
      return `must be a multiple of ${demand}`;
    case "minLength":
      return `must have at least ${count(demand, "character")}`;
    case "maxLength":
      return `must have at most ${count(demand, "character")}`;
    case "minItems":
      return `must have at least ${count(demand, "item")}`;
    case "maxItems":
      return `must have at most ${count(demand, "item")}`;
    case "uniqueItems":
      return "must not have the same item twice";
    case "format":
      return `is not a valid ${demand}`;
    case "pattern":
      return `must match ${demand}`;
    default:
      return error;
  }
}

const withArticle = (type: unknown): string =>
  `${/^[aio]/.test(String(type)) ? "an" : "a"} ${type}`.replace("a null", "null");

const list = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} or ${parts.at(-1)}`;

const count = (demand: unknown, noun: string): string => `${demand} ${noun}${demand === 1 ? "" : "s"}`;

/** `#/items/0/na~1me` as `["items", "0", "na/me"]`. */
function pointerParts(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"));
}

function valueAt(schema: unknown, pointer: string): unknown {
  let at: unknown = schema;
  for (const part of pointerParts(pointer)) {
    if (typeof at !== "object" || at === null) return undefined;
    at = (at as Record<string, unknown>)[part];
  }
  return at;
}
