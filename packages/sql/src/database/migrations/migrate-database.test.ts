import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Database, database } from "../database.ts";
import { type Place, places, stopPlaces } from "../places.fixture.ts";
import { migrateDatabase, migrationStatus } from "./migrate-database.ts";

const root = mkdtempSync(join(tmpdir(), "holdpoint-migrations-"));
let folders = 0;
afterAll(async () => {
  await stopPlaces();
  rmSync(root, { recursive: true, force: true });
});

function folder(files: Record<string, string>): string {
  const directory = join(root, String(++folders));
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

const users = `-- People; a semicolon ; and a 'quote in a comment
create table person (
  id integer primary key autoincrement,
  name varchar(100) not null,
  active boolean not null default true,
  joined timestamp not null default current_timestamp,
  notes text default 'none; really',
  photo blob,
  rating double precision check (rating >= 0),
  settings json
);
create unique index person_name on person (name);
insert into person (name, rating) values ('Ana; and Ben', 4.5), ('Eve', null);
`;
const orders = `
create table orders (
  id bigserial primary key,
  person_id bigint not null references person (id) on delete cascade,
  total numeric(10, 2) not null,
  unique (person_id, total)
);
alter table person add column email text;
update person set email = 'ana@example.com' where name = 'Ana; and Ben' and active = true;
`;

describe.each(places)("migrations on $name", ({ name, missing, make }) => {
  const it = test.skipIf(missing !== null);
  let place: Place;
  let app: Database;
  const drop = async (): Promise<void> => {
    for (const table of ["orders", "person", "holdpoint_migration"]) await place.admin(`drop table if exists ${table}`);
  };
  beforeEach(async () => {
    if (missing !== null) return;
    place = await make();
    await drop();
    app = database(place.url);
  });
  afterEach(async () => {
    await app?.close();
    await place?.remove();
  });

  it("one text makes the same tables on every database, and is applied once", async () => {
    const directory = folder({ "V001__people.sql": users, "V002__orders.sql": orders });
    const report = await migrateDatabase(place.url, directory);
    expect(report).toMatchObject({
      before: 0,
      applied: [
        { version: 1, name: "people" },
        { version: 2, name: "orders" },
      ],
    });
    const rows = await app.fetchAll<Record<string, unknown>>("select * from person order by id");
    expect(rows.map(({ id, name, rating, email, notes }) => [id, name, rating, email, notes])).toEqual([
      [1, "Ana; and Ben", 4.5, "ana@example.com", "none; really"],
      [2, "Eve", null, null, "none; really"],
    ]);
    expect(rows.every(({ active }) => active === (name === "PostgreSQL" ? true : 1))).toBe(true);
    const joined = new Date(rows[0]?.["joined"] as string).getTime();
    expect(Math.abs(Date.now() - joined)).toBeLessThan(600_000);
    // A default and a date that was given sort in one order.
    await app.execute("insert into person (name, joined) values (?, ?)", ["old", new Date("2001-01-01")]);
    expect(await app.fetchOne("select name from person order by joined")).toEqual({ name: "old" });
    await app.execute("insert into orders (person_id, total) values (1, 12.5)");
    await expect(app.execute("insert into orders (person_id, total) values (77, 1)")).rejects.toThrow(
      /(?:FOREIGN|foreign) (?:KEY|key)/,
    );

    expect(await migrateDatabase(place.url, directory)).toMatchObject({ before: 2, applied: [] });
    expect((await migrationStatus(place.url, directory)).map(({ status }) => status)).toEqual(["applied", "applied"]);
  });

  it("one that fails says where, leaves nothing of itself (or says what), and those before it stay", async () => {
    const broken =
      "create table orders (id integer);\n\ninsert into orders (id) values (1);\ninsert into nowhere (id) values (1);\n";
    const directory = folder({ "V001__people.sql": users, "V002__broken.sql": broken });
    const commitsByItself = name === "MariaDB";
    await expect(migrateDatabase(place.url, directory)).rejects.toThrow(
      commitsByItself
        ? /V002__broken\.sql:4: .*nowhere.*the statements before it were applied and stay \(2 of them\).*it goes on here/
        : /V002__broken\.sql:4: .*nowhere.*nothing of this file was applied/,
    );
    const rows = app.fetchAll("select * from orders");
    await (commitsByItself ? expect(rows).resolves.toEqual([{ id: 1 }]) : expect(rows).rejects.toThrow(/orders/));
    const states = (await migrationStatus(place.url, directory)).map(({ status }) => status);
    expect(states).toEqual(["applied", commitsByItself ? "half" : "pending"]);
  });

  it("what only one database knows is refused with its line before anything is applied", async () => {
    const directory = folder({
      "V001__people.sql": users,
      "V002__odd.sql": "create table orders (\n  id integer,\n  place point\n);",
    });
    await expect(migrateDatabase(place.url, directory)).rejects.toThrow(
      /V002__odd\.sql:3: the type point is not in the subset .*V002__odd\.postgres\.sql/s,
    );
    expect((await migrationStatus(place.url, directory)).map(({ status }) => status)).toEqual(["pending", "pending"]);
  });

  it("a file for one database is taken as it is, and only there", async () => {
    const directory = folder({
      "V001__people.sql": users,
      "V002__audit.sqlite.sql":
        "create trigger person_audit after insert on person begin update person set notes = 'trigger' where id = new.id; end;",
      "V002__audit.mysql.sql": `create trigger person_audit before insert on person for each row
        begin
          if new.notes is not null then set new.notes = 'trigger'; end if;
        end;`,
      "V002__audit.postgres.sql": `create or replace function person_audit() returns trigger as $$
        begin new.notes := 'trigger'; return new; end; $$ language plpgsql;
        create trigger person_audit before insert on person for each row execute function person_audit();`,
    });
    expect((await migrateDatabase(place.url, directory)).applied).toHaveLength(2);
    await app.execute("insert into person (name) values ('Zoe')");
    expect(await app.fetchOne("select notes from person where name = 'Zoe'")).toEqual({ notes: "trigger" });
  });

  it("a file that was changed after it was applied, one that is gone and one that comes too late are refused", async () => {
    const directory = folder({ "V002__people.sql": users });
    await migrateDatabase(place.url, directory);
    writeFileSync(join(directory, "V002__people.sql"), users.replaceAll("\n", "  \r\n"));
    expect((await migrateDatabase(place.url, directory)).applied).toEqual([]);
    writeFileSync(join(directory, "V002__people.sql"), users.replace("Eve", "Eva"));
    await expect(migrateDatabase(place.url, directory)).rejects.toThrow(/was changed after it was applied/);
    expect((await migrationStatus(place.url, directory)).map(({ status }) => status)).toEqual(["changed"]);
    await expect(migrateDatabase(place.url, folder({ "V003__x.sql": orders }))).rejects.toThrow(
      /migration 2 \(people\) was applied, and its file is gone/,
    );
    await expect(
      migrateDatabase(place.url, folder({ "V002__people.sql": users, "V001__x.sql": orders })),
    ).rejects.toThrow(/V001__x\.sql: comes too late/);
  });

  it("of many that start together each migration is applied once", async () => {
    const directory = folder({ "V001__people.sql": users, "V002__orders.sql": orders });
    const reports = await Promise.all(Array.from({ length: 5 }, () => migrateDatabase(place.url, directory)));
    expect(reports.flatMap(({ applied }) => applied.map(({ version }) => version)).sort()).toEqual([1, 2]);
  });

  it("a dry run says what it would execute, and leaves the database alone", async () => {
    const directory = folder({ "V001__people.sql": users });
    const { applied } = await migrateDatabase(place.url, directory, { dryRun: true });
    const keys = {
      SQLite: "integer primary key autoincrement",
      PostgreSQL: "bigint generated by default as identity primary key",
      MariaDB: "bigint auto_increment primary key",
    };
    expect(applied[0]?.statements[0]).toContain(keys[name]);
    await expect(app.fetchAll("select * from holdpoint_migration")).rejects.toThrow();
  });
});

describe("names of migrations", () => {
  test.each([
    [{ "V1_x.sql": "" }, /V1_x\.sql: must be called as V001__what_it_does\.sql is/],
    [{ "V1__x.sql": "", "V001__y.sql": "" }, /has the version of/],
  ])("%j is refused", async (files, sentence) => {
    await expect(migrateDatabase(":memory:", folder(files))).rejects.toThrow(sentence);
  });

  test("a store can be opened in a file that the application's migrations made", async () => {
    const { sqlite } = await import("../../index.ts");
    const path = join(root, "both.db");
    await migrateDatabase(path, folder({ "V001__people.sql": users }));
    const store = sqlite(path);
    await store.open();
    await store.close();
  });
});
