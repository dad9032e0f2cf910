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

    test("a parent that cancels its child and the child that finishes take their rows in one order: no deadlock", async () => {
      const stores = await several(cluster.schema(), 2);
      const deadlocks = async () => cluster.log().split("deadlock detected").length;
      expect.hasAssertions();
      await lockInOneOrder(stores as [Store, Store], deadlocks);
    });

    test("the appends of many runs are one statement, and so are their start, their claim and their decisions", async () => {
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
      const { runs, histories } = await store.claim(namespace, build.claimRequest("w1"));
      expect(runs).toHaveLength(50);
      // What they were started with came along.
      expect([...(histories ?? [])].map(([, { entries }]) => entries.length)).toEqual(Array(50).fill(1));
      await logged(["claim"]);
      const results = await store.commit(
        namespace,
        runs.map((run) => build.advance(run, [build.entry("step:a#1"), build.entry("step:b#1")])),
      );
      expect(new Set(results.map(({ type }) => type))).toEqual(new Set(["advanced"]));
      await logged(["append_many"]);
      const further = (await store.runs(namespace, {}, { limit: 50, cursor: null })).items;
      await logged(["<unnamed>"]);
      await store.commit(
        namespace,
        further.map((run, i) => build.advance(run, [build.entry("step:c#1", { attempt: i })])),
      );
      await logged(["append_single"]);
      const after = await store.runs(namespace, {}, { limit: 50, cursor: null });
      await store.commit(
        namespace,
        after.items.map((run) =>
          build.advance(run, [build.entry("hold:go#1")], {
            holds: [build.newHold(`h-${run.id}`, "hold:go#1")],
            then: build.parked({ waiting: "hold" }),
          }),
        ),
      );
      await vi.waitFor(() => expect(statements(from).at(-1)).toMatch(/^commit/));
      from = cluster.log().length;
      const decided = await store.commit(
        namespace,
        runs.map(({ id, pk }) =>
          build.decide(`h-${id}`, 0, { mail: build.mail({ kind: "decision", dedupe: `${pk}` }) }),
        ),
      );
      expect(new Set(decided.map(({ type }) => type))).toEqual(new Set(["moved"]));
      await logged(["move_holds"]);
      const again = await store.claim(namespace, build.claimRequest("w1"));
      expect(again.runs).toHaveLength(50);
      await logged(["claim"]);
      // Looked up by many who ask in one turn.
      const found = await Promise.all(runs.map(({ id }) => store.run(namespace, id)));
      expect(found.map((run) => run?.pk)).toEqual(runs.map(({ pk }) => pk));
      await logged(["runs"]);
    });

    test("a step by itself is one statement, which tells of mail that came in between", async () => {
      const store = await opened(cluster.schema(), { listen: false });
      await store.register(namespace, build.worker("w1"));
      await store.commit(namespace, [build.start("r1")]);
      const [run] = (await store.claim(namespace, build.claimRequest("w1"))).runs;
      if (run === undefined) throw new TypeError("a run was expected");
      await store.commit(namespace, [build.deliver({ id: "r1" })]);
      await vi.waitFor(() => expect(statements(0).at(-1)).toMatch(/^commit/));
      const from = cluster.log().length;
      const step = build.entry("step:a#1", { measures: '{"units":2}', mailSeen: 1 });
      expect(await store.commit(namespace, [build.advance(run, [step])])).toEqual([
        { type: "advanced", seq: run.seq + 2, firstSeq: run.seq + 2, repeated: false },
      ]);
      await vi.waitFor(() => expect(statements(from).map((text) => text.split(":")[0])).toEqual(["append_one"]));
      const [history] = await store.history(namespace, [{ pk: run.pk, after: run.seq }]);
      expect(history?.entries).toEqual([{ ...step, seq: run.seq + 2 }]);
    });

    test("of two holds of one run that are decided in one batch both are, and their answers have numbers of their own", async () => {
      const store = await opened(cluster.schema());
      await store.register(namespace, build.worker("w1"));
      await store.commit(namespace, [build.start("r1"), build.start("r2")]);
      const [run] = (await store.claim(namespace, build.claimRequest("w1", { limit: 1 }))).runs;
      if (run === undefined) throw new TypeError("a run was expected");
      const holds = ["a", "b"].map((name) => build.newHold(name, `hold:${name}#1`));
      const then = build.parked({ waiting: "hold" });
      await store.commit(namespace, [build.advance(run, [build.entry("hold:a#1")], { holds, then })]);
      const answer = (name: string) =>
        build.decide(name, 0, { mail: build.mail({ kind: "decision", key: `hold:${name}#1`, dedupe: name }) });
      // With others beside them: what is one statement each goes out in one transaction.
      const results = await store.commit(namespace, [answer("a"), build.start("r3"), answer("b"), answer("nobody")]);
      expect(results.map(({ type }) => type)).toEqual(["moved", "started", "moved", "absent"]);
      const [history] = await store.history(namespace, [{ pk: run.pk, after: 0 }]);
      expect(history?.mail.map(({ dedupe }) => dedupe)).toEqual(["a", "b"]);
      expect(await store.run(namespace, "r1")).toMatchObject({ status: "ready", seq: (history?.mail[0]?.n ?? 0) + 1 });
    });

    test("a batch that one operation spoils is written without it, whatever goes with it", async () => {
      const store = await opened(cluster.schema());
      await store.register(namespace, build.worker("w1"));
      await store.commit(namespace, [build.start("r1")]);
      const [run] = (await store.claim(namespace, build.claimRequest("w1"))).runs;
      if (run === undefined) throw new TypeError("a run was expected");
      const results = await store.commit(namespace, [
        build.advance(run, [build.entry("step:a#1")]),
        build.start("r2"),
        build.start("r3", { createdBy: "nul \u0000" }),
      ]);
      expect(results).toMatchObject([{ type: "advanced", repeated: false }, { created: true }, { type: "refused" }]);
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
