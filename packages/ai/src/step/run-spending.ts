import type { WorkflowContext } from "@holdpoint/core";
import { Tally } from "../budget/tally.ts";
import type { Spending } from "../cost/spending.ts";
import type { Usage } from "../model/usage.ts";

/**
 * What a run has spent, by its context: there is one for each execution, and a replay adds up the same calls in the same order.
 */
const tallies = new WeakMap<WorkflowContext, Tally>();

/** What the run has spent, and its calls under way. */
export function tallyOf(ctx: WorkflowContext): Tally {
  let tally = tallies.get(ctx);
  if (!tally) tallies.set(ctx, (tally = new Tally()));
  return tally;
}

/** What the run has spent on models so far. */
export function spendingOf(ctx: WorkflowContext): Spending {
  return tallyOf(ctx).spent;
}

/** Adds a call to the run's total, and to the attributes it can be found by. */
export function noteSpending(ctx: WorkflowContext, usage: Usage, cost: number | null): void {
  const tally = tallyOf(ctx);
  tally.note(usage, cost);
  const total = tally.spent;
  ctx.set({
    aiCalls: total.calls,
    aiInputTokens: total.usage.input,
    aiOutputTokens: total.usage.output,
    aiCost: total.cost,
    aiUnpricedCalls: total.unpriced === 0 ? null : total.unpriced,
  });
}
