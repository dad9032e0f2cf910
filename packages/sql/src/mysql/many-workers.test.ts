import type { Store } from "@holdpoint/core";
import { storeBuilders as build } from "@holdpoint/core/testing";
import { createConnection } from "mysql2/promise";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { followsEveryChange, givesLateChanges } from "../fixtures/following.ts";
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
    const workers = await several(server.database(), 4);
    const [first] = workers as [Store];
    const ids = Array.from({ length: 400 }, (_, i) => `r${i}`);
    await first.commit(
      namespace,
      ids.map((id) => build.start(id)),
    );
    const claimed = await Promise.all(
      workers.map(async (store, i) => {
        await store.register(namespace, build.worker(`w${i}`));
        const got: string[] = [];
        for (let idle = 0; idle < 20; ) {
          const { runs } = await store.claim(namespace, build.claimRequest(`w${i}`, { limit: 3 }));
          got.push(...runs.map(({ id }) => id));
          if (runs.length === 0) idle++;
        }
        return got;
      }),
    );
    expect(claimed.flat().sort()).toEqual([...ids].sort());
    expect(claimed.filter((got) => got.length > 0).length).toBeGreaterThan(1);
  });

  test("together never take more of a queue or a key than its limit", async () => {
    const workers = await several(server.database(), 4);
    const [first] = workers as [Store];
    const keyed = Array.from({ length: 60 }, (_, i) => build.start(`r${i}`, { concurrencyKey: `k${i % 6}` }));
    await first.commit(namespace, keyed);
    const queues = [{ name: "default", limit: 9, perKey: { limit: 2, while: "running" as const } }];
    for (const [i, store] of workers.entries()) await store.register(namespace, build.worker(`w${i}`));
    const claims = workers.flatMap((store, i) =>
      [1, 2, 3].map(() => store.claim(namespace, build.claimRequest(`w${i}`, { limit: 5, queues }))),
    );
    const runs = (await Promise.all(claims)).flatMap((claim) => claim.runs);
    expect(runs).toHaveLength(9);
    const perKey = Map.groupBy(runs, ({ concurrencyKey }) => concurrencyKey);
    for (const held of perKey.values()) expect(held.length).toBeLessThanOrEqual(2);
  });

  test("wake runs whose time has come once, each with one tick", async () => {
    const workers = await several(server.database(), 3);
    const [first] = workers as [Store];
    for (const [i, store] of workers.entries()) await store.register(namespace, build.worker(`w${i}`));
    await first.commit(
      namespace,
      Array.from({ length: 60 }, (_, i) => build.start(`r${i}`)),
    );
    const { runs } = await first.claim(namespace, build.claimRequest("w0", { limit: 60 }));
    const { now } = build.claimRequest("w0");
    await first.commit(
      namespace,
      runs.map((run) =>
        build.advance(run, [build.entry("sleep#1")], { then: build.parked({ waiting: "time", wakeAt: now + 500 }) }),
      ),
    );
    const later = workers.flatMap((store, i) =>
      [1, 2, 3, 4].map(() => store.claim(namespace, build.claimRequest(`w${i}`, { now: now + 1_000, limit: 10 }))),
    );
    const woken = (await Promise.all(later)).flatMap((claim) => claim.runs);
    expect(new Set(woken.map(({ pk }) => pk)).size).toBe(woken.length);
    for (;;) {
      const rest = await first.claim(namespace, build.claimRequest("w0", { now: now + 1_000, limit: 10 }));
      if (rest.runs.length === 0) break;
      woken.push(...rest.runs);
    }
    expect(woken).toHaveLength(60);
    const histories = await first.history(
      namespace,
      woken.map(({ pk }) => ({ pk, after: 0 })),
    );
    expect(histories.map(({ mail }) => mail.map(({ kind }) => kind))).toEqual(woken.map(() => ["tick"]));
    expect(histories.map(({ mail }) => mail[0]?.n)).toEqual(woken.map(({ seq }) => seq));
  });

  test("that start a run of the same id at once start one", async () => {
    const workers = await several(server.database(), 4);
    const results = await Promise.all(
      workers.flatMap((store) =>
        [1, 2, 3].map(() => store.commit(namespace, [build.start("same"), build.start("same-2")])),
      ),
    );
    const created = results.flat().filter((result) => result.type === "started" && result.created);
    expect(created).toHaveLength(2);
    expect(results.flat().every(({ type }) => type === "started")).toBe(true);
  });

  test("of two who decide a hold at once one wins, and the run gets one answer", async () => {
    const [one, two] = (await several(server.database(), 2)) as [Store, Store];
    await one.register(namespace, build.worker("w1"));
    for (let i = 0; i < 20; i++) {
      await one.commit(namespace, [build.start(`r${i}`)]);
      const { runs } = await one.claim(namespace, build.claimRequest("w1"));
      const [run] = runs;
      if (run === undefined) throw new TypeError("a run was expected");
      await one.commit(namespace, [
        build.advance(run, [build.entry("hold:approve#1")], {
          holds: [build.newHold(`h${i}`, "hold:approve#1")],
          then: build.parked({ waiting: "hold" }),
        }),
      ]);
      const decided = await Promise.all([one, two].map((store) => store.commit(namespace, [build.decide(`h${i}`, 0)])));
      expect(decided.map(([{ type }]) => type).sort()).toEqual(["conflict", "moved"]);
      const [history] = await one.history(namespace, [{ pk: run.pk, after: 0 }]);
      expect(history?.mail).toHaveLength(1);
      await one.claim(namespace, build.claimRequest("w1"));
    }
  });

  test("a parent that cancels its child and the child that finishes take their rows in one order: no deadlock", async () => {
    const [one, two] = (await several(server.database(), 2)) as [Store, Store];
    await one.register(namespace, build.worker("w1"));
    const deadlocks = () => server.admin("show global status like 'Innodb_deadlocks'");
    const before = await deadlocks();
    expect(before).toHaveLength(1);
    for (let i = 0; i < 40; i++) {
      await one.commit(namespace, [build.start(`p${i}`)]);
      const parent = (await one.claim(namespace, build.claimRequest("w1"))).runs[0];
      if (parent === undefined) throw new TypeError("a run was expected");
      const born = build.newRun(`c${i}`, { parent: { pk: parent.pk, key: "child:c#1", close: "cancel" } });
      const opening = build.entry("child:c#1");
      await one.commit(namespace, [build.advance(parent, [opening], { children: [born] })]);
      const child = (await one.claim(namespace, build.claimRequest("w1"))).runs[0];
      if (child === undefined) throw new TypeError("a child was expected");
      const raised = await one.runByPk(namespace, parent.pk);
      if (raised === null) throw new TypeError("a parent was expected");
      const news = build.mail({ kind: "child", key: "child:c#1" });
      const [finished, closed] = await Promise.all([
        one.commit(namespace, [
          build.advance(child, [build.entry("run")], {
            then: build.finished({ deliveries: [{ to: { pk: parent.pk }, mail: news }] }),
          }),
        ]),
        two.commit(namespace, [
          build.advance(raised, [build.entry("run")], {
            then: build.finished({
              deliveries: [{ to: { id: `c${i}` }, mail: build.mail({ kind: "cancel", key: "" }) }],
            }),
          }),
        ]),
      ]);
      // Whoever comes second finds mail.
      expect([finished[0].type, closed[0].type].filter((type) => type === "advanced").length).toBeGreaterThan(0);
      expect([finished[0].type, closed[0].type]).not.toContain("refused");
    }
    expect(await deadlocks()).toEqual(before);
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
