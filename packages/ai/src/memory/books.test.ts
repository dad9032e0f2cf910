import { database } from "@holdpoint/sql";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { bookSuite } from "./book-suite.fixture.ts";
import { memoryConversationBook } from "./conversation-book.ts";
import { databaseConversationBook } from "./database-conversation-book.ts";

/** The servers that the tests of `@holdpoint/sql` start: fixtures, which its package does not publish. */
interface Cluster {
  readonly missing: string | null;
  startCluster(settings: Record<string, string>): Promise<{ readonly url: string; stop(): Promise<void> }>;
}
interface Maria {
  readonly missing: string | null;
  startMariadb(): Promise<{ database(): string; admin(sql: string): Promise<unknown>; stop(): Promise<void> }>;
}
const fixture = (name: string): string => new URL(`../../../sql/src/fixtures/${name}.ts`, import.meta.url).href;
const postgres = (await import(fixture("cluster"))) as Cluster;
const maria = (await import(fixture("mariadb"))) as Maria;

let made = 0;
const bookIn = (url: string) => {
  const db = database(url);
  onTestFinished(() => db.close());
  return databaseConversationBook(db, { name: `m${++made}` });
};

bookSuite("in memory", () => memoryConversationBook());
bookSuite("in SQLite", () => bookIn(":memory:"));

describe.skipIf(postgres.missing !== null)("with a PostgreSQL server", () => {
  let server: Awaited<ReturnType<Cluster["startCluster"]>>;
  beforeAll(async () => {
    server = await postgres.startCluster({ fsync: "off" });
  });
  afterAll(() => server?.stop());
  bookSuite("in PostgreSQL", () => bookIn(server.url));
});

describe.skipIf(maria.missing !== null)("with a MariaDB server", () => {
  let server: Awaited<ReturnType<Maria["startMariadb"]>>;
  let address = "";
  beforeAll(async () => {
    server = await maria.startMariadb();
    address = server.database();
    await server.admin(`create database ${new URL(address).pathname.slice(1)}`);
  });
  afterAll(() => server?.stop());
  bookSuite("in MariaDB", () => bookIn(address));
});

test("a name that cannot be one of tables is refused", () => {
  const db = database(":memory:");
  onTestFinished(() => db.close());
  expect(() => databaseConversationBook(db, { name: "My Memory" })).toThrow(
    "databaseConversationBook.name: must be small",
  );
});
