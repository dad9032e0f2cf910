import { createEngine, type Store, type StoreSignal } from "@holdpoint/core";
import { storeBuilders as build } from "@holdpoint/core/testing";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type Cluster, missing, startCluster } from "../fixtures/cluster.ts";
import { counting } from "../fixtures/counting.ts";
import type { PostgresOptions } from "./options.ts";
import { postgres } from "./postgres-store.ts";

const { namespace } = build;
const minute = 60_000;

describe.skipIf(missing !== null)(`waking on PostgreSQL${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let cluster: Cluster;
  const stores: Store[] = [];
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });
  afterAll(() => cluster.stop());

  const opened = async (schema: string, options: PostgresOptions = {}): Promise<Store> => {
    const store = postgres(cluster.url, { ...options, schema });
    stores.push(store);
    await store.open();
    return store;
  };
  const admin = async (sql: string): Promise<Record<string, unknown>[]> => {
    const client = new pg.Client(cluster.url);
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(sql);
    await client.end();
    return rows;
  };
  const listeners = "from pg_stat_activity where query like 'listen%'";
  const listening = (): Promise<void> =>
    vi.waitFor(async () => expect(await admin(`select 1 ${listeners}`)).not.toEqual([]));

  test("another process hears of ready runs, holds and mail by name", async () => {
    const schema = cluster.schema();
    const [one, two] = [await opened(schema), await opened(schema)];
    const heard: StoreSignal[] = [];
    two.watch(namespace, (signal) => heard.push(signal));
    await listening();
    await one.commit(namespace, [build.start("r1")]);
    await vi.waitFor(() => expect(heard).toEqual([{ type: "ready" }]));
    await one.register(namespace, build.worker("w1", { leaseUntil: Date.now() + minute }));
    const { runs } = await one.claim(
      namespace,
      build.claimRequest("w1", { now: Date.now(), leaseUntil: Date.now() + minute }),
    );
    expect(runs).toHaveLength(1);
    await one.commit(namespace, [build.deliver({ id: "r1" })]);
    await vi.waitFor(() => expect(heard.slice(1)).toEqual([{ type: "mail", pk: runs[0]?.pk }]));
  });

  test("a listener that is cut off comes back, and says that it may have missed something", async () => {
    const schema = cluster.schema();
    const [one, two] = [await opened(schema), await opened(schema)];
    const heard: string[] = [];
    two.watch(namespace, ({ type }) => heard.push(type));
    await listening();
    await admin(`select pg_terminate_backend(pid) ${listeners}`);
    await vi.waitFor(() => expect(heard).toContain("foreign"));
    await listening();
    heard.length = 0;
    await one.commit(namespace, [build.start("r1")]);
    await vi.waitFor(() => expect(heard).toContain("ready"));
  });

  test("who cannot listen is told to look four times a second", async () => {
    const store = await opened(cluster.schema(), { listen: false });
    const heard: string[] = [];
    store.watch(namespace, ({ type }) => heard.push(type));
    await vi.waitFor(() => expect(heard.length).toBeGreaterThanOrEqual(2));
    expect(new Set(heard)).toEqual(new Set(["foreign"]));
  });

  test("a run goes on after the server was killed and started again, and no step is repeated", async () => {
    const done: number[] = [];
    const restarted = Promise.withResolvers<void>();
    const count = counting(done, restarted.promise);
    const store = postgres(cluster.url, { schema: cluster.schema() });
    const quiet = { debug() {}, info() {}, warn() {}, error() {} };
    // However long the server is away, the run is this worker's.
    const engine = createEngine({ store, workflows: [count], log: quiet, lease: "1h" });
    await engine.start();
    const run = await engine.run(count, undefined);
    await vi.waitFor(() => expect(done.length).toBeGreaterThan(5));
    await cluster.restart();
    restarted.resolve();
    expect(await run.result({ timeout: "60s" })).toBe("counted");
    expect(done).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(await engine.verify(run.id)).toMatchObject({ verdict: "intact" });
    await engine.stop();
  });
});

describe.skipIf(missing !== null)(
  `the server's clock decides${missing === null ? "" : ` (skipped: ${missing})`}`,
  () => {
    let cluster: Cluster;
    let store: Store;
    let schema: string;
    beforeAll(async () => {
      cluster = await startCluster();
      schema = cluster.schema();
      store = postgres(cluster.url, { schema });
      await store.open();
    });
    afterAll(async () => {
      await store.close();
      await cluster.stop();
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
      for (const wrong of [-hour, hour]) {
        expect(await store.renew(namespace, "wrong", now + wrong, now + wrong + minute)).toBe(true);
        const client = new pg.Client(cluster.url);
        await client.connect();
        const { rows } = await client.query<{ remaining: string }>(`
        select lease_until - (extract(epoch from clock_timestamp()) * 1000)::bigint as remaining
        from "${schema}".worker where incarnation = 'wrong'`);
        await client.end();
        expect(Number(rows[0]?.remaining)).toBeGreaterThan(0);
        expect(Number(rows[0]?.remaining)).toBeLessThanOrEqual(minute);
      }
    });
  },
);
