/** What a statement can be given for a placeholder. A boolean or a `Date` becomes what the database has for it. */
export type SqlParameter = string | number | bigint | boolean | Date | Uint8Array | null;

/**
 * Statements of yours in one transaction of the database. Placeholders are `?` in the order of the parameters, or `$1`, `$2`, …
 *
 * The transaction is not yours to end: it is committed when your function has returned and undone when it throws. Statements
 * that begin or end transactions are refused, and so is more than one statement in a text.
 *
 * @example
 * await ctx.transaction("take money", async (tx) => {
 *   const { changes } = await tx.execute("update account set balance = balance - ? where id = ?", [120, "ana"]);
 *   if (changes === 0) throw new Error("no such account");
 * });
 */
export interface Transaction {
  /**
   * Runs a statement; `changes` is how many rows it inserted, updated or deleted.
   *
   * @throws StoreError the database refused it
   */
  execute(sql: string, parameters?: readonly SqlParameter[]): Promise<{ changes: number }>;
  /**
   * The first row of a query, or null.
   *
   * @throws StoreError the database refused it
   */
  fetchOne<Row extends object = Record<string, unknown>>(
    sql: string,
    parameters?: readonly SqlParameter[],
  ): Promise<Row | null>;
  /**
   * All rows of a query.
   *
   * @throws StoreError the database refused it
   */
  fetchAll<Row extends object = Record<string, unknown>>(
    sql: string,
    parameters?: readonly SqlParameter[],
  ): Promise<Row[]>;
}
