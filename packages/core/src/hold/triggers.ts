import type { Issue } from "../errors.ts";

/**
 * When a gate asks a person; one that fires is enough. What a rule looks at and was not told fires, too: nobody knows is no
 * reason to go on.
 *
 * @example
 * import type { HoldTrigger } from "holdpoint";
 *
 * const when: HoldTrigger[] = [{ confidenceBelow: 0.8 }, { amountAbove: 100 }, { novelArguments: true }, { sample: 0.02 }];
 */
export type HoldTrigger =
  /** The model was less sure than that (0 to 1). */
  | { confidenceBelow: number }
  /** It cost more than that so far, in the unit the fact has. */
  | { costAbove: number }
  /** It took more tokens than that so far. */
  | { tokensAbove: number }
  /** More than that is at stake. */
  | { amountAbove: number }
  /** No such action was ever approved by a person here. */
  | { firstTime: true }
  /** It was approved before, but not with these arguments. */
  | { novelArguments: true }
  /** What led here failed, after all its retries. */
  | { afterError: true }
  /** So many of all, by chance (0 to 1): a look at what passes by itself. */
  | { sample: number }
  /** Whatever a function says of the facts. */
  | CustomTrigger;

/**
 * A trigger of your own; one that throws fires. `cel("amount > 100 && country != 'DE'")`, which `holdpoint` brings along, makes one
 * of an expression.
 */
export interface CustomTrigger {
  /** Whether a person is asked. */
  when: (facts: HoldFacts) => boolean;
  /** Shown to the reviewer. */
  says: string;
  /** What lessons count it as. Default `when`. */
  rule?: string;
  /** Shown as what it was set to: an expression, a threshold. */
  limit?: unknown;
  /** Facts that are shown with it. */
  shows?: readonly string[];
}

/** What triggers look at. More may stand there for `when`. */
export interface HoldFacts {
  /** From 0 to 1. */
  confidence?: number;
  /** In whatever unit your limits have. */
  cost?: number;
  /** In and out together. */
  tokens?: number;
  /** Money, recipients, rows: whatever your limits count. */
  amount?: number;
  /** The error, where what led here failed. */
  error?: string | null;
  /** Anything else. */
  [fact: string]: unknown;
}

/** A trigger that fired, as the hold shows it. */
export interface FiredTrigger {
  /** As in `confidenceBelow`; `when` for a function. */
  rule: string;
  /** What it was set to. */
  limit: unknown;
  /** What it found; null where it was not told. */
  value: unknown;
  /** In words. */
  says: string;
}

/** What is known of an action beyond its facts. */
export interface Acquaintance {
  /** A person approved such an action before. */
  action: boolean;
  /** And with the same arguments. */
  arguments: boolean;
  /** Between 0 and 1, by chance. */
  chance: number;
}

const compared = {
  confidenceBelow: { fact: "confidence", word: "below", most: 1 },
  costAbove: { fact: "cost", word: "above", most: Number.POSITIVE_INFINITY },
  tokensAbove: { fact: "tokens", word: "above", most: Number.POSITIVE_INFINITY },
  amountAbove: { fact: "amount", word: "above", most: Number.POSITIVE_INFINITY },
} as const;
const named = ["firstTime", "novelArguments", "afterError"];
const customFields: ReadonlySet<string> = new Set<keyof CustomTrigger>(["when", "says", "rule", "limit", "shows"]);

/** What is wrong with triggers. */
export function checkTriggers(triggers: unknown, path: string): Issue[] {
  if (!Array.isArray(triggers) || triggers.length === 0)
    return [{ path, message: "must be a list of at least one trigger" }];
  return triggers.flatMap((trigger: object, index): Issue[] => {
    const at = `${path}.${index}`;
    const [rule = "", ...more] = Object.keys(trigger ?? {});
    const limit: unknown = (trigger as Record<string, unknown>)[rule];
    if (customFields.has(rule)) {
      const { when, says } = trigger as { when?: unknown; says?: unknown };
      const isKnown = [rule, ...more].every((field) => customFields.has(field));
      if (typeof when === "function" && typeof says === "string" && says !== "" && isKnown) return [];
      return [{ path: at, message: "must have a function `when` and a text `says`" }];
    }
    if (rule === "cel")
      return [{ path: `${at}.cel`, message: "stands for an expression in documents; in code write cel(…)" }];
    if (more.length > 0) return [{ path: at, message: "must be one trigger; write each as an object of its own" }];
    if (named.includes(rule)) return limit === true ? [] : [{ path: `${at}.${rule}`, message: "must be true" }];
    const most = rule === "sample" ? 1 : compared[rule as keyof typeof compared]?.most;
    if (most === undefined) return [{ path: `${at}.${rule}`, message: "is no trigger of this version" }];
    if (typeof limit === "number" && limit >= 0 && limit <= most) return [];
    return [{ path: `${at}.${rule}`, message: `must be a number from 0${most === 1 ? " to 1" : ""}` }];
  });
}

/** The triggers that fire, with what they found. */
export function firedTriggers(triggers: readonly HoldTrigger[], facts: HoldFacts, known: Acquaintance): FiredTrigger[] {
  return triggers.flatMap((trigger) => firedTrigger(trigger, facts, known) ?? []);
}

function firedTrigger(trigger: HoldTrigger, facts: HoldFacts, known: Acquaintance): FiredTrigger | null {
  const fires = (rule: string, limit: unknown, value: unknown, says: string): FiredTrigger => ({
    rule,
    limit,
    value,
    says,
  });
  if ("firstTime" in trigger) {
    return known.action ? null : fires("firstTime", true, null, "nobody has approved such an action here before");
  }
  if ("novelArguments" in trigger) {
    return known.arguments ? null : fires("novelArguments", true, null, "nobody has approved these arguments before");
  }
  if ("afterError" in trigger) {
    const { error = null } = facts;
    return error === null ? null : fires("afterError", true, error, `what led here failed: ${error}`);
  }
  if ("sample" in trigger) {
    return known.chance < trigger.sample ? fires("sample", trigger.sample, null, "chosen by chance, to look at") : null;
  }
  if ("when" in trigger) return firedCustom(trigger, facts);
  const [rule, limit] = Object.entries(trigger)[0] as [keyof typeof compared, number];
  const { fact, word } = compared[rule];
  const value = facts[fact];
  if (typeof value !== "number" || Number.isNaN(value)) {
    return fires(rule, limit, null, `nobody said the ${fact}, which must not be ${word} ${limit}`);
  }
  const beyond = word === "below" ? value < limit : value > limit;
  return beyond ? fires(rule, limit, value, `${fact} ${value} is ${word} ${limit}`) : null;
}

function firedCustom(
  { when, says, rule = "when", limit = null, shows = [] }: CustomTrigger,
  facts: HoldFacts,
): FiredTrigger | null {
  const value = shows.length === 0 ? null : Object.fromEntries(shows.map((fact) => [fact, facts[fact] ?? null]));
  try {
    return when(facts) ? { rule, limit, value, says } : null;
  } catch (error) {
    // It could not tell: that is no reason to go on.
    const why = error instanceof Error ? error.message : String(error);
    return { rule, limit, value, says: `${says} (could not be told: ${why})` };
  }
}
