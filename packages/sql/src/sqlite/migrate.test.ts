import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreError } from "@holdpoint/core";
import { storeBuilders as build } from "@holdpoint/core/testing";
import { afterAll, describe, expect, test } from "vitest";
import { openNodeSqlite } from "../driver/node-sqlite.ts";
import { release1 } from "../fixtures/release-1.ts";
import { isCurrent, migrate, migrations } from "./migrate.ts";
import { sqlite } from "./sqlite-store.ts";

const directory = mkdtempSync(join(tmpdir(), "holdpoint-migrate-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let count = 0;
const freshPath = (): string => join(directory, `${++count}.db`);

/** Every release's database, as it was left behind: added to, never changed. */
const releases = [release1];

describe("migrations", () => {
  test.each(releases)("a database of release $name opens, with everything in it, and is worked on", async (release) => {
    const path = freshPath();
    const driver = openNodeSqlite(path);
    driver.exec(release.sql);
    driver.close();
    const store = sqlite(path);
    await store.open();
    const { namespace } = release;
    const row = await store.run(namespace, "held");
    expect(row).toMatchObject({ status: "parked", waiting: "hold", seq: 2, attributes: { city: "Zürich" } });
    const pk = row?.pk ?? 0;
    const [history] = await store.history(namespace, [{ pk, after: 0 }]);
    expect(history?.entries.map(({ key, phase }) => [key, phase])).toEqual([
      ["run", "opened"],
      ["hold:approve#1", "opened"],
    ]);
    const hold = await store.hold(namespace, "h1");
    expect(hold).toMatchObject({ status: "open", revision: 0, runId: "held" });
    const [moved] = await store.commit(namespace, [build.decide("h1", 0)]);
    expect(moved.type).toBe("moved");
    const events = await store.holdEvents(namespace, "h1");
    expect(events.map(({ n, action }) => [n, action])).toEqual([
      [1, "opened"],
      [2, "decided"],
    ]);
    await store.register(namespace, build.worker("w-new"));
    const { runs } = await store.claim(namespace, build.claimRequest("w-new", { now: build.t0 + 1_000 }));
    expect(runs.map(({ id }) => id)).toEqual(["held"]);
    const [claimed] = runs;
    expect(claimed).toBeDefined();
    if (claimed === undefined) return;
    const [done] = await store.commit(namespace, [
      build.advance(claimed, [build.entry("run", { kind: "run" })], { then: build.finished() }),
    ]);
    expect(done.type).toBe("advanced");
    await store.close();
  });

  test("that another process makes meanwhile change no value's name", () => {
    const path = freshPath();
    const driver = openNodeSqlite(path);
    driver.exec(
      "create table a (x integer, y text); insert into a values (1, 'one'); create table b (z text); insert into b values ('zed')",
    );
    const read = driver.prepare("select a.*, b.z from a, b");
    expect(read.get()).toEqual({ x: 1, y: "one", z: "zed" });
    const other = openNodeSqlite(path);
    other.exec("alter table a add column w text default 'double'");
    other.close();
    const after = { x: 1, y: "one", w: "double", z: "zed" };
    expect(read.get()).toEqual(after);
    expect(read.all()).toEqual([after]);
    driver.close();
  });

  test("are recorded with version, name and checksum, and a current database is not written to", () => {
    const driver = openNodeSqlite(freshPath());
    driver.exec("begin");
    migrate(driver, 123);
    driver.exec("commit");
    const rows = driver.prepare("select version, name, length(checksum) as length, applied_at from migration").all();
    expect(rows).toEqual(migrations.map(({ version, name }) => ({ version, name, length: 64, applied_at: 123 })));
    expect(isCurrent(driver)).toBe(true);
    driver.exec("pragma query_only = on");
    expect(isCurrent(driver)).toBe(true);
    driver.close();
  });

  test("are numbered from one, without a gap", () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, i) => i + 1));
  });

  test("a later step is added to what is there, once", () => {
    const driver = openNodeSqlite(freshPath());
    const later = [
      ...migrations,
      { version: migrations.length + 1, name: "later", sql: "alter table run add column extra text" },
    ];
    migrate(driver, 1);
    expect(isCurrent(driver, later)).toBe(false);
    migrate(driver, 2, later);
    migrate(driver, 3, later);
    expect(isCurrent(driver, later)).toBe(true);
    expect(driver.prepare("select applied_at from migration order by version desc limit 1").get()).toEqual({
      applied_at: 2,
    });
    driver.close();
  });

  test("a database of a newer release is refused, untouched", async () => {
    const path = freshPath();
    const driver = openNodeSqlite(path);
    migrate(driver, 1);
    driver.exec("insert into migration (version, name, checksum, applied_at) values (99, 'future', 'x', 1)");
    driver.close();
    await expect(sqlite(path).open()).rejects.toThrow(/newer release.*upgrade Holdpoint/);
  });

  test("a migration that was changed by hand is refused", async () => {
    const path = freshPath();
    const driver = openNodeSqlite(path);
    migrate(driver, 1);
    driver.exec("update migration set checksum = 'x' where version = 1");
    driver.close();
    await expect(sqlite(path).open()).rejects.toThrow(/changed by hand/);
  });

  test("another program's database is left alone", async () => {
    const path = freshPath();
    const driver = openNodeSqlite(path);
    driver.exec("create table cats (name text)");
    driver.close();
    await expect(sqlite(path).open()).rejects.toThrow(StoreError);
    await expect(sqlite(path).open()).rejects.toThrow(/database of another program/);
  });
});
