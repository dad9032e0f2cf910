import type { WorkflowContext } from "@holdpoint/core";
import { noSpending, type Spending, spend } from "../cost/spending.ts";
import type { Usage } from "../model/usage.ts";

/**
 * What a run has spent, by its context: there is one for each execution, and a replay adds up the same calls in the same order.
 */
const spent = new WeakMap<WorkflowContext, Spending>();

/** What the run has spent on models so far. */
export function spendingOf(ctx: WorkflowContext): Spending {
  return spent.get(ctx) ?? noSpending;
}

/** Adds a call to the run's total, and to the attributes it can be found by. */
export function noteSpending(ctx: WorkflowContext, usage: Usage, cost: number | null): void {
  const total = spend(spendingOf(ctx), usage, cost);
  spent.set(ctx, total);
  ctx.set({
    aiCalls: total.calls,
    aiInputTokens: total.usage.input,
    aiOutputTokens: total.usage.output,
    aiCost: total.cost,
    aiUnpricedCalls: total.unpriced === 0 ? null : total.unpriced,
  });
}
