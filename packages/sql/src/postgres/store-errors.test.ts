import { InvalidStateError, StoreError, ValidationError } from "@holdpoint/core";
import { storeBuilders as build } from "@holdpoint/core/testing";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadPg } from "../driver/postgres.ts";
import { type Cluster, missing, startCluster } from "../fixtures/cluster.ts";
import { postgres } from "./postgres-store.ts";

const { namespace } = build;

describe("without a server", () => {
  test("without the package pg it says how to install it", async () => {
    const absent = Object.assign(new Error("Cannot find package 'pg'"), { code: "ERR_MODULE_NOT_FOUND" });
    const failure = loadPg(() => Promise.reject(absent));
    await expect(failure).rejects.toThrow(StoreError);
    await expect(failure).rejects.toThrow("PostgreSQL needs the package pg: npm install pg");
  });

  test("a server that is not there is named, without the password", async () => {
    const failure = postgres("postgres://me:secret@127.0.0.1:1/x").open();
    await expect(failure).rejects.toThrow(StoreError);
    await expect(failure).rejects.toThrow(/^postgres 127\.0\.0\.1:1\/x: connect ECONNREFUSED/);
  });

  test("an address or a schema that cannot be is refused at once", () => {
    expect(() => postgres("db.internal")).toThrow(ValidationError);
    expect(() => postgres("postgres://db/x", { schema: 'a"; drop' })).toThrow(/schema/);
  });

  test("a store that is not open says so", async () => {
    await expect(postgres("postgres://db/x").run(namespace, "r1")).rejects.toThrow(InvalidStateError);
  });
});

describe.skipIf(missing !== null)(`a server that cannot${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let cluster: Cluster;
  let admin: pg.Pool;
  beforeAll(async () => {
    cluster = await startCluster();
    admin = new pg.Pool({ connectionString: cluster.url, max: 1 });
    // The server may stop before its last connection is closed.
    admin.on("error", () => undefined);
  });
  afterAll(async () => {
    await admin.end();
    await cluster.stop();
  });

  test("a database that does not exist is named", async () => {
    const url = new URL(cluster.url);
    url.pathname = "/nowhere";
    await expect(postgres(url.href).open()).rejects.toThrow(/nowhere: the database does not exist; create it first/);
  });

  test("a schema of another program is left alone", async () => {
    const schema = cluster.schema();
    await admin.query(`create schema "${schema}"; create table "${schema}".cats (name text)`);
    await expect(postgres(cluster.url, { schema }).open()).rejects.toThrow(/tables of another program/);
  });

  test("a database of a newer release, or one that was changed by hand, is refused", async () => {
    const schema = cluster.schema();
    const store = postgres(cluster.url, { schema });
    await store.open();
    await store.close();
    await admin.query(`insert into "${schema}".migration values (99, 'future', 'x', 1)`);
    await expect(store.open()).rejects.toThrow(/newer release.*upgrade Holdpoint/);
    await admin.query(`delete from "${schema}".migration where version = 99`);
    await admin.query(`update "${schema}".migration set checksum = 'x'`);
    await expect(store.open()).rejects.toThrow(/changed by hand/);
  });

  test("a read-only server: one clear error, nothing is written, and work goes on when it is over", async () => {
    const schema = cluster.schema();
    const store = postgres(cluster.url, { schema, connections: 1 });
    await store.open();
    await store.commit(namespace, [build.start("r1")]);
    const readOnly = (how: string) => admin.query(`alter role holdpoint set default_transaction_read_only = ${how}`);
    await readOnly("on");
    await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'holdpoint'");
    await expect(
      (async () => {
        for (let i = 0; i < 5; i++)
          await store.commit(namespace, [build.start("r2")]).catch((error: Error) => {
            if (/read-only/.test(error.message)) throw error;
          });
      })(),
    ).rejects.toThrow(/the server is read-only; is it a standby/);
    expect((await store.run(namespace, "r1"))?.status).toBe("ready");
    await admin.query(
      "begin; set transaction read write; alter role holdpoint reset default_transaction_read_only; commit",
    );
    await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'holdpoint'");
    for (let i = 0; i < 5; i++) await store.commit(namespace, [build.start("r3")]).catch(() => undefined);
    expect((await store.run(namespace, "r3"))?.status).toBe("ready");
    await store.close();
  });
});
