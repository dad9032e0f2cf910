import type { Store } from "@holdpoint/core";
import { storeBuilders as build } from "@holdpoint/core/testing";
import { createConnection } from "mysql2/promise";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { followsEveryChange, givesLateChanges } from "../fixtures/following.ts";
import { claimOnce, decideOnce, keepLimits, lockInOneOrder, startOnce, wakeOnce } from "../fixtures/many-workers.ts";
import { type Mariadb, missing, startMariadb } from "../fixtures/mariadb.ts";
import { startProxy } from "../fixtures/mysql-proxy.ts";
import { migrations } from "./migrate.ts";
import { mysql } from "./mysql-store.ts";
import type { MysqlOptions } from "./options.ts";

const { namespace } = build;

describe.skipIf(missing !== null)(`many workers on MariaDB${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
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
    const store = mysql(url, { clock: "caller", durability: "relaxed", ...options });
    stores.push(store);
    await store.open();
    return store;
  };
  const several = (url: string, count: number, options?: MysqlOptions): Promise<Store[]> =>
    Promise.all(Array.from({ length: count }, () => opened(url, options)));

  test("that start together make the database and migrate once", async () => {
    const url = server.database();
    await several(url, 6);
    const rows = await server.admin(`select count(*) as n from \`${new URL(url).pathname.slice(1)}\`.migration`);
    expect(rows).toEqual([{ n: migrations.length }]);
  });

  test("never claim the same run, and leave none", async () => {
    expect.hasAssertions();
    await claimOnce(await several(server.database(), 4));
  });

  test("together never take more of a queue or a key than its limit", async () => {
    expect.hasAssertions();
    await keepLimits(await several(server.database(), 4));
  });

  test("wake runs whose time has come once, each with one tick", async () => {
    expect.hasAssertions();
    await wakeOnce(await several(server.database(), 3));
  });

  test("that start a run of the same id at once start one", async () => {
    expect.hasAssertions();
    await startOnce(await several(server.database(), 4));
  });

  test("of two who decide a hold at once one wins, and the run gets one answer", async () => {
    expect.hasAssertions();
    await decideOnce((await several(server.database(), 2)) as [Store, Store]);
  });

  test("a parent that cancels its child and the child that finishes take their rows in one order: no deadlock", async () => {
    const stores = await several(server.database(), 2);
    const counter = "select count from information_schema.innodb_metrics where name = 'lock_deadlocks'";
    const deadlocks = () => server.admin(counter);
    expect(await deadlocks()).toHaveLength(1);
    expect.hasAssertions();
    await lockInOneOrder(stores as [Store, Store], deadlocks);
  });

  test("a deadlock is run again, and nobody hears of it", async () => {
    const [one, two] = (await several(server.database(), 2)) as [Store, Store];
    const ids = Array.from({ length: 30 }, (_, i) => `r${i}`);
    const all = ids.map((id) => build.start(id));
    // Rows are inserted in the order of the batch: two that go opposite ways wait for each other.
    const results = await Promise.all([one.commit(namespace, all), two.commit(namespace, [...all].reverse())]);
    const created = results.flat().filter((result) => result.type === "started" && result.created);
    expect(created).toHaveLength(ids.length);
    expect(results.flat().every(({ type }) => type === "started")).toBe(true);
  });

  test("the appends of many runs are one round trip, and so is a single one", async () => {
    const proxy = await startProxy(server.url);
    const store = await opened(proxy.through(server.database()));
    await store.register(namespace, build.worker("w1"));
    await store.commit(
      namespace,
      Array.from({ length: 50 }, (_, i) => build.start(`r${i}`)),
    );
    const { runs } = await store.claim(namespace, build.claimRequest("w1"));
    expect(runs).toHaveLength(50);
    const begins = (text: string): string[] =>
      text.split(/;\n/).map((statement) => statement.trim().split(/\s/)[0] ?? "");
    proxy.sent.length = 0;
    const results = await store.commit(
      namespace,
      runs.map((run) => build.advance(run, [build.entry("step:a#1"), build.entry("step:b#1")])),
    );
    expect(new Set(results.map(({ type }) => type))).toEqual(new Set(["advanced"]));
    expect(proxy.sent.map(begins)).toEqual([["start", "update", "insert", "commit"]]);
    // The bookkeeping of the builders ends with the first append; the row says where the next one begins.
    const next = await store.runByPk(namespace, runs[0]?.pk ?? 0);
    if (next === null) throw new TypeError("a run was expected");
    proxy.sent.length = 0;
    await store.commit(namespace, [build.advance(next, [build.entry("step:c#1")])]);
    expect(proxy.sent).toHaveLength(1);
    await store.close();
    await proxy.close();
  });

  test("runs and holds that many look up in one turn are one round trip", async () => {
    const proxy = await startProxy(server.url);
    const store = await opened(proxy.through(server.database()));
    await store.register(namespace, build.worker("w1"));
    const ids = Array.from({ length: 1_200 }, (_, i) => `r${i}`);
    const started = await store.commit(
      namespace,
      ids.map((id) => build.start(id)),
    );
    const { runs } = await store.claim(namespace, build.claimRequest("w1", { limit: 1 }));
    const [run] = runs;
    if (run === undefined) throw new TypeError("a run was expected");
    await store.commit(namespace, [
      build.advance(run, [build.entry("hold:go#1")], {
        holds: [build.newHold("h1", "hold:go#1")],
        then: build.parked({ waiting: "hold" }),
      }),
    ]);
    proxy.sent.length = 0;
    const found = await Promise.all([...ids, "nobody", "half \ud800"].map((id) => store.run(namespace, id)));
    expect(proxy.sent).toHaveLength(1);
    const pks = started.map((result) => (result.type === "started" ? result.run?.pk : null));
    expect(found.map((row) => row?.pk ?? null)).toEqual([...pks, null, null]);
    expect(found[ids.indexOf(run.id)]).toMatchObject({ status: "parked", waiting: "hold" });
    const holds = await Promise.all(["h1", "h1", "h2"].map((id) => store.hold(namespace, id)));
    expect(holds.map((hold) => hold?.key ?? null)).toEqual(["hold:go#1", "hold:go#1", null]);
    expect(proxy.sent).toHaveLength(2);
    await store.close();
    await proxy.close();
  });

  test("mail that comes in between is found although the append is one round trip", async () => {
    const store = await opened(server.database());
    await store.register(namespace, build.worker("w1"));
    await store.commit(namespace, [build.start("r1"), build.start("r2")]);
    const { runs } = await store.claim(namespace, build.claimRequest("w1"));
    const [one, two] = runs;
    if (one === undefined || two === undefined) throw new TypeError("two runs were expected");
    await store.commit(namespace, [build.deliver({ id: "r1" })]);
    const results = await store.commit(namespace, [
      build.advance(one, [build.entry("step:a#1")]),
      build.advance(two, [build.entry("step:a#1")]),
    ]);
    expect(results).toEqual([
      { type: "advanced", seq: one.seq + 2, firstSeq: one.seq + 2, repeated: false },
      { type: "advanced", seq: two.seq + 1, firstSeq: two.seq + 1, repeated: false },
    ]);
  });

  test("an entry the database cannot take fails alone", async () => {
    const store = await opened(server.database());
    const broken = build.entry("run", { startedAt: Number.NaN });
    const results = await store.commit(namespace, [
      build.start("before"),
      build.start("broken", { entries: [broken] }),
      build.start("half \ud800"),
      build.start("l".repeat(600)),
      build.start("after"),
    ]);
    expect(results.map(({ type }) => type)).toEqual(["started", "refused", "refused", "refused", "started"]);
    await store.register(namespace, build.worker("w1"));
    const { runs } = await store.claim(namespace, build.claimRequest("w1"));
    const written = await store.commit(
      namespace,
      runs.map((run, i) => build.advance(run, [build.entry("step:a#1", i === 0 ? { startedAt: Number.NaN } : {})])),
    );
    expect(written.map(({ type }) => type)).toEqual(["refused", "advanced"]);
  });

  test("ids that differ in case, in a blank at the end or in an accent are different, and sort by code points", async () => {
    const store = await opened(server.database());
    const ids = ["a", "A", "a ", "ä", "a\u0000", "o'clock", "back\\slash", "\u{1f600}", "\uffee"];
    const results = await store.commit(
      namespace,
      ids.map((id) => build.start(id)),
    );
    expect(results.map((result) => result.type === "started" && result.created)).toEqual(ids.map(() => true));
    for (const id of ids) expect((await store.run(namespace, id))?.id).toBe(id);
    const prefixed = await store.runs(namespace, { idPrefix: "a" }, { limit: 10, cursor: null });
    expect(prefixed.items.map(({ id }) => id).sort()).toEqual(["a", "a\u0000", "a "]);
  });

  test("a change of a hold that is committed late is given all the same on MariaDB", async () => {
    const url = server.database();
    const store = await opened(url);
    const connection = await createConnection(url);
    onTestFinished(() => connection.end());
    expect.hasAssertions();
    await givesLateChanges(store, { execute: (sql) => connection.query(sql) });
  });

  test("whoever follows holds on MariaDB misses no change of several writers", async () => {
    expect.hasAssertions();
    await followsEveryChange(await several(server.database(), 4));
  });
});
