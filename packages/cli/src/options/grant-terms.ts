import type { GrantTerms, Hold } from "@holdpoint/core";
import type { Command } from "commander";
import { repeated } from "../command/context.ts";
import { UsageError } from "../command/usage-error.ts";
import { wholeNumber } from "./numbers.ts";
import { pairOf } from "./pairs.ts";

export interface GrantOptions {
  next?: string;
  for?: string;
  most?: string;
  same?: string[];
}

/** Adds what a grant reaches to a command. */
export function addGrantTerms(command: Command): Command {
  return command
    .option("--next <n>", "give a grant: the next N holds like it are approved, too; together with --for")
    .option("--for <duration>", 'for how long the grant counts: "1h", "2d"')
    .option("--most <name=number>", "up to so much each: arguments.amount=50, also of facts and context")
    .option("--same <name>", "only where this value is the same: arguments.currency; may be repeated", repeated);
}

/** The terms that a command line gives; null when it gives none. */
export function grantTerms({ next, for: time, most, same = [] }: GrantOptions, hold: Hold): GrantTerms | null {
  if (next === undefined) {
    if (time === undefined && most === undefined && same.length === 0) return null;
    throw new UsageError("--for, --most and --same go with --next N: how many holds like it?");
  }
  if (time === undefined) throw new UsageError("--next needs --for: how long does the grant count?");
  return {
    count: wholeNumber("--next", next),
    for: time as GrantTerms["for"],
    ...(most === undefined ? {} : { amount: amountOf(most) }),
    ...(same.length === 0 ? {} : { where: Object.fromEntries(same.map((name) => [name, shownAs(hold, name)])) }),
  };
}

function amountOf(text: string): { of: string; most: number } {
  const [of, most] = pairOf("--most", text);
  if (most.trim() !== "" && Number.isFinite(Number(most))) return { of, most: Number(most) };
  throw new UsageError(`--most takes name=number, not "${text}"`);
}

/** What a name stands for in a hold that is shown. */
function shownAs({ action, facts, context }: Hold, name: string): unknown {
  let value: unknown = { arguments: action?.arguments, facts, context };
  for (const part of name.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) {
      throw new UsageError(`--same: this hold shows no ${name}; names begin with arguments, facts or context`);
    }
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}
