import type { Transaction } from "@holdpoint/core";
import { databaseKind } from "./database-kind.ts";

/** How a database is used. */
export interface DatabaseOptions {
  /** How many connections are open at most, 5 by default. SQLite has one for statements and one for transactions. */
  pool?: number;
  /** How long a statement, a connection or another's lock is waited for, in milliseconds; 30,000 by default (SQLite 10,000). */
  timeout?: number;
}

/**
 * The application's own database. `execute`, `fetchOne` and `fetchAll` are each committed by itself; what belongs together
 * stands in a `transaction`.
 *
 * @example
 * const app = database(process.env.DATABASE_URL ?? "app.db");
 * const db = service<typeof app>("db");
 * const order = workflow({ name: "order" }, async (ctx) => {
 *   return ctx.step("load", () => ctx.service(db).fetchOne<{ total: number }>("select total from orders where id = ?", ["A-7"]));
 * });
 * createEngine({ store, workflows: [order], services: [db.provide(app)] });
 */
export interface Database extends Transaction {
  /** For messages, without a password. */
  readonly name: string;
  /**
   * Connects now; otherwise the first statement does.
   *
   * @throws StoreError it cannot be reached
   */
  connect(): Promise<void>;
  /**
   * Runs `work` in one transaction: committed when it returns, undone when it throws. A deadlock or a lost race runs it again, so
   * `work` changes nothing but the database.
   *
   * @example
   * const engine = createEngine({ store: sqlite("app.db"), workflows: [refund] });
   * await database("app.db").transaction(async (tx) => {
   *   await tx.execute("insert into complaint (order_id) values (?)", ["A-7"]);
   *   await engine.run(refund, { orderId: "A-7", amount: 120 }, { id: "refund-A-7", tx });
   * });
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Closes its connections; open transactions are undone. */
  close(): Promise<void>;
}

/**
 * The application's own database at an address: `postgres://…`, `mysql://…`, or a path (`file:PATH`, `sqlite:PATH`, `:memory:`) for SQLite.
 * On the same drivers as the stores: Node's own SQLite, and `pg` and `mysql2`, which the application installs.
 *
 * @example
 * const app = database("app.db");
 * await app.execute("create table if not exists note (text text)");
 * await app.execute("insert into note (text) values (?)", ["hello"]);
 * console.log(await app.fetchAll("select * from note"));
 * await app.close();
 *
 * @throws ValidationError it is no address of a database that can be used
 */
export function database(url: string, options: DatabaseOptions = {}): Database {
  const { kind, address } = databaseKind(url);
  if (kind === "postgres") return later(address, () => import("./postgres-database.ts"), options);
  if (kind === "mysql") return later(address, () => import("./mysql-database.ts"), options);
  return later(address, () => import("./sqlite-database.ts"), options);
}

/** Each driver is loaded by whoever uses it. */
function later(
  address: string,
  load: () => Promise<{ openDatabase(address: string, options: DatabaseOptions): Database }>,
  options: DatabaseOptions,
): Database {
  let opened: Promise<Database> | null = null;
  const open = (): Promise<Database> => {
    opened ??= load().then(({ openDatabase }) => openDatabase(address, options));
    return opened;
  };
  return {
    name: address.replace(/:\/\/[^@/]*@/, "://"),
    connect: async () => (await open()).connect(),
    execute: async (sql, parameters) => (await open()).execute(sql, parameters),
    fetchOne: async <Row extends object>(sql: string, parameters: Parameters<Transaction["fetchOne"]>[1]) =>
      (await open()).fetchOne<Row>(sql, parameters),
    fetchAll: async <Row extends object>(sql: string, parameters: Parameters<Transaction["fetchAll"]>[1]) =>
      (await open()).fetchAll<Row>(sql, parameters),
    transaction: async (work) => (await open()).transaction(work),
    async close() {
      const database = await opened;
      opened = null;
      await database?.close();
    },
  };
}
