import type { RunFacts } from "@holdpoint/core";
import { estimateUsage } from "../cost/estimate.ts";
import type { ModelRequest } from "../model/model.ts";
import { tokensOf } from "../model/usage.ts";
import type { Models } from "../models/models.ts";
import { type Budget, type BudgetScope, type BudgetState, wouldPass } from "./budget.ts";
import type { Budgets } from "./budgets.ts";
import type { Amount } from "./spending-book.ts";
import type { Reservation, Tally } from "./tally.ts";

/** What people have allowed beyond a budget, by its scope. */
export type Allowances = ReadonlyMap<BudgetScope, Amount>;

/** All that a call is held against. */
export interface BudgetedCall {
  /** Which call it is: the step's idempotency key. */
  readonly key: string;
  readonly run: RunFacts;
  readonly request: ModelRequest;
  /** `provider/model`: what it costs is estimated by it. */
  readonly model: string;
  readonly own: readonly { scope: "step" | "run"; budget: Budget; tally: Tally }[];
  /** What its attempts have reserved of its own budgets. */
  readonly reserved: Reservation[];
  readonly budgets: Budgets | undefined;
  readonly allowed: Allowances;
}

/** What a call is estimated to take. */
type Next = BudgetState["next"];

/** Lets a call through, with its amount reserved of its own budgets and of those it shares, or says which one it would pass. */
export async function reserveCall(
  call: BudgetedCall,
  models: Models,
  at: Date,
): Promise<{ over: BudgetState } | { own: readonly Reservation[] }> {
  const usage = estimateUsage(call.request);
  const next = { cost: models.cost(call.model, usage, at), tokens: tokensOf(usage) };
  for (const { scope, budget, tally } of call.own) {
    const limit = raised(budget, call.allowed.get(scope));
    const spent = tally.taken;
    if (wouldPass({ limit, spent, next })) return { over: { scope, limit, spent, next } };
  }
  // Before anything is waited for: another call looks when this one is counted.
  const own = call.own.map(({ tally }) => tally.reserve({ cost: next.cost ?? 0, tokens: next.tokens }));
  call.reserved.push(...own);
  const over = await reserveShared(call, next, at).catch((error: unknown) => {
    releaseAll(own);
    throw error;
  });
  if (over === null) return { own };
  releaseAll(own);
  return { over };
}

/** The call is not made, or what it took is noted. */
export function releaseAll(reservations: readonly Reservation[]): void {
  for (const one of reservations) one.release();
}

async function reserveShared(call: BudgetedCall, next: Next, at: Date): Promise<BudgetState | null> {
  const shared = call.budgets?.shared(call.run, at) ?? [];
  const unpriced = shared.find(({ budget }) => budget.cost !== undefined && next.cost === null);
  if (unpriced && !call.allowed.has(unpriced.scope)) {
    const spent = (await call.budgets?.book.spent(unpriced.account)) ?? { cost: 0, tokens: 0 };
    return { scope: unpriced.scope, limit: limitOf(unpriced.budget), spent, next };
  }
  const claims = shared.map(({ scope, budget, account }) => {
    const { cost = null, tokens = null } = raised(budget, call.allowed.get(scope));
    return { account, limit: { cost, tokens } };
  });
  if (claims.length === 0) return null;
  const refused = await call.budgets?.book.reserve(call.key, claims, { cost: next.cost ?? 0, tokens: next.tokens });
  if (!refused) return null;
  const full = shared.find(({ account }) => account === refused.account);
  if (!full) return null;
  const limit = raised(full.budget, call.allowed.get(full.scope));
  return { scope: full.scope, limit, spent: refused.spent, next };
}

const limitOf = ({ cost, tokens }: Budget) => ({
  ...(cost !== undefined && { cost }),
  ...(tokens !== undefined && { tokens }),
});

function raised(budget: Budget, more: Amount | undefined) {
  const { cost, tokens } = budget;
  return {
    ...(cost !== undefined && { cost: cost + (more?.cost ?? 0) }),
    ...(tokens !== undefined && { tokens: tokens + (more?.tokens ?? 0) }),
  };
}
