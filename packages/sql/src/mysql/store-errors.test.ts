import { inspect } from "node:util";
import { InvalidStateError, StoreError, ValidationError } from "@holdpoint/core";
import { storeBuilders as build } from "@holdpoint/core/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadMysql } from "../driver/mysql.ts";
import { type Mariadb, missing, startMariadb } from "../fixtures/mariadb.ts";
import { mysql } from "./mysql-store.ts";
import { serverOf } from "./server.ts";

const { namespace } = build;

describe("without a server of MySQL", () => {
  test("without the package mysql2 it says how to install it", async () => {
    const absent = Object.assign(new Error("Cannot find package 'mysql2'"), { code: "ERR_MODULE_NOT_FOUND" });
    const failure = loadMysql(() => Promise.reject(absent));
    await expect(failure).rejects.toThrow(StoreError);
    await expect(failure).rejects.toThrow("MySQL and MariaDB need the package mysql2: npm install mysql2");
  });

  test("a server that is not there is named, without the password", async () => {
    const failure = mysql("mysql://me:secret@127.0.0.1:1/x").open();
    await expect(failure).rejects.toThrow(StoreError);
    await expect(failure).rejects.toThrow(/^mysql 127\.0\.0\.1:1\/x: connect ECONNREFUSED/);
  });

  test("an address or an option that cannot be is refused at once", () => {
    expect(() => mysql("db.internal")).toThrow(ValidationError);
    expect(() => mysql("postgres://db/x")).toThrow("must begin with mysql:// or mariadb://");
    expect(() => mysql("mysql://db/x", { pollEvery: 0 })).toThrow(/pollEvery/);
  });

  test("an address without a database means the database holdpoint", () => {
    expect(mysql("mariadb://db").name).toBe("mysql db/holdpoint");
  });

  test("a store of MySQL that is not open says so", async () => {
    await expect(mysql("mysql://db/x").run(namespace, "r1")).rejects.toThrow(InvalidStateError);
  });

  test("servers are told apart, and old ones refused", () => {
    expect(serverOf("10.11.6-MariaDB-log")).toEqual({ product: "MariaDB", collation: "utf8mb4_nopad_bin" });
    expect(serverOf("5.5.5-10.6.0-MariaDB").product).toBe("MariaDB");
    expect(serverOf("8.4.3")).toEqual({ product: "MySQL", collation: "utf8mb4_0900_bin" });
    expect(serverOf("8.0.17-google").product).toBe("MySQL");
    expect(() => serverOf("10.5.28-MariaDB")).toThrow(
      "the server is MariaDB 10.5.28-MariaDB; 10.6.0 or newer is needed",
    );
    expect(() => serverOf("5.7.44")).toThrow("the server is MySQL 5.7.44; 8.0.17 or newer is needed");
  });
});

