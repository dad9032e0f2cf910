import { isRecord } from "./json-text.ts";

/** How two things are compared. */
export const operators = [
  "equals",
  "not_equals",
  "greater_than",
  "greater_than_or_equal",
  "less_than",
  "less_than_or_equal",
  "in",
  "not_in",
  "contains",
  "not_contains",
  "starts_with",
  "ends_with",
  "matches",
] as const;
export type Operator = (typeof operators)[number];

/** Says of one place in the data that something is so. */
export interface Claim {
  source: string;
  /** `yes`: neither false, 0, "", null, empty nor missing; `no`: one of these; `there` and `missing`. */
  test: Operator | "yes" | "no" | "there" | "missing";
  /** What it is compared with; nothing for the others. */
  value: unknown;
  /** As the document has it; undefined for a new one. */
  raw: unknown;
}

/** A condition as it can be said in words; `other` is one that cannot. */
export type Spoken =
  | { kind: "always" }
  | { kind: "else" }
  | { kind: "claims"; join: "all" | "any"; claims: readonly Claim[]; raw: unknown }
  | { kind: "other" };

const spellings: Readonly<Record<string, Operator>> = {
  ...Object.fromEntries(operators.map((one) => [one, one])),
  ...{ eq: "equals", "=": "equals", "==": "equals", is: "equals", ne: "not_equals", "!=": "not_equals" },
  ...{ gt: "greater_than", ">": "greater_than", gte: "greater_than_or_equal", ">=": "greater_than_or_equal" },
  ...{ lt: "less_than", "<": "less_than", lte: "less_than_or_equal", "<=": "less_than_or_equal" },
};
const comparing = ["expression", "compare", "value"];
const places = ["source", "path", "field"] as const;

/** Reads a condition of a document for saying it in words. */
export function spoken(condition: unknown): Spoken {
  const word = typeof condition === "string" ? condition.trim() : isRecord(condition) ? condition.type : condition;
  if (word === undefined || word === null || word === true || word === "always") return { kind: "always" };
  if (word === "else" || word === "otherwise" || word === "default") return { kind: "else" };
  if (!isRecord(condition)) return { kind: "other" };
  if (["all", "and", "any", "or"].includes(String(word))) {
    const list = isRecord(condition.config) ? undefined : condition.conditions;
    const claims = Array.isArray(list) ? list.map(claimOf) : [];
    if (claims.length === 0 || claims.includes(null)) return { kind: "other" };
    return {
      kind: "claims",
      join: word === "all" || word === "and" ? "all" : "any",
      claims: claims as Claim[],
      raw: condition,
    };
  }
  const claim = claimOf(condition);
  return claim ? { kind: "claims", join: "all", claims: [claim], raw: undefined } : { kind: "other" };
}

function claimOf(raw: unknown): Claim | null {
  if (!isRecord(raw)) return null;
  if (raw.type === "not") {
    const inner = claimOf(raw.condition);
    if (inner?.test === "yes") return { ...inner, test: "no", raw };
    return inner?.test === "there" ? { ...inner, test: "missing", raw } : null;
  }
  const fields = { ...raw, ...(isRecord(raw.config) ? raw.config : {}) } as Record<string, unknown>;
  const source = places.map((key) => fields[key]).find((value) => typeof value === "string");
  if (typeof source !== "string") return null;
  if (raw.type === "truthy") return { source, test: "yes", value: undefined, raw };
  if (raw.type === "exists" || raw.type === "field_exists") return { source, test: "there", value: undefined, raw };
  const named =
    /^field_(\w+)$/.exec(String(raw.type))?.[1] ??
    (comparing.includes(String(raw.type)) ? (fields.operator ?? "equals") : null);
  const operator = typeof named === "string" && Object.hasOwn(spellings, named) ? spellings[named] : undefined;
  return operator && "value" in fields ? { source, test: operator, value: fields.value, raw } : null;
}

/** A condition as it is written into a document. What stood there is kept, but for what was changed. */
export function written(condition: Spoken): unknown {
  if (condition.kind === "always" || condition.kind === "other") return undefined;
  if (condition.kind === "else") return "else";
  const { join, claims, raw } = condition;
  const [first] = claims;
  if (claims.length === 1 && first && raw === undefined) return writtenClaim(first);
  return { ...(isRecord(raw) ? raw : {}), type: join, conditions: claims.map(writtenClaim) };
}

function writtenClaim({ source, test, value, raw }: Claim): unknown {
  if (test === "yes") return { type: "truthy", path: source };
  if (test === "there") return { type: "exists", path: source };
  if (test === "no" || test === "missing")
    return { type: "not", condition: { type: test === "no" ? "truthy" : "exists", path: source } };
  if (!isRecord(raw) || !comparing.includes(String(raw.type)))
    return { type: "expression", config: { source, operator: test, value } };
  const inside = isRecord(raw.config);
  const holder = (inside ? raw.config : raw) as Readonly<Record<string, unknown>>;
  const key = places.find((one) => one in holder) ?? "source";
  const same = typeof holder.operator === "string" && spellings[holder.operator] === test;
  const next = { ...holder, [key]: source, operator: same ? holder.operator : test, value };
  return inside ? { ...raw, config: next } : next;
}

/** A value as it is typed: text as it is, but for what would be read as something else. */
export function typedValue(value: unknown): string {
  if (typeof value !== "string") return value === undefined ? "" : JSON.stringify(value);
  return parsed(value) === value ? value : JSON.stringify(value);
}

/** What is meant by what was typed: a number, true, false, null, a list; else text. */
export const valueTyped = (text: string): unknown => parsed(text);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
