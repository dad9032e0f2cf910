import { setTimeout as delay } from "node:timers/promises";
import { createEngine, type Store, StoreError, workflow } from "@holdpoint/core";
import { storeBuilders as build } from "@holdpoint/core/testing";
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type Mariadb, missing, startMariadb } from "../fixtures/mariadb.ts";
import { startSilentProxy } from "../fixtures/silent-proxy.ts";
import { MysqlConnections } from "./connections.ts";
import { migrate, migrations } from "./migrate.ts";
import { mysql } from "./mysql-store.ts";
import type { MysqlOptions } from "./options.ts";

const { namespace } = build;
/** The server notes anew who waits for whom when nobody has asked for a tenth of a second. */
const patient = { interval: 150 };

describe.skipIf(missing !== null)(
  `what MariaDB undid is done again${missing === null ? "" : ` (skipped: ${missing})`}`,
  () => {
    let server: Mariadb;
    let admin: Connection;
    const stores: Store[] = [];
    beforeAll(async () => {
      server = await startMariadb({ "max-connections": "14" });
      admin = await createConnection({ uri: server.url, multipleStatements: true });
    });
    afterEach(async () => {
      for (const store of stores.splice(0)) await store.close();
    });
    afterAll(async () => {
      await admin?.end();
      await server.stop();
    });

    const opened = async (url: string, options: MysqlOptions = {}): Promise<Store> => {
      const store = mysql(url, { clock: "caller", durability: "relaxed", ...options });
      stores.push(store);
      await store.open();
      return store;
    };
    const count = async (sql: string): Promise<number> => {
      const [rows] = await admin.query(sql);
      return Number(Object.values((rows as Record<string, unknown>[])[0] ?? {}).at(-1));
    };
    const rises = async (sql: string, before: number): Promise<void> => {
      await vi.waitFor(async () => expect(await count(sql)).toBeGreaterThan(before), patient);
    };
    const deadlocks = "select count from information_schema.innodb_metrics where name = 'lock_deadlocks'";
    const timeouts = "select count from information_schema.innodb_metrics where name = 'lock_timeouts'";
    /** A statement's time limit: how each server calls it, and in which unit. */
    const limit = {
      MariaDB: { name: "max_statement_time", value: 0.4, counter: "Max_statement_time_exceeded" },
      MySQL: { name: "max_execution_time", value: 400, counter: "Max_execution_time_exceeded" },
    };
    const refused = "show global status like 'Connection_errors_max_connections'";
    const waiting = "select count(*) from information_schema.innodb_trx where trx_state = 'LOCK WAIT'";
    const mails = async (store: Store, id: string): Promise<number> => {
      const run = await store.run(namespace, id);
      const [history] = await store.history(namespace, [{ pk: run?.pk ?? 0, after: 0 }]);
      return history?.mail.length ?? 0;
    };
    /** Somebody else, in a transaction that weighs more than the store's: the lighter one is the victim. */
    const outsider = async (url: string): Promise<Connection> => {
      const connection = await createConnection({ uri: url, multipleStatements: true });
      await connection.query("create table weight (n integer) engine = InnoDB; start transaction");
      await connection.query(`insert into weight values ${Array.from({ length: 200 }, (_, i) => `(${i})`).join()}`);
      return connection;
    };
    /** By its key: a look for an id would lock every row on its way. */
    const lock = async (connection: Connection, id: string): Promise<void> => {
      const [rows] = await connection.query("select pk from run where id = ?", [id]);
      await connection.query("select pk from run where pk = ? for update", [(rows as { pk: number }[])[0]?.pk]);
    };

    test("the store that is the victim of a deadlock tries again, and nobody hears of it", async () => {
      const url = server.database();
      const store = await opened(url);
      await store.commit(namespace, [build.start("r1"), build.start("r2")]);
      const other = await outsider(url);
      const before = await count(deadlocks);
      await lock(other, "r2");
      const delivered = store.commit(namespace, [build.deliver({ id: "r1" }), build.deliver({ id: "r2" })]);
      await rises(waiting, 0);
      await lock(other, "r1");
      await rises(deadlocks, before);
      await other.query("commit");
      expect((await delivered).map(({ type }) => type)).toEqual(["delivered", "delivered"]);
      expect([await mails(store, "r1"), await mails(store, "r2")]).toEqual([1, 1]);
      await other.end();
    });

    test.each([
      ["a wait for a lock that was too long", "lock", { timeout: 3_000 }],
      ["a statement that the server's time limit ended", "limit", {}],
    ] as const)("%s is tried again", async (_, ends, options) => {
      const url = server.database();
      await (await opened(url)).commit(namespace, [build.start("r1")]);
      const { name, value, counter } = limit[server.kind.product];
      if (ends === "limit") await admin.query(`set global ${name} = ${value}`);
      const store = await opened(url, options);
      const other = await createConnection(url);
      await other.query(`set session ${name} = 0`);
      await other.query("start transaction");
      await lock(other, "r1");
      const counted = ends === "lock" ? timeouts : `show global status like '${counter}'`;
      const before = await count(counted);
      const delivered = store.commit(namespace, [build.deliver({ id: "r1" })]);
      delivered.catch(() => undefined);
      await rises(counted, before);
      await other.query("commit");
      expect((await delivered).map(({ type }) => type)).toEqual(["delivered"]);
      expect(await mails(store, "r1")).toBe(1);
      await other.end();
      await admin.query(`set global ${name} = 0`);
    });

    test("a server where every transaction is serializable changes nothing", async () => {
      await admin.query("set global transaction isolation level serializable");
      const url = server.database();
      const several = await Promise.all([opened(url, { connections: 2 }), opened(url, { connections: 2 })]);
      const [store] = several as [Store, Store];
      await store.commit(namespace, [build.start("r1")]);
      for (let round = 0; round < 5; round++) {
        await Promise.all(
          several.flatMap((one) => [1, 2].map(() => one.commit(namespace, [build.deliver({ id: "r1" })]))),
        );
      }
      expect(await mails(store, "r1")).toBe(20);
      await admin.query("set global transaction isolation level repeatable read");
    });

    test("a server without a free connection is asked again, until it has one", async () => {
      const url = server.database();
      const store = await opened(url, { connections: 1 });
      await store.commit(namespace, [build.start("r1")]);
      // Its own connection is ended: it needs another one.
      const [own] = await admin.query(
        "select id as id from information_schema.processlist where db = ? and id <> connection_id()",
        [new URL(url).pathname.slice(1)],
      );
      for (const { id } of own as { id: number }[]) await admin.query(`kill ${id}`);
      const guests: Connection[] = [];
      for (;;) {
        const guest = await createConnection(server.url).catch(() => null);
        if (guest === null) break;
        guests.push(guest);
      }
      const before = await count(refused);
      const delivered = store.run(namespace, "r1");
      delivered.catch(() => undefined);
      await rises(refused, before);
      await Promise.all(guests.map((guest) => guest.end()));
      expect((await delivered)?.id).toBe("r1");
    });

    test("a server that does not answer any more is given up after the timeout", async () => {
      const url = server.database();
      const proxy = await startSilentProxy(url);
      const store = mysql(proxy.through(url), {
        ...{ durability: "relaxed", clock: "caller", connections: 1, timeout: 1_500 },
      });
      await store.open();
      await store.commit(namespace, [build.start("r1")]);
      proxy.silence();
      await expect(store.commit(namespace, [build.deliver({ id: "r1" })])).rejects.toThrow(StoreError);
      await proxy.close();
      await store.close();
    });

    test("a transaction whose connection was ended between two statements is run again", async () => {
      const url = server.database();
      let calls = 0;
      const pay = workflow({ name: "pay" }, (ctx) =>
        ctx.transaction("pay", async (tx) => {
          await tx.execute("insert into paid values (?)", [++calls]);
          const own = await tx.fetchOne<{ id: number }>("select connection_id() as id");
          if (calls === 1) {
            await admin.query(`kill ${own?.id}`);
            await vi.waitFor(async () => {
              expect(await count(`select count(*) from information_schema.processlist where id = ${own?.id}`)).toBe(0);
            }, patient);
            // What the server said last has arrived.
            await delay(100);
          }
          await tx.execute("update paid set n = n + 10");
          return calls;
        }),
      );
      const quiet = { debug() {}, info() {}, warn() {}, error() {} };
      const store = mysql(url, { durability: "relaxed" });
      const engine = createEngine({ store, workflows: [pay], log: quiet });
      await engine.open();
      const table = `${new URL(url).pathname.slice(1)}.paid`;
      await admin.query(`create table ${table} (n integer) engine = InnoDB`);
      const run = await engine.run(pay, undefined);
      await engine.runUntilIdle();
      expect(await run.result({ timeout: "60s" })).toBe(2);
      expect((await admin.query(`select n from ${table}`))[0]).toEqual([{ n: 12 }]);
      await engine.stop();
    });

    test("workers that start together on the schema of an older release bring it up to date once", async () => {
      const url = server.database();
      const old = new MysqlConnections(new URL(url), { durability: "relaxed" }, "old");
      const name = new URL(url).pathname.slice(1);
      await old.open((connected, kind) => migrate(connected, name, kind, migrations.slice(0, 1)));
      await old.close();
      await Promise.all(Array.from({ length: 4 }, () => opened(url, { connections: 1 })));
      const [rows] = await admin.query(`select version from \`${name}\`.migration order by version`);
      expect((rows as { version: number }[]).map(({ version }) => version)).toEqual(
        migrations.map(({ version }) => version),
      );
    });
  },
);