describe.skipIf(missing !== null)(`a MariaDB that cannot${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let server: Mariadb;
  beforeAll(async () => {
    server = await startMariadb({ "max-allowed-packet": "1M" });
  });
  afterAll(() => server.stop());

  const nameOf = (url: string): string => new URL(url).pathname.slice(1);
  const relaxed = { durability: "relaxed", clock: "caller" } as const;

  test("a wrong password is said in one sentence", async () => {
    const url = new URL(server.database());
    url.password = "wrong";
    await expect(mysql(url.href, relaxed).open()).rejects.toThrow(/: the user or the password is wrong$/);
  });

  test("a server that acknowledges what is not on disk is refused, unless told that it may", async () => {
    const url = server.database();
    await expect(mysql(url).open()).rejects.toThrow(/set innodb_flush_log_at_trx_commit = 1.*durability: "relaxed"/);
    await server.admin("set global innodb_flush_log_at_trx_commit = 1");
    const store = mysql(url);
    await store.open();
    await store.close();
    await server.admin("set global innodb_flush_log_at_trx_commit = 0");
  });

  test("a database of another program is left alone", async () => {
    const url = server.database();
    await server.admin(`create database ${nameOf(url)}; create table ${nameOf(url)}.cats (name text)`);
    await expect(mysql(url, relaxed).open()).rejects.toThrow(/tables of another program/);
  });

  test("a database of MySQL of a newer release, or one that was changed by hand, is refused", async () => {
    const url = server.database();
    const store = mysql(url, relaxed);
    await store.open();
    await store.close();
    await server.admin(`insert into ${nameOf(url)}.migration values (99, 'future', 'x', 1)`);
    await expect(store.open()).rejects.toThrow(/newer release.*upgrade Holdpoint/);
    await server.admin(`delete from ${nameOf(url)}.migration where version = 99`);
    await server.admin(`update ${nameOf(url)}.migration set checksum = 'x'`);
    await expect(store.open()).rejects.toThrow(/changed by hand/);
  });

  test("a migration that was interrupted half-way is finished by whoever comes next", async () => {
    const url = server.database();
    const store = mysql(url, relaxed);
    await store.open();
    await store.close();
    // As if the process had died before its last tables and its note that all of it is done.
    await server.admin(`use ${nameOf(url)}; delete from migration; drop table firing; drop table inbox`);
    await store.open();
    expect(await store.commit(namespace, [build.start("r1")])).toMatchObject([{ created: true }]);
    const [row] = await server.admin(`select count(*) as n from ${nameOf(url)}.migration`);
    expect(row?.n).toBeGreaterThan(0);
    await store.close();
  });

  test("an entry larger than a packet may be is refused by name, and takes nothing along", async () => {
    const store = mysql(server.database(), relaxed);
    await store.open();
    await store.register(namespace, build.worker("w1"));
    await store.commit(namespace, [build.start("r1"), build.start("r2")]);
    const { runs } = await store.claim(namespace, build.claimRequest("w1"));
    const large = { codec: "json", bytes: new Uint8Array(600_000), ref: false };
    const results = await store.commit(
      namespace,
      runs.map((run, i) => build.advance(run, [build.entry("step:a#1", i === 0 ? { payload: large } : {})])),
    );
    expect(results).toMatchObject([{ type: "refused" }, { type: "advanced" }]);
    expect(results[0]).toMatchObject({ reason: expect.stringMatching(/max_allowed_packet/) });
    await store.close();
  });

  test("a batch larger than a packet may be is written all the same", async () => {
    const store = mysql(server.database(), relaxed);
    await store.open();
    await store.register(namespace, build.worker("w1"));
    await store.commit(
      namespace,
      Array.from({ length: 40 }, (_, i) => build.start(`r${i}`)),
    );
    const { runs } = await store.claim(namespace, build.claimRequest("w1"));
    const payload = { codec: "json", bytes: new Uint8Array(60_000).fill(7), ref: false };
    const results = await store.commit(
      namespace,
      runs.map((run) => build.advance(run, [build.entry("step:a#1", { payload })])),
    );
    expect(results.map(({ type }) => type)).toEqual(runs.map(() => "advanced"));
    const [read] = await store.history(namespace, [{ pk: runs[39]?.pk ?? 0, after: 1 }]);
    expect(read?.entries.at(-1)?.payload).toEqual(payload);
    await store.close();
  });

  test("a read-only MariaDB: one clear error, nothing is written, and work goes on when it is over", async () => {
    const url = new URL(server.database());
    await server.admin(
      `create user if not exists modest@'%'; create database ${nameOf(url.href)}; grant all on ${nameOf(url.href)}.* to modest@'%'`,
    );
    url.username = "modest";
    const store = mysql(url.href, relaxed);
    await store.open();
    await store.commit(namespace, [build.start("r1")]);
    await server.admin("set global read_only = 1");
    await expect(store.commit(namespace, [build.start("r2")])).rejects.toThrow(
      /the server is read-only; is it a replica/,
    );
    expect((await store.run(namespace, "r1"))?.status).toBe("ready");
    await server.admin("set global read_only = 0");
    await store.commit(namespace, [build.start("r3")]);
    expect((await store.run(namespace, "r3"))?.status).toBe("ready");
    expect(await store.run(namespace, "r2")).toBeNull();
    await store.close();
  });

  test("an error does not carry the statement with what somebody wrote in it", async () => {
    const url = server.database();
    const store = mysql(url, relaxed);
    await store.open();
    await server.admin(`drop table ${nameOf(url)}.tombstone`);
    const failure = await store.commit(namespace, [build.start("confidential")]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreError);
    expect(inspect(failure, { depth: 9 })).not.toContain("confidential");
    await store.close();
  });
});
