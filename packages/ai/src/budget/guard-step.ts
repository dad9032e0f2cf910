import type { WorkflowContext } from "@holdpoint/core";
import type { ModelRequest } from "../model/model.ts";
import { tokensOf, type Usage } from "../model/usage.ts";
import type { Models } from "../models/models.ts";
import { tallyOf } from "../step/run-spending.ts";
import { allowMore } from "./allow-more.ts";
import type { Budget, BudgetScope, BudgetState } from "./budget.ts";
import { type Budgets, budgetsOf } from "./budgets.ts";
import { type BudgetedCall, releaseAll, reserveCall } from "./guard-call.ts";
import type { Amount } from "./spending-book.ts";
import { Tally } from "./tally.ts";

/** What one call is held against, as workflow code knows it before the step begins. */
export type CallGuard = Pick<BudgetedCall, "own" | "run" | "allowed" | "reserved">;

/** A call that was not made, because it would have passed a budget. */
export interface Withheld {
  readonly over: BudgetState;
}

/**
 * Everything that a call of this run is held against. When the step is over and noted, what is `reserved` is to be released.
 *
 * @param own a budget of this step or agent alone
 * @param tally what that has had already
 */
export function callGuard(ctx: WorkflowContext, own: Budget | undefined, tally = new Tally()): CallGuard {
  const budgets = budgetsOf(ctx);
  return {
    own: [
      ...(own ? [{ scope: "step" as const, budget: own, tally }] : []),
      ...(budgets?.run ? [{ scope: "run" as const, budget: budgets.run, tally: tallyOf(ctx) }] : []),
    ],
    run: ctx.run,
    allowed: new Map(allowancesOf(ctx)),
    reserved: [],
  };
}

/** The call that is to be made. */
interface Wanted {
  /** The step's idempotency key. */
  readonly key: string;
  readonly request: ModelRequest;
  /** `provider/model`. */
  readonly model: string;
  readonly budgets: Budgets | undefined;
  readonly models: Models;
}

/** Makes a call within its budgets, inside of its step, and counts what it took; or says which budget it would pass. */
export async function guardedCall<T>(
  guard: CallGuard,
  { models, ...wanted }: Wanted,
  make: () => Promise<{ value: T; cost: number | null; usage: Usage }>,
): Promise<T | Withheld> {
  const { budgets, key } = wanted;
  const held = guard.own.length > 0 || budgets !== undefined;
  const passed = held ? await reserveCall({ ...guard, ...wanted }, models, new Date()) : { own: [] };
  if ("over" in passed) return passed;
  try {
    const { value, cost, usage } = await make();
    for (const one of passed.own) one.settle({ cost: cost ?? 0, tokens: tokensOf(usage) });
    await budgets?.book.settle(key, { cost: cost ?? 0, tokens: tokensOf(usage) });
    return value;
  } catch (error) {
    releaseAll(passed.own);
    await budgets?.book.settle(key, null);
    throw error;
  }
}

/**
 * Asks a person whether a run may spend more, after a call was withheld.
 *
 * @throws BudgetError it may not
 */
export async function askForMore(
  ctx: WorkflowContext,
  step: string,
  over: BudgetState,
  own: Budget | undefined,
): Promise<void> {
  const budgets = budgetsOf(ctx);
  const shared = budgets?.shared(ctx.run, ctx.now()) ?? [];
  const budget =
    over.scope === "step"
      ? own
      : over.scope === "run"
        ? budgets?.run
        : shared.find(({ scope }) => scope === over.scope)?.budget;
  const { scope, amount } = await allowMore(ctx, step, over, budget);
  const allowed = allowancesOf(ctx);
  const before = allowed.get(scope) ?? { cost: 0, tokens: 0 };
  allowed.set(scope, { cost: before.cost + amount.cost, tokens: before.tokens + amount.tokens });
}

/** What people have allowed a run beyond its budgets, by its context: a replay gets to the same in the same order. */
const allowances = new WeakMap<WorkflowContext, Map<BudgetScope, Amount>>();

function allowancesOf(ctx: WorkflowContext): Map<BudgetScope, Amount> {
  let allowed = allowances.get(ctx);
  if (!allowed) allowances.set(ctx, (allowed = new Map()));
  return allowed;
}
