import type { Store } from "@holdpoint/core";
import { storeBuilders as build } from "@holdpoint/core/testing";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { type Cluster, missing, startCluster } from "../fixtures/cluster.ts";
import { followsEveryChange, givesLateChanges } from "../fixtures/following.ts";
import { claimOnce, decideOnce, keepLimits, lockInOneOrder, startOnce, wakeOnce } from "../fixtures/many-workers.ts";
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
      expect.hasAssertions();
      await claimOnce(await several(cluster.schema(), 4));
    });

    test("together never take more of a queue or a key than its limit", async () => {
      expect.hasAssertions();
      await keepLimits(await several(cluster.schema(), 4));
    });

    test("wake runs whose time has come once, each with one tick", async () => {
      expect.hasAssertions();
      await wakeOnce(await several(cluster.schema(), 3));
    });

    test("that start a run of the same id at once start one", async () => {
      expect.hasAssertions();
      await startOnce(await several(cluster.schema(), 4));
    });

    test("of two who decide a hold at once one wins, and the run gets one answer", async () => {
      expect.hasAssertions();
      await decideOnce((await several(cluster.schema(), 2)) as [Store, Store]);
    });

    test("a parent that cancels its child and the child that finishes take their rows in one order: no deadlock", {
      timeout: 60_000,
    }, async () => {
      const stores = await several(cluster.schema(), 2);
      const deadlocks = async () => cluster.log().split("deadlock detected").length;
      expect.hasAssertions();
      await lockInOneOrder(stores as [Store, Store], deadlocks);
    });

    test("the appends of many runs are one statement, and so are their start and their claim", async () => {
      // Told to nobody: a notification is a statement of its own, behind the commit.
      const store = await opened(cluster.schema(), { listen: false });
      await store.register(namespace, build.worker("w1"));
      await vi.waitFor(() => expect(statements(0).at(-1)).toMatch(/^commit/));
      let from = cluster.log().length;
      const logged = async (names: string[]): Promise<void> => {
        const named = () => statements(from).map((text) => text.split(":")[0]);
        await vi.waitFor(() => expect(named()).toEqual(names));
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
