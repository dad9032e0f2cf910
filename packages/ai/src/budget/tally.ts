import { noSpending, type Spending, spend } from "../cost/spending.ts";
import { tokensOf, type Usage } from "../model/usage.ts";
import type { Amount } from "./spending-book.ts";

/** What a call that is being made may take, until what it took is noted. */
export interface Reservation {
  /** Puts what was really taken in the place of the estimate. */
  settle(real: Amount): void;
  /** Takes it out, when it is noted or was not made; a second time does nothing. */
  release(): void;
}

/**
 * What one budget of a run has had in this execution, with what its calls under way may take: of two calls at once the second knows of
 * the first. What is noted is the same in a replay; what is reserved is looked at inside of steps only.
 */
export class Tally {
  readonly #underWay = new Set<{ amount: Amount }>();
  #spent: Spending;

  constructor(spent: Spending = noSpending) {
    this.#spent = spent;
  }

  /** What calls that are over took. */
  get spent(): Spending {
    return this.#spent;
  }

  /** What is spent or may be by the calls under way. */
  get taken(): Amount {
    let cost = this.#spent.cost;
    let tokens = tokensOf(this.#spent.usage);
    for (const { amount } of this.#underWay) {
      cost += amount.cost;
      tokens += amount.tokens;
    }
    return { cost, tokens };
  }

  /** Adds a call that is over. */
  note(usage: Usage, cost: number | null): void {
    this.#spent = spend(this.#spent, usage, cost);
  }

  /** Counts a call that is about to be made. */
  reserve(amount: Amount): Reservation {
    const entry = { amount };
    this.#underWay.add(entry);
    return {
      settle: (real) => {
        entry.amount = real;
      },
      release: () => void this.#underWay.delete(entry),
    };
  }
}
