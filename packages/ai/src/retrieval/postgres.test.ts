import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import type { SqlParameter, Transaction } from "@holdpoint/core";
import { database } from "@holdpoint/sql";
import { afterAll, beforeAll, describe, onTestFinished } from "vitest";
import { databaseIndex, type RetrievalDatabase } from "./database-index.ts";
import { indexSuite } from "./index-suite.fixture.ts";

/** The server that the tests of `@holdpoint/sql` start: a fixture, which its package does not publish. */
interface Fixture {
  readonly missing: string | null;
  startCluster(settings: Record<string, string>): Promise<{ readonly url: string; stop(): Promise<void> }>;
}
const place = new URL("../../../sql/src/fixtures/cluster.ts", import.meta.url).href;
const { missing, startCluster } = (await import(place)) as Fixture;

let made = 0;

describe.skipIf(missing !== null)("an index in a PostgreSQL server", () => {
  let cluster: Awaited<ReturnType<Fixture["startCluster"]>>;
  beforeAll(async () => {
    cluster = await startCluster({ fsync: "off" });
  });
  afterAll(() => cluster?.stop());

  indexSuite(
    "in PostgreSQL",
    (name) => {
      const db = database(cluster.url);
      onTestFinished(() => db.close());
      return databaseIndex(db, { name: `${name}_${++made}` });
    },
    1,
  );
});

/** PostgreSQL in this process, with pgvector. */
function embedded(open: Promise<PGlite>): RetrievalDatabase {
  const on = (
    query: (sql: string, parameters: unknown[]) => Promise<{ rows: unknown[]; affectedRows?: number }>,
  ): Transaction => {
    const run = (sql: string, parameters: readonly SqlParameter[] = []) => {
      let n = 0;
      return query(
        sql.replaceAll("?", () => `$${++n}`),
        [...parameters],
      );
    };
    return {
      execute: async (sql, parameters) => ({ changes: (await run(sql, parameters)).affectedRows ?? 0 }),
      fetchOne: async <Row extends object>(sql: string, parameters?: readonly SqlParameter[]) =>
        ((await run(sql, parameters)).rows[0] ?? null) as Row | null,
      fetchAll: async <Row extends object>(sql: string, parameters?: readonly SqlParameter[]) =>
        (await run(sql, parameters)).rows as Row[],
    };
  };
  return {
    name: "postgres://embedded",
    ...on(async (sql, parameters) => (await open).query(sql, parameters)),
    transaction: async (work) =>
      (await open).transaction((tx) => work(on((sql, parameters) => tx.query(sql, parameters)))),
  };
}

describe("an index in PostgreSQL with pgvector", () => {
  const open = PGlite.create({ extensions: { vector } });
  afterAll(async () => (await open).close());
  indexSuite("with pgvector", (name) => databaseIndex(embedded(open), { name, pgvector: true }), 1);
});
