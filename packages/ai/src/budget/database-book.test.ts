import { randomUUID } from "node:crypto";
import { database } from "@holdpoint/sql";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type BookDatabase, databaseSpendingBook } from "./database-book.ts";

/** The server that the tests of `@holdpoint/sql` start: a fixture, which its package does not publish. */
interface Fixture {
  readonly missing: string | null;
  startCluster(settings: Record<string, string>): Promise<{ readonly url: string; stop(): Promise<void> }>;
}
const place = new URL("../../../sql/src/fixtures/cluster.ts", import.meta.url).href;
const { missing, startCluster } = (await import(place)) as Fixture;

/** Lets statements that begin so go on when `count` have come to them. */
function meeting(beginning: string, count: number): (sql: string) => Promise<void> {
  const all = Promise.withResolvers<void>();
  let come = 0;
  return async (sql) => {
    if (!sql.startsWith(beginning)) return;
    if (++come === count) all.resolve();
    await all.promise;
  };
}

/** A database whose every statement waits for `turn` first. */
function waiting(db: BookDatabase, turn: (sql: string) => Promise<void>): BookDatabase {
  const on = <T extends Pick<BookDatabase, "execute" | "fetchOne" | "fetchAll">>(inner: T) => ({
    execute: async (sql: string, parameters?: Parameters<T["execute"]>[1]) => {
      await turn(sql);
      return inner.execute(sql, parameters);
    },
    fetchOne: inner.fetchOne.bind(inner) as T["fetchOne"],
    fetchAll: inner.fetchAll.bind(inner) as T["fetchAll"],
  });
  return { ...on(db), transaction: (work) => db.transaction((tx) => work(on(tx))) };
}

describe.skipIf(missing !== null)("a book of spending in a PostgreSQL server", () => {
  let cluster: Awaited<ReturnType<Fixture["startCluster"]>>;
  beforeAll(async () => {
    cluster = await startCluster({ fsync: "off" });
  });
  afterAll(() => cluster?.stop());

  const opened = () => {
    const db = database(cluster.url);
    onTestFinished(() => db.close());
    return db;
  };

  test("opens an account once, though two processes make their first call at the same time", async () => {
    const account = `day ${randomUUID()}`;
    const [tables, accounts] = [meeting("create table", 2), meeting("insert into ai_account", 2)];
    const turn = async (sql: string) => {
      await tables(sql);
      await accounts(sql);
    };
    const books = [opened(), opened()].map((db) => databaseSpendingBook(waiting(db, turn)));
    const claims = [{ account, limit: { cost: 5, tokens: null } }];
    const outcomes = await Promise.all(
      books.map((book) => book.reserve(randomUUID(), claims, { cost: 3, tokens: 30 })),
    );
    expect(outcomes.filter((one) => one !== null)).toEqual([{ account, spent: { cost: 3, tokens: 30 } }]);
    expect(await books[0]?.spent(account)).toEqual({ cost: 3, tokens: 30 });
  });

  test("opens an account anew that somebody has removed", async () => {
    const db = opened();
    const book = databaseSpendingBook(db);
    const account = `day ${randomUUID()}`;
    const claims = [{ account, limit: { cost: 5, tokens: null } }];
    expect(await book.reserve(randomUUID(), claims, { cost: 3, tokens: 30 })).toBeNull();
    await db.execute("delete from ai_account where account = ?", [account]);
    expect(await book.reserve(randomUUID(), claims, { cost: 4, tokens: 40 })).toBeNull();
    expect(await book.spent(account)).toEqual({ cost: 4, tokens: 40 });
  });

  test("says so when an account is removed whenever it is opened", async () => {
    const db = opened();
    const account = `day ${randomUUID()}`;
    // Before each transaction begins with it.
    const book = databaseSpendingBook(
      waiting(db, async (sql) => {
        if (sql.startsWith("update ai_account"))
          await db.execute("delete from ai_account where account = ?", [account]);
      }),
    );
    const claims = [{ account, limit: { cost: 5, tokens: null } }];
    await expect(book.reserve(randomUUID(), claims, { cost: 3, tokens: 30 })).rejects.toThrow(
      `the account "${account}" of the spending book is removed whenever it is opened; see who deletes from ai_account`,
    );
  });
});
