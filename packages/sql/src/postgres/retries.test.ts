import { setTimeout as delay } from "node:timers/promises";
import { createEngine, type Store, StoreError, type Transaction, workflow } from "@holdpoint/core";
import { storeBuilders as build } from "@holdpoint/core/testing";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { database } from "../database/database.ts";
import { type Cluster, missing, startCluster } from "../fixtures/cluster.ts";
import { startSilentProxy } from "../fixtures/silent-proxy.ts";
import { Connections } from "./connections.ts";
import { migrate, migrations } from "./migrate.ts";
import type { PostgresOptions } from "./options.ts";
import { postgres } from "./postgres-store.ts";

const { namespace } = build;
const patient = { interval: 50 };

describe.skipIf(missing !== null)(
  `what PostgreSQL undid is done again${missing === null ? "" : ` (skipped: ${missing})`}`,
  () => {
    let cluster: Cluster;
    let admin: pg.Client;
    const stores: Store[] = [];
    beforeAll(async () => {
      cluster = await startCluster({ max_connections: "20", superuser_reserved_connections: "1" });
      admin = new pg.Client(cluster.url);
      admin.on("error", () => undefined);
      await admin.connect();
    });
    afterEach(async () => {
      for (const store of stores.splice(0)) await store.close();
    });
    afterAll(async () => {
      await admin.end();
      await cluster.stop();
    });

    const opened = async (schema: string, options: PostgresOptions = {}): Promise<Store> => {
      const store = postgres(cluster.url, { clock: "caller", listen: false, ...options, schema });
      stores.push(store);
      await store.open();
      return store;
    };
    const occurrences = (sentence: string): number => cluster.log().split(sentence).length - 1;
    const happened = (sentence: string, times: number) =>
      vi.waitFor(() => expect(occurrences(sentence)).toBeGreaterThan(times), patient);
    /** Somebody else, with rows of two runs in his hands. */
    const outsider = async (schema: string): Promise<pg.Client> => {
      const client = new pg.Client(cluster.url);
      await client.connect();
      await client.query(`set search_path to "${schema}"; set deadlock_timeout = '100s'; begin`);
      return client;
    };
    const lock = (client: pg.Client, id: string) => client.query("select from run where id = $1 for update", [id]);
    const someoneWaits = () =>
      vi.waitFor(async () => {
        const { rows } = await admin.query("select count(*)::int as n from pg_locks where not granted");
        expect(rows[0]?.n).toBeGreaterThan(0);
      }, patient);
    const mails = async (store: Store, id: string): Promise<number> => {
      const run = await store.run(namespace, id);
      const [history] = await store.history(namespace, [{ pk: run?.pk ?? 0, after: 0 }]);
      return history?.mail.length ?? 0;
    };

    test("the store that is the victim of a deadlock tries again, and nobody hears of it", async () => {
      const schema = cluster.schema();
      const store = await opened(schema);
      await store.commit(namespace, [build.start("r1"), build.start("r2")]);
      const other = await outsider(schema);
      const before = occurrences("deadlock detected");
      await lock(other, "r2");
      const delivered = store.commit(namespace, [build.deliver({ id: "r1" }), build.deliver({ id: "r2" })]);
      await someoneWaits();
      await lock(other, "r1");
      await happened("deadlock detected", before);
      await other.query("commit");
      expect((await delivered).map(({ type }) => type)).toEqual(["delivered", "delivered"]);
      expect([await mails(store, "r1"), await mails(store, "r2")]).toEqual([1, 1]);
      await other.end();
    });

    test("a statement that the server's time limit ended is tried again", async () => {
      const schema = cluster.schema();
      await (await opened(schema)).commit(namespace, [build.start("r1")]);
      await admin.query("alter role holdpoint set statement_timeout = '400ms'");
      const store = await opened(schema);
      const other = await outsider(schema);
      const before = occurrences("canceling statement due to statement timeout");
      await other.query("set statement_timeout = 0");
      await lock(other, "r1");
      const delivered = store.commit(namespace, [build.deliver({ id: "r1" })]);
      await happened("canceling statement due to statement timeout", before);
      await other.query("commit");
      expect((await delivered).map(({ type }) => type)).toEqual(["delivered"]);
      expect(await mails(store, "r1")).toBe(1);
      await other.end();
      await admin.query("alter role holdpoint reset statement_timeout");
    });

    test("a server where every transaction is serializable changes nothing", async () => {
      await admin.query("alter role holdpoint set default_transaction_isolation = serializable");
      const schema = cluster.schema();
      const several = await Promise.all([opened(schema, { connections: 2 }), opened(schema, { connections: 2 })]);
      const [store] = several as [Store, Store];
      await store.commit(namespace, [build.start("r1")]);
      const before = occurrences("could not serialize access");
      for (let round = 0; round < 5; round++) {
        await Promise.all(
          several.flatMap((one) => [1, 2].map(() => one.commit(namespace, [build.deliver({ id: "r1" })]))),
        );
      }
      expect(occurrences("could not serialize access")).toBe(before);
      expect(await mails(store, "r1")).toBe(20);
      await admin.query("alter role holdpoint reset default_transaction_isolation");
    });

    test("an application's serializable transaction that lost is run again, of a step and of database()", async () => {
      await admin.query("create table tally (n integer); insert into tally values (0)");
      await admin.query("alter role holdpoint set default_transaction_isolation = serializable");
      const schema = cluster.schema();
      const conflict = Promise.withResolvers<void>();
      let reads = 0;
      const add = async (tx: Transaction): Promise<void> => {
        const row = await tx.fetchOne<{ n: number }>("select n from tally");
        // The first two have read the same when they write.
        if (++reads === 2) conflict.resolve();
        await conflict.promise;
        await tx.execute("update tally set n = ?", [(row?.n ?? 0) + 1]);
      };
      const count = workflow({ name: "count" }, (ctx) => ctx.transaction("add", add));
      const quiet = { debug() {}, info() {}, warn() {}, error() {} };
      const store = postgres(cluster.url, { schema, connections: 3, listen: false });
      const engine = createEngine({ store, workflows: [count], log: quiet });
      await engine.start();
      const before = occurrences("could not serialize access");
      const app = database(cluster.url, { pool: 1 });
      const runs = await Promise.all(Array.from({ length: 6 }, () => engine.run(count, undefined)));
      await Promise.all([...runs.map((run) => run.result({ timeout: "60s" })), app.transaction(add)]);
      const { rows } = await admin.query("select n from tally");
      expect(rows).toEqual([{ n: 7 }]);
      expect(occurrences("could not serialize access")).toBeGreaterThan(before);
      await engine.stop();
      await app.close();
      await admin.query("alter role holdpoint reset default_transaction_isolation");
    });

    test("a server without a free connection is asked again, until it has one", async () => {
      const schema = cluster.schema();
      const first = await opened(schema);
      await first.commit(namespace, [build.start("r1")]);
      await first.close();
      const store = await opened(schema, { connections: 1 });
      await admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'holdpoint' and pid <> pg_backend_pid()",
      );
      const guests: pg.Client[] = [];
      for (;;) {
        const guest = new pg.Client(cluster.url);
        guest.on("error", () => undefined);
        if (
          !(await guest.connect().then(
            () => true,
            () => false,
          ))
        )
          break;
        guests.push(guest);
      }
      const before = occurrences("sorry, too many clients") + occurrences("remaining connection slots");
      const delivered = store.commit(namespace, [build.deliver({ id: "r1" })]);
      delivered.catch(() => undefined);
      await vi.waitFor(
        () =>
          expect(occurrences("sorry, too many clients") + occurrences("remaining connection slots")).toBeGreaterThan(
            before,
          ),
        patient,
      );
      await Promise.all(guests.map((guest) => guest.end()));
      expect((await delivered).map(({ type }) => type)).toEqual(["delivered"]);
    });

    test("a server that does not answer any more is given up after the timeout", async () => {
      const proxy = await startSilentProxy(cluster.url);
      const store = postgres(proxy.through(cluster.url), {
        ...{ schema: cluster.schema(), clock: "caller", listen: false, connections: 1, timeout: 1_500 },
      });
      await store.open();
      await store.commit(namespace, [build.start("r1")]);
      proxy.silence();
      await expect(store.commit(namespace, [build.deliver({ id: "r1" })])).rejects.toThrow(StoreError);
      await proxy.close();
      await store.close();
    });

    test("a transaction whose connection was ended between two statements is run again", async () => {
      await admin.query("create table paid (n integer)");
      let calls = 0;
      const pay = workflow({ name: "pay" }, (ctx) =>
        ctx.transaction("pay", async (tx) => {
          await tx.execute("insert into paid values (?)", [++calls]);
          const own = await tx.fetchOne<{ pid: number }>("select pg_backend_pid() as pid");
          if (calls === 1) {
            await admin.query("select pg_terminate_backend($1)", [own?.pid]);
            await vi.waitFor(async () => {
              const { rows } = await admin.query("select from pg_stat_activity where pid = $1", [own?.pid]);
              expect(rows).toEqual([]);
            }, patient);
            // What the server said last has arrived.
            await delay(100);
          }
          await tx.execute("update paid set n = n + 10");
          return calls;
        }),
      );
      const quiet = { debug() {}, info() {}, warn() {}, error() {} };
      const store = postgres(cluster.url, { schema: cluster.schema(), listen: false });
      const engine = createEngine({ store, workflows: [pay], log: quiet });
      const run = await engine.run(pay, undefined);
      await engine.runUntilIdle();
      expect(await run.result({ timeout: "60s" })).toBe(2);
      expect((await admin.query("select n from paid")).rows).toEqual([{ n: 12 }]);
      await engine.stop();
    });

    test("workers that start together on the schema of an older release bring it up to date once", async () => {
      const schema = cluster.schema();
      const connections = new Connections(cluster.url, { schema }, "old");
      await connections.open();
      await connections.run((connected) => migrate(connected, schema, migrations.slice(0, 2)));
      await connections.close();
      await Promise.all(Array.from({ length: 4 }, () => opened(schema, { connections: 1 })));
      const { rows } = await admin.query(`select version::int from "${schema}".migration order by version`);
      expect(rows.map(({ version }) => version)).toEqual(migrations.map(({ version }) => version));
    });
  },
);
