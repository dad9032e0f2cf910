import { type CustomTrigger, checkTriggers, type HoldTrigger, type Issue } from "@holdpoint/core";
import { compileCel, namesIn } from "./cel.ts";
import { ExpressionError } from "./errors.ts";

/**
 * A trigger of `holdWhen` in CEL (https://cel.dev), over the facts: asks a person when the expression is true, and also when it cannot be told
 * because a fact is missing. The hold shows the expression and the facts it reads.
 *
 * @example
 * import { cel } from "holdpoint";
 *
 * await ctx.approve("pay", {
 *   title: "Pay?",
 *   holdWhen: [cel("amount > 100 && country != 'DE'")],
 *   facts: { amount: 120, country: "FR" },
 * });
 *
 * @param says shown to the reviewer. Default: the expression
 * @throws ExpressionError it is not CEL, or longer, deeper or more looped than is allowed
 */
export function cel(expression: string, says: string = expression): CustomTrigger {
  return { when: compileCel(expression), says, rule: "cel", limit: expression, shows: namesIn(expression) };
}

/**
 * Triggers as a document writes them: those that are data are taken as they are, `{ "cel": "…", "says": "…" }` becomes one.
 *
 * @example
 * const holdWhen = readTriggers([{ confidenceBelow: 0.8 }, { cel: "amount > 100" }], "holdWhen");
 *
 * @returns the triggers, and what is wrong with them by path
 */
export function readTriggers(written: unknown, path: string): { triggers: HoldTrigger[]; issues: Issue[] } {
  const list: unknown[] = Array.isArray(written) ? written : [];
  const issues: Issue[] = [];
  const triggers = list.map((one, index) => {
    if (typeof one !== "object" || one === null || !("cel" in one)) return one as HoldTrigger;
    const { cel: expression, says, ...more } = one as { cel: unknown; says?: unknown };
    const at = `${path}.${index}`;
    for (const field of Object.keys(more))
      issues.push({ path: `${at}.${field}`, message: "does not go with `cel`; remove it" });
    if (typeof expression !== "string" || (says !== undefined && typeof says !== "string")) {
      issues.push({ path: `${at}.cel`, message: "must be an expression in CEL, as a text" });
      return { sample: 1 };
    }
    try {
      return cel(expression, says);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      issues.push({ path: `${at}.cel`, message: error.message });
      return { sample: 1 };
    }
  });
  return { triggers, issues: [...issues, ...checkTriggers(Array.isArray(written) ? triggers : written, path)] };
}
