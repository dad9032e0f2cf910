import { StoreError, type Transaction } from "@holdpoint/core";
import { type Amount, type Claim, passes, type SpendingBook } from "./spending-book.ts";

/** What the book needs of a database: what `database(url)` of `holdpoint` gives. */
export interface BookDatabase extends Transaction {
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
}

/** How often an account is opened anew that is gone when it is to be charged. */
const attempts = 10;

const tables = [
  "create table if not exists ai_account (account varchar(200) not null primary key, cost double precision not null, tokens bigint not null)",
  "create table if not exists ai_reservation (call_key varchar(200) not null, account varchar(200) not null, cost double precision not null, tokens bigint not null, primary key (call_key, account))",
];

/**
 * A book in a database of the application, for several processes: reserving is one transaction, so that two calls at once do not both get
 * the last dollar. Makes its two tables, `ai_account` and `ai_reservation`, when it is first used.
 *
 * @example
 * const book = databaseSpendingBook(database("postgres://localhost/app"));
 */
export function databaseSpendingBook(db: BookDatabase): SpendingBook {
  let ready: Promise<void> | undefined;
  const prepared = (): Promise<void> => {
    ready ??= (async () => {
      // "if not exists" is no lock: of two processes that make a table at once PostgreSQL may refuse one, and then it is there.
      for (const table of tables) await db.execute(table).catch(() => db.execute(table));
    })();
    ready.catch(() => (ready = undefined));
    return ready;
  };
  const opened = new Set<string>();
  const open = async (account: string): Promise<void> => {
    if (opened.has(account)) return;
    await openAccount(db, account);
    opened.add(account);
  };
  return {
    reserve: async (key, claims, amount) => {
      await prepared();
      // In one order everywhere, so that two transactions wait for each other in a line and not in a circle.
      const inOrder = [...claims].sort((a, b) => (a.account < b.account ? -1 : 1));
      let absent = "";
      for (let attempt = 0; attempt < attempts; attempt++) {
        for (const { account } of inOrder) await open(account);
        const outcome = await db.transaction((tx) => reserve(tx, key, inOrder, amount));
        if (outcome === null || "spent" in outcome) return outcome;
        // Somebody has removed it since.
        absent = outcome.absent;
        opened.delete(absent);
      }
      throw new StoreError(
        `the account "${absent}" of the spending book is removed whenever it is opened; see who deletes from ai_account`,
      );
    },
    settle: async (key, amount) => {
      await prepared();
      await db.transaction((tx) => settle(tx, key, amount));
    },
    spent: async (account) => {
      await prepared();
      return spentOf(db, account);
    },
  };
}

/**
 * Makes the account's row where there is none: before a transaction, because what two insert at once is refused to one of them, and in
 * PostgreSQL that would end its transaction.
 */
async function openAccount(db: BookDatabase, account: string): Promise<void> {
  const isThere = async () =>
    (await db.fetchOne("select account from ai_account where account = ?", [account])) !== null;
  if (await isThere()) return;
  try {
    await db.execute("insert into ai_account (account, cost, tokens) values (?, 0, 0)", [account]);
  } catch (error) {
    if (!(await isThere())) throw error;
  }
}

async function reserve(
  tx: Transaction,
  key: string,
  inOrder: readonly Claim[],
  amount: Amount,
): Promise<{ account: string; spent: Amount } | { absent: string } | null> {
  // Before anything is read: what is read then is what others left, also where a transaction reads as of its first look.
  for (const { account } of inOrder) if (!(await lock(tx, account))) return { absent: account };
  await release(tx, key);
  for (const { account, limit } of inOrder) {
    const spent = await spentOf(tx, account);
    if (passes(spent, amount, limit)) return { account, spent };
  }
  for (const { account } of inOrder) {
    await add(tx, account, amount);
    await tx.execute("insert into ai_reservation (call_key, account, cost, tokens) values (?, ?, ?, ?)", [
      ...[key, account],
      ...[amount.cost, amount.tokens],
    ]);
  }
  return null;
}

async function settle(tx: Transaction, key: string, amount: Amount | null): Promise<void> {
  const rows = await reservations(tx, key);
  for (const row of rows) {
    const real = amount ?? { cost: 0, tokens: 0 };
    await add(tx, row.account, { cost: real.cost - Number(row.cost), tokens: real.tokens - Number(row.tokens) });
  }
  if (rows.length > 0) await tx.execute("delete from ai_reservation where call_key = ?", [key]);
}

/** What an attempt that died had reserved is free again. */
async function release(tx: Transaction, key: string): Promise<void> {
  await settle(tx, key, null);
}

/** Locks the account's row until the transaction ends; false when there is none. */
async function lock(tx: Transaction, account: string): Promise<boolean> {
  const { changes } = await tx.execute("update ai_account set cost = cost where account = ?", [account]);
  // Some drivers count only rows that are others afterwards.
  return changes > 0 || (await tx.fetchOne("select account from ai_account where account = ?", [account])) !== null;
}

const add = (tx: Transaction, account: string, { cost, tokens }: Amount): Promise<unknown> =>
  tx.execute("update ai_account set cost = cost + ?, tokens = tokens + ? where account = ?", [cost, tokens, account]);

const reservations = (tx: Transaction, key: string) =>
  tx.fetchAll<{ account: string; cost: number; tokens: number | bigint | string }>(
    "select account, cost, tokens from ai_reservation where call_key = ? order by account",
    [key],
  );

async function spentOf(tx: Transaction, account: string): Promise<Amount> {
  const row = await tx.fetchOne<{ cost: number; tokens: number | bigint | string }>(
    "select cost, tokens from ai_account where account = ?",
    [account],
  );
  return { cost: Number(row?.cost ?? 0), tokens: Number(row?.tokens ?? 0) };
}
