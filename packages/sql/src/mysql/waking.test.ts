import { createEngine, type Store, type StoreSignal } from "@holdpoint/core";
import { storeBuilders as build } from "@holdpoint/core/testing";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { counting } from "../fixtures/counting.ts";
import { type Mariadb, missing, startMariadb } from "../fixtures/mariadb.ts";
import { startProxy } from "../fixtures/mysql-proxy.ts";
import { databaseTime } from "./clock.ts";
import { mysql } from "./mysql-store.ts";
import type { MysqlOptions } from "./options.ts";

const { namespace } = build;
const minute = 60_000;
/** However long the server is away, the run is this worker's. */
const lease = "1h";
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const skipped = missing === null ? "" : ` (skipped: ${missing})`;

describe.skipIf(missing !== null)(`waking on MariaDB${skipped}`, () => {
  let server: Mariadb;
  const stores: Store[] = [];
  beforeAll(async () => {
    server = await startMariadb();
  });
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });
  afterAll(() => server.stop());

  const opened = async (url: string, options: MysqlOptions = {}): Promise<Store> => {
    const store = mysql(url, { durability: "relaxed", ...options });
    stores.push(store);
    await store.open();
    return store;
  };

  test("this process hears at once what it wrote, another one is told to look four times a second", async () => {
    const url = server.database();
    const [one, two] = [await opened(url), await opened(url)];
    const [own, foreign]: StoreSignal[][] = [[], []];
    one.watch(namespace, (signal) => signal.type !== "foreign" && own?.push(signal));
    two.watch(namespace, (signal) => foreign?.push(signal));
    await one.commit(namespace, [build.start("r1")]);
    expect(own).toEqual([{ type: "ready" }]);
    await vi.waitFor(() => expect(foreign?.length).toBeGreaterThanOrEqual(2));
    expect(new Set(foreign?.map(({ type }) => type))).toEqual(new Set(["foreign"]));
  });

  test("a run goes on after the server was killed and started again, and no step is repeated", async () => {
    const done: number[] = [];
    const restarted = Promise.withResolvers<void>();
    const count = counting(done, restarted.promise);
    // A server that is killed has lost what it had not written: this one must have written it.
    await server.admin("set global innodb_flush_log_at_trx_commit = 1");
    const engine = createEngine({ store: mysql(server.database()), workflows: [count], log: quiet, lease });
    await engine.start();
    const run = await engine.run(count, undefined);
    await vi.waitFor(() => expect(done.length).toBeGreaterThan(5));
    await server.restart();
    restarted.resolve();
    expect(await run.result({ timeout: "60s" })).toBe("counted");
    expect(done).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(await engine.verify(run.id)).toMatchObject({ verdict: "intact" });
    await engine.stop();
  });

  test("connections that are killed, again and again, lose no write and repeat none", async () => {
    const done: number[] = [];
    const over = Promise.withResolvers<void>();
    const count = counting(done, over.promise);
    const store = mysql(server.database(), { durability: "relaxed" });
    const engine = createEngine({ store, workflows: [count], log: quiet, lease });
    await engine.start();
    const run = await engine.run(count, undefined);
    let killed = 0;
    for (let i = 0; i < 8; i++) {
      await vi.waitFor(() => expect(done.length).toBeGreaterThan(2 * i));
      const others = await server.admin(
        "select id as id from information_schema.processlist where command <> 'Daemon' and id <> connection_id()",
      );
      for (const { id } of others) await server.admin(`kill ${String(id)}`).catch(() => undefined);
      killed += others.length;
    }
    over.resolve();
    expect(killed).toBeGreaterThanOrEqual(8);
    expect(await run.result({ timeout: "60s" })).toBe("counted");
    expect(done).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(await engine.verify(run.id)).toMatchObject({ verdict: "intact" });
    await engine.stop();
  });

  test("a read whose connection is lost before the answer comes is asked again", async () => {
    const proxy = await startProxy(server.url);
    const store = await opened(proxy.through(server.database()), { clock: "caller", connections: 1 });
    await store.commit(namespace, [build.start("r1")]);
    proxy.cutAfter("from run left join worker");
    proxy.sent.length = 0;
    expect((await store.run(namespace, "r1"))?.id).toBe("r1");
    expect(proxy.sent.filter((text) => text.includes("from run left join worker"))).toHaveLength(2);
    await store.close();
    await proxy.close();
  });

  test("an answer that the network swallowed is not taken for a failure: the append is there once", async () => {
    const proxy = await startProxy(server.url);
    const store = await opened(proxy.through(server.database()), { clock: "caller", connections: 1 });
    await store.register(namespace, build.worker("w1"));
    await store.commit(namespace, [build.start("r1")]);
    const run = (await store.claim(namespace, build.claimRequest("w1"))).runs[0];
    if (run === undefined) throw new TypeError("a run was expected");
    const operation = build.advance(run, [build.entry("step:a#1")]);
    proxy.cutAfter("insert into journal");
    await expect(store.commit(namespace, [operation])).rejects.toThrow(/^mysql 127\.0\.0\.1:\d+\/test_/);
    await vi.waitFor(async () => expect((await store.run(namespace, "r1"))?.entryCount).toBe(run.entryCount + 1));
    expect(await store.commit(namespace, [operation])).toEqual([
      { type: "advanced", seq: run.seq + 1, firstSeq: run.seq + 1, repeated: true },
    ]);
    await store.close();
    await proxy.close();
  });
});

