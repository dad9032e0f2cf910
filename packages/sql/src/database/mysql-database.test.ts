import { createEngine, type Engine, workflow } from "@holdpoint/core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { missing } from "../fixtures/mariadb.ts";
import { mysql } from "../index.ts";
import { type Database, database } from "./database.ts";
import { type Place, places, stopPlaces } from "./places.fixture.ts";
import { readStatement } from "./statement.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

describe.skipIf(missing !== null)("database() on MariaDB, what is its own", () => {
  let place: Place;
  let app: Database;
  const engines: Engine[] = [];
  beforeAll(async () => {
    place = await places[2].make();
    await place.admin("create table kinds (id varchar(20) collate utf8mb4_general_ci, total decimal(10, 2), n bigint)");
    app = database(place.url);
  });
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.stop();
  });
  afterAll(async () => {
    await app?.close();
    await stopPlaces();
  });

  test("values are written into the text as they are: quotes, backslashes, decimals, a limit", async () => {
    const nasty = "a\\' or 1=1 -- \u0000\n'";
    await app.execute("insert into kinds (id, total, n) values (?, ?, ?)", [nasty, "0.10", 9007199254740993n]);
    expect(
      await app.fetchOne("select id, total + ? as total, n from kinds where id = ? limit ?", [0.2, nasty, 1]),
    ).toEqual({
      id: nasty,
      total: "0.30",
      n: 9007199254740993n,
    });
    expect(
      await app.fetchOne("select sum(n - n + 1) as n, 5-? as m, 'it\\'s ?' as t, \"?\" as u from kinds # ?", [-3]),
    ).toEqual({
      n: 1,
      m: 8,
      t: "it's ?",
      u: "?",
    });
  });

  test("a column of JSON is read as its value", async () => {
    await place.admin("create table noted (id integer primary key, body json)");
    await app.execute("insert into noted values (1, ?)", ['{"a": "it\'s \\\\ x"}']);
    expect(await app.fetchOne("select body from noted")).toEqual({ body: { a: "it's \\ x" } });
  });

  test.each([
    ["create table other (id integer)", /"create" is not for a transaction on MySQL and MariaDB/],
    ["call something()", /"call" is not for a transaction/],
    ["set autocommit = 1", /"set" is not for a transaction/],
    ["select 1 /*! ; commit */", /a comment that MySQL executes/],
  ])("%s is refused in a transaction, which it could commit", async (sql, sentence) => {
    const work = app.transaction(async (tx) => {
      await tx.execute("insert into kinds (id) values ('lost')");
      await tx.execute(sql);
    });
    await expect(work).rejects.toThrow(sentence);
    expect(await app.fetchOne("select count(*) as n from kinds where id = 'lost'")).toEqual({ n: 0 });
  });

  test("what would stay with the connection is refused", async () => {
    await expect(app.execute("use mysql")).rejects.toThrow(/"use" would change the connection/);
    await expect(app.execute("select ?", [Number.NaN])).rejects.toThrow(/a parameter is NaN/);
    await expect(app.execute("select ?", [new Date("x")])).rejects.toThrow(/an invalid date/);
  });

  test("a store says which database is meant, and one that is not there is told at once", async () => {
    const look = workflow({ name: "look" }, (ctx) =>
      ctx.transaction("look", (tx) =>
        tx.fetchOne<{ db: string; n: number }>("select database() as db, count(*) as n from run"),
      ),
    );
    const inStore = createEngine({ store: mysql(place.schema), workflows: [look], log: quiet });
    const elsewhere = createEngine({
      store: mysql(place.schema, { application: "nowhere_at_all" }),
      workflows: [look],
      namespace: "other",
      log: quiet,
    });
    engines.push(inStore, elsewhere);
    const run = await inStore.run(look, undefined);
    await inStore.runUntilIdle();
    expect(await run.result()).toEqual({ db: new URL(place.schema).pathname.slice(1), n: 1 });
    const lost = await elsewhere.run(look, undefined);
    await elsewhere.runUntilIdle();
    await expect(lost.result()).rejects.toThrow(/the database does not exist/);
  });
});

test("statements are read as MySQL reads them", () => {
  const read = (sql: string): readonly string[] => readStatement(sql, "values").pieces;
  expect(read('select ? # a ?\n, `?`, "?\\"?", ?')).toEqual(["select ", ' # a ?\n, `?`, "?\\"?", ', ""]);
  expect(read("select 5--?")).toEqual(["select 5--", ""]);
  expect(() => read("select 1; commit")).toThrow(/more than one statement/);
  expect(() => readStatement("xa begin 'x'", "values")).toThrow(/"xa" is not for a transaction/);
});
