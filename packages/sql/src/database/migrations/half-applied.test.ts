import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startChild } from "../../fixtures/child.ts";
import { type Mariadb, missing, startMariadb } from "../../fixtures/mariadb.ts";
import { migrateDatabase, migrationStatus } from "./migrate-database.ts";

const three = `create table one (id integer);
insert into one (id) values (1);

create table two (id integer);
`;

describe.skipIf(missing !== null)("a migration that stopped half-way, on MariaDB", () => {
  let server: Mariadb;
  let url: string;
  let directory: string;
  beforeAll(async () => {
    server = await startMariadb();
  });
  beforeEach(async () => {
    url = server.database();
    await server.admin(`create database ${new URL(url).pathname.slice(1)}`);
    directory = mkdtempSync(join(tmpdir(), "holdpoint-half-"));
  });
  afterAll(async () => {
    rmSync(directory, { recursive: true, force: true });
    await server.stop();
  });
  const file = (text: string): void => writeFileSync(join(directory, "V001__x.sql"), text);
  const states = async (): Promise<string[]> => (await migrationStatus(url, directory)).map(({ status }) => status);
  const rows = async (sql: string): Promise<unknown[]> => {
    const connection = await createConnection(url);
    const [found] = await connection.query(sql);
    await connection.end();
    return found as unknown[];
  };

  test("goes on at the statement that failed, once that is mended; what is there must not change", async () => {
    file(`${three}insert into nowhere (id) values (1);\ninsert into two (id) values (7);\n`);
    await expect(migrateDatabase(url, directory)).rejects.toThrow(
      /V001__x\.sql:5: .*nowhere.*stay \(3 of them\).*Mend the file from here on/,
    );
    expect(await states()).toEqual(["half"]);
    file(three.replace("values (1)", "values (2)"));
    await expect(migrateDatabase(url, directory)).rejects.toThrow(
      /V001__x\.sql: this file was applied half-way, and what was \(its first 3 statements\) is another text now/,
    );
    file(`${three}insert into two (id) values (7);\n`);
    expect((await migrateDatabase(url, directory)).applied).toHaveLength(1);
    expect(await states()).toEqual(["applied"]);
    expect(await rows("select one.id as a, two.id as b from one, two")).toEqual([{ a: 1, b: 7 }]);
  });

  test("whose first statement failed, or that changes rows only, leaves nothing", async () => {
    file("create table one (id integer, id integer);");
    await expect(migrateDatabase(url, directory)).rejects.toThrow(/:1: .*nothing of this file was applied/);
    expect(await states()).toEqual(["pending"]);
    file("create table one (id integer);");
    await migrateDatabase(url, directory);
    writeFileSync(
      join(directory, "V002__y.sql"),
      "insert into one (id) values (1);\ninsert into two (id) values (1);\n",
    );
    await expect(migrateDatabase(url, directory)).rejects.toThrow(/:2: .*nothing of this file was applied/);
    expect(await states()).toEqual(["applied", "pending"]);
    expect(await rows("select * from one")).toEqual([]);
  });

  test("whose process was killed between any two statements is found, told and gone on with", {
    timeout: 240_000,
  }, async () => {
    const asked = new Set<string>();
    for (let at = 1; ; at++) {
      url = server.database();
      await server.admin(`create database ${new URL(url).pathname.slice(1)}`);
      file(three);
      const ended = await startChild("migrate", url, directory, String(at))
        .end()
        .then(() => "done", String);
      if (ended !== "done") expect(ended).toContain("SIGKILL");
      const tables = async (): Promise<string> =>
        JSON.stringify(
          await rows(
            "select table_name as t from information_schema.tables where table_name in ('one', 'two') and table_schema = database() order by 1",
          ),
        );
      const before = await tables();
      const [state] = await states();
      const again = await migrateDatabase(url, directory).then(() => "done", String);
      if (again !== "done") {
        // Nobody but us can know: is the table of that line there?
        const [, line = ""] =
          /V001__x\.sql:(\d): whoever applied this file was interrupted in this statement/.exec(again) ?? [];
        const isThere = before.includes(line === "1" ? '"one"' : '"two"');
        asked.add(`${line} ${isThere ? "done" : "again"}`);
        expect(state).toBe("half");
        await migrateDatabase(url, directory, { interrupted: isThere ? "done" : "again" });
      }
      expect(await states()).toEqual(["applied"]);
      expect(await tables()).toBe('[{"t":"one"},{"t":"two"}]');
      expect(await rows("select id from one")).toEqual([{ id: 1 }]);
      if (ended === "done") break;
    }
    // Killed before and behind the making of each table.
    expect([...asked].sort()).toEqual(expect.arrayContaining(["1 again", "1 done", "4 again", "4 done"]));
  });
});