describe.skipIf(missing !== null)(`MariaDB's clock decides${skipped}`, () => {
  let server: Mariadb;
  let store: Store;
  let url: string;
  beforeAll(async () => {
    // Not in UTC: times are counted from 1970 all the same.
    server = await startMariadb({ "default-time-zone": "-03:30" });
    url = server.database();
    store = mysql(url, { durability: "relaxed" });
    await store.open();
  });
  afterAll(async () => {
    await store.close();
    await server.stop();
  });

  const hour = 3_600_000;
  const asking = (incarnation: string, now: number) =>
    build.claimRequest(incarnation, { now, leaseUntil: now + minute });

  test("an hour ahead, a worker takes nobody's runs and no run before its time", async () => {
    const now = Date.now();
    await store.register(namespace, build.worker("right", { leaseUntil: now + minute }));
    await store.register(namespace, build.worker("wrong", { leaseUntil: now + minute }));
    await store.commit(namespace, [
      build.start("mine", { createdAt: now, readyAt: now }),
      build.start("later", { createdAt: now, readyAt: now + hour / 2 }),
    ]);
    expect((await store.claim(namespace, asking("right", now))).runs.map(({ id }) => id)).toEqual(["mine"]);
    expect(await store.takeOver(namespace, { now: now + hour, dead: [] })).toBe(0);
    const claim = await store.claim(namespace, asking("wrong", now + hour));
    expect(claim.runs).toEqual([]);
    // It is told when to ask again by its own clock.
    expect((claim.nextWake ?? 0) - (now + hour)).toBeGreaterThan(hour / 4);
    expect((claim.nextWake ?? 0) - (now + hour)).toBeLessThan(hour);
  });

  test("an hour behind or ahead, a worker's lease is as long as anybody's", async () => {
    const now = Date.now();
    const { pathname } = new URL(url);
    for (const wrong of [-hour, hour]) {
      expect(await store.renew(namespace, "wrong", now + wrong, now + wrong + minute)).toBe(true);
      const [row] = await server.admin(
        `set time_zone = '+00:00'; select lease_until - ${databaseTime} as remaining
         from \`${pathname.slice(1)}\`.worker where incarnation = 'wrong'`,
      );
      expect(Number(row?.remaining)).toBeGreaterThan(0);
      expect(Number(row?.remaining)).toBeLessThanOrEqual(minute);
    }
  });
});
