import type { WorkflowContext } from "@holdpoint/core";
import { type Budget, BudgetError, type BudgetScope, type BudgetState, sentenceOf } from "./budget.ts";
import type { Amount } from "./spending-book.ts";

/**
 * Asks whether a run may spend as much again, before it has spent more than it may; gives what is allowed.
 *
 * @throws BudgetError the budget says `stop`, or a person says no
 */
export async function allowMore(
  ctx: WorkflowContext,
  step: string,
  state: BudgetState,
  budget: Budget | undefined,
): Promise<{ scope: BudgetScope; amount: Amount }> {
  if (budget === undefined || budget.whenSpent === "stop") {
    throw new BudgetError(state, 'raise it, or let it hold for a person (`whenSpent: "hold"`)');
  }
  const { scope, next } = state;
  // At least what the call takes: otherwise the same question would come again.
  const amount: Amount = {
    cost: Math.max(budget.cost ?? 0, next.cost ?? 0),
    tokens: Math.max(budget.tokens ?? 0, next.tokens),
  };
  const { approved, by, note } = await ctx.approve(`budget ${scope}`, {
    title: `May "${step}" spend more? This is ${sentenceOf(state)}.`,
    consequence: `It may spend ${textOf(budget, amount)} more.`,
    severity: budget.severity ?? "medium",
    context: { step, ...state },
    ...(budget.reviewers && { reviewers: budget.reviewers }),
  });
  if (approved) return { scope, amount };
  throw new BudgetError(state, `${by ?? "somebody"} did not allow more${note ? `: ${note}` : ""}`);
}

function textOf(budget: Budget, { cost, tokens }: Amount): string {
  const dollars = budget.cost === undefined ? [] : [`$${Number(cost.toPrecision(4))}`];
  const counted = budget.tokens === undefined ? [] : [`${tokens} tokens`];
  return [...dollars, ...counted].join(" and ");
}
