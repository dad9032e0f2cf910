import type { Store } from "@holdpoint/core";
import { storeBuilders as build } from "@holdpoint/core/testing";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { type Cluster, missing, startCluster } from "../fixtures/cluster.ts";
import { followsEveryChange, givesLateChanges } from "../fixtures/following.ts";
import { migrations } from "./migrate.ts";
import type { PostgresOptions } from "./options.ts";
import { postgres } from "./postgres-store.ts";

const { namespace } = build;

describe.skipIf(missing !== null)(
  `many workers on PostgreSQL${missing === null ? "" : ` (skipped: ${missing})`}`,
  () => {
    let cluster: Cluster;
    let admin: pg.Pool;
    const stores: Store[] = [];
    beforeAll(async () => {
      cluster = await startCluster({ log_statement: "all" });
      admin = new pg.Pool({ connectionString: cluster.url, max: 1 });
      // The server may stop before its last connection is closed.
      admin.on("error", () => undefined);
    });
    afterEach(async () => {
      for (const store of stores.splice(0)) await store.close();
    });
    afterAll(async () => {
      await admin.end();
      await cluster.stop();
    });

    const opened = async (schema: string, options: PostgresOptions = {}): Promise<Store> => {
      const store = postgres(cluster.url, { clock: "caller", ...options, schema });
      stores.push(store);
      await store.open();
      return store;
    };
    const several = (schema: string, count: number, options?: PostgresOptions): Promise<Store[]> =>
      Promise.all(Array.from({ length: count }, () => opened(schema, options)));
    /** How often the server was asked something since `from`. */
    const statements = (from: number): string[] =>
      cluster
        .log()
        .slice(from)
        .split("\n")
        .filter((line) => /LOG: {2}(statement|execute)/.test(line) && !line.includes("set search_path"))
        .map((line) => line.replace(/^.*LOG: {2}(?:statement: |execute )/, ""));

    test("that start together migrate once", async () => {
      const schema = cluster.schema();
      await several(schema, 6);
      const { rows } = await admin.query(`select count(*)::int as n from "${schema}".migration`);
      expect(rows).toEqual([{ n: migrations.length }]);
    });

    test("never claim the same run, and leave none", async () => {
      const workers = await several(cluster.schema(), 4);
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
      const workers = await several(cluster.schema(), 4);
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

    test("that start a run of the same id at once start one", async () => {
      const workers = await several(cluster.schema(), 4);
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
      const [one, two] = (await several(cluster.schema(), 2)) as [Store, Store];
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
        const decided = await Promise.all(
          [one, two].map((store) => store.commit(namespace, [build.decide(`h${i}`, 0)])),
        );
        expect(decided.map(([{ type }]) => type).sort()).toEqual(["conflict", "moved"]);
        const [history] = await one.history(namespace, [{ pk: run.pk, after: 0 }]);
        expect(history?.mail).toHaveLength(1);
        await one.claim(namespace, build.claimRequest("w1"));
      }
    });

    test("a parent that cancels its child and the child that finishes take their rows in one order: no deadlock", async () => {
      const [one, two] = (await several(cluster.schema(), 2)) as [Store, Store];
      await one.register(namespace, build.worker("w1"));
      const deadlocks = async (): Promise<number> => cluster.log().split("deadlock detected").length;
      const before = await deadlocks();
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
      expect(await deadlocks()).toBe(before);
    });

    test("the appends of many runs are one statement, and so are their start and their claim", async () => {
      // Told to nobody: a notification is a statement of its own, behind the commit.
      const store = await opened(cluster.schema(), { listen: false });
      await store.register(namespace, build.worker("w1"));
      await vi.waitFor(() => expect(statements(0).at(-1)).toMatch(/^commit/));
      let from = cluster.log().length;
      const logged = async (names: string[]): Promise<void> => {
        const named = () => statements(from).map((text) => text.split(":")[0]);
        await vi.waitFor(() => expect(named()).toEqual(names), { timeout: 5_000 });
        from = cluster.log().length;
      };
      await store.commit(
        namespace,
        Array.from({ length: 50 }, (_, i) => build.start(`r${i}`)),
      );
      await logged(["start_many"]);
      const { runs } = await store.claim(namespace, build.claimRequest("w1"));
      expect(runs).toHaveLength(50);
      // One that only looks, one that takes, and a look at what a head start keeps back.
      await logged(["look", "take", "head_start"]);
      const results = await store.commit(
        namespace,
        runs.map((run) => build.advance(run, [build.entry("step:a#1"), build.entry("step:b#1")])),
      );
      expect(new Set(results.map(({ type }) => type))).toEqual(new Set(["advanced"]));
      await logged(["append_many"]);
    });

    test("a change of a hold that is committed late is given all the same on PostgreSQL", async () => {
      const schema = cluster.schema();
      const store = await opened(schema);
      const client = new pg.Client({ connectionString: cluster.url, options: `-c search_path=${schema}` });
      client.on("error", () => undefined);
      await client.connect();
      onTestFinished(() => client.end());
      expect.hasAssertions();
      await givesLateChanges(store, { execute: (sql) => client.query(sql) });
    });

    test("whoever follows holds on PostgreSQL misses no change of several writers", async () => {
      expect.hasAssertions();
      await followsEveryChange(await several(cluster.schema(), 4));
    });

    test("an entry the database cannot take fails alone", async () => {
      const store = await opened(cluster.schema());
      const broken = build.entry("run", { startedAt: Number.NaN });
      const results = await store.commit(namespace, [
        build.start("before"),
        build.start("broken", { entries: [broken] }),
        build.start("nul\u0000"),
        build.start("after"),
      ]);
      expect(results.map(({ type }) => type)).toEqual(["started", "refused", "refused", "started"]);
      await store.register(namespace, build.worker("w1"));
      const { runs } = await store.claim(namespace, build.claimRequest("w1"));
      const written = await store.commit(
        namespace,
        runs.map((run, i) => build.advance(run, [build.entry("step:a#1", i === 0 ? { startedAt: Number.NaN } : {})])),
      );
      expect(written.map(({ type }) => type)).toEqual(["refused", "advanced"]);
    });
  },
);
