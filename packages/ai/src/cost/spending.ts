import { addUsage, noUsage, type Usage } from "../model/usage.ts";

/** What calls of models took, together. */
export interface Spending {
  readonly calls: number;
  readonly usage: Usage;
  /** US dollars of the calls whose price is known. */
  readonly cost: number;
  /** Calls whose cost is not known: `cost` is then what was spent at least. */
  readonly unpriced: number;
}

/** Nothing spent. */
export const noSpending: Spending = Object.freeze({ calls: 0, usage: noUsage, cost: 0, unpriced: 0 });

/** With one call more. */
export function spend(total: Spending, usage: Usage, cost: number | null): Spending {
  return addSpending(total, { calls: 1, usage, cost: cost ?? 0, unpriced: cost === null ? 1 : 0 });
}

/** Both together. */
export function addSpending(one: Spending, other: Spending): Spending {
  return {
    calls: one.calls + other.calls,
    usage: addUsage(one.usage, other.usage),
    // Dollars of many small calls: what is below a millionth of a cent is the arithmetic's, not the provider's.
    cost: Math.round((one.cost + other.cost) * 1e10) / 1e10,
    unpriced: one.unpriced + other.unpriced,
  };
}
