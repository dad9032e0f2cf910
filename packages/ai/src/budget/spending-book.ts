/** An amount of both kinds. */
export interface Amount {
  readonly cost: number;
  readonly tokens: number;
}

/** What is asked of a book before a call: so much more for each account, if none of them passes its limit. */
export interface Claim {
  readonly account: string;
  readonly limit: { readonly cost: number | null; readonly tokens: number | null };
}

/**
 * Counts what is spent, by account, across runs and processes. A call first reserves what it is estimated to take and then says what it
 * took; `key` is the call's, so that saying it twice counts once.
 */
export interface SpendingBook {
  /**
   * Reserves an amount in all accounts, or in none: gives the first account that would pass its limit, with what it has; null when it
   * is reserved. The same key again replaces what was reserved before.
   */
  reserve(key: string, claims: readonly Claim[], amount: Amount): Promise<{ account: string; spent: Amount } | null>;
  /** Puts what was really taken in the place of what was reserved; nothing gives it back. */
  settle(key: string, amount: Amount | null): Promise<void>;
  /** What an account has, with what is reserved. */
  spent(account: string): Promise<Amount>;
}

/** A book in this process: for one process, and for tests. */
export function memorySpendingBook(): SpendingBook {
  const totals = new Map<string, Amount>();
  const reserved = new Map<string, { accounts: readonly string[]; amount: Amount }>();
  const spent = (account: string): Amount => totals.get(account) ?? { cost: 0, tokens: 0 };
  const add = (account: string, { cost, tokens }: Amount, sign: 1 | -1): void => {
    const before = spent(account);
    totals.set(account, { cost: before.cost + sign * cost, tokens: before.tokens + sign * tokens });
  };
  const settle = (key: string, amount: Amount | null): void => {
    const entry = reserved.get(key);
    if (!entry) return;
    reserved.delete(key);
    for (const account of entry.accounts) {
      add(account, entry.amount, -1);
      if (amount) add(account, amount, 1);
    }
  };
  return {
    reserve: async (key, claims, amount) => {
      settle(key, null);
      const full = claims.find(({ account, limit }) => passes(spent(account), amount, limit));
      if (full) return { account: full.account, spent: spent(full.account) };
      const accounts = claims.map(({ account }) => account);
      for (const account of accounts) add(account, amount, 1);
      reserved.set(key, { accounts, amount });
      return null;
    },
    settle: async (key, amount) => settle(key, amount),
    spent: async (account) => spent(account),
  };
}

/** Whether so much more is above the limit. */
export const passes = (spent: Amount, more: Amount, limit: Claim["limit"]): boolean =>
  (limit.cost !== null && spent.cost + more.cost > limit.cost) ||
  (limit.tokens !== null && spent.tokens + more.tokens > limit.tokens);
