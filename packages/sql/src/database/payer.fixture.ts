import { createEngine, type Store, workflow } from "@holdpoint/core";
import { Connection } from "mysql2";
import pg from "pg";
import { openNodeSqlite } from "../driver/node-sqlite.ts";
import { mysql, postgres, sqlite } from "../index.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** Two statements and a query, with a step before and one behind. */
export const pay = workflow({ name: "pay" }, async (ctx) => {
  await ctx.step("before", () => 1);
  const left = await ctx.transaction("move", async (tx) => {
    await tx.execute("update account set balance = balance - 1 where id = 'ana'");
    await tx.execute("insert into account (id, balance) values (?, ?)", [`paid ${ctx.run.id}`, 1]);
    return tx.fetchOne<{ balance: number }>("select balance from account where id = 'ana'");
  });
  await ctx.step("after", () => 2);
  return left;
});

export const engineOn = (store: Store) => createEngine({ store, workflows: [pay], log: quiet, lease: "5s" });

/** Ends the process, as the power would, at the `n`-th boundary: before a statement, behind its sending, or behind its answer. */
let left = Number.POSITIVE_INFINITY;
function boundary(): void {
  if (--left > 0) return;
  process.kill(process.pid, "SIGKILL");
}

/** A driver whose transactions (those that begin with a savepoint) are counted, statement by statement. */
function countedSqlite(path: string): ReturnType<typeof openNodeSqlite> {
  const driver = openNodeSqlite(path);
  let counting = false;
  const counted = <T>(work: () => T): T => {
    if (counting) boundary();
    const result = work();
    if (counting) boundary();
    return result;
  };
  return {
    ...driver,
    exec(sql) {
      if (sql.includes("savepoint alive") && sql.startsWith("begin")) counting = true;
      counted(() => driver.exec(sql));
      if (sql.endsWith("commit")) counting = false;
    },
    prepare(sql) {
      const statement = driver.prepare(sql);
      return {
        run: (...values) => counted(() => statement.run(...values)),
        get: (...values) => counted(() => statement.get(...values)),
        all: (...values) => counted(() => statement.all(...values)),
        values: (...values) => counted(() => statement.values(...values)),
        query: (...values) => counted(() => statement.query(...values)),
      };
    },
  };
}

/** The same on PostgreSQL: on each connection from `begin` to `commit` where that is sent by itself. */
function countPostgres(): void {
  const client = pg.Client.prototype as unknown as { query(this: object, ...args: unknown[]): unknown };
  const { query } = client;
  const counting = new WeakSet<object>();
  client.query = function (...args) {
    const text = typeof args[0] === "string" ? args[0] : (args[0] as { text: string }).text;
    const { connectionParameters } = this as { connectionParameters?: { application_name?: string } };
    const lent = connectionParameters?.application_name === "holdpoint transactions";
    if (text.startsWith("begin") && lent) counting.add(this);
    if (!counting.has(this)) return query.apply(this, args);
    boundary();
    const answer = query.apply(this, args) as Promise<unknown>;
    // On its way, and perhaps in the server's hands.
    setImmediate(boundary);
    if (text === "commit") counting.delete(this);
    return answer.then((result) => {
      boundary();
      return result;
    });
  };
}

/** The same on MySQL and MariaDB, packet by packet: what is sent in one nobody can come between but the server. */
function countMysql(): void {
  type Query = (this: object, options: { sql: string }, done: (...answer: unknown[]) => void) => unknown;
  const connection = Connection.prototype as unknown as { query: Query };
  const { query } = connection;
  const counting = new WeakSet<object>();
  connection.query = function (options, done) {
    const { sql } = options;
    if (typeof sql === "string" && sql.startsWith("start transaction; savepoint holdpoint_alive")) counting.add(this);
    if (!counting.has(this)) return query.call(this, options, done);
    boundary();
    setImmediate(boundary);
    if (sql.endsWith("; commit")) counting.delete(this);
    return query.call(this, options, (...answer) => {
      boundary();
      done(...answer);
    });
  };
}

function storeOn(kind: string, url: string, schema: string): Store {
  if (kind === "SQLite") return sqlite(url, { driver: countedSqlite });
  if (kind === "PostgreSQL") return postgres(url, { schema });
  return mysql(schema, { application: new URL(url).pathname.slice(1) });
}

/** Works the store until nothing is ready, and dies at boundary `at` of the transactions in it. */
export async function work(kind: string, url: string, schema: string, at: number): Promise<void> {
  if (kind === "PostgreSQL") countPostgres();
  if (kind === "MariaDB") countMysql();
  left = at;
  const engine = engineOn(storeOn(kind, url, schema));
  await engine.runUntilIdle();
  await engine.stop();
}
