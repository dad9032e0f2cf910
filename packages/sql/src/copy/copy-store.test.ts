import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "@holdpoint/core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openNodeSqlite } from "../driver/node-sqlite.ts";
import { startChild } from "../fixtures/child.ts";
import { type Cluster, missing, startCluster } from "../fixtures/cluster.ts";
import { postgres, sqlite } from "../index.ts";
import { type CopyOptions, type CopyProgress, type CopyReport, copyStore } from "./copy-store.ts";
import { engineOn, install, namespace } from "./installation.fixture.ts";

const directory = mkdtempSync(join(tmpdir(), "holdpoint-copy-"));
const opened: Store[] = [];
const kept = (store: Store): Store => {
  opened.push(store);
  return store;
};
let files = 0;
const newFile = (): string => join(directory, `${++files}.db`);
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const copied = async (from: Store, to: Store, options: CopyOptions = {}): Promise<CopyReport> =>
  copyStore(kept(from), kept(to), options);

/** More for a demonstration: HOLDPOINT_COPY_RUNS=10000 npx vitest run --project sql copy-store. */
const runs = Number(process.env["HOLDPOINT_COPY_RUNS"] ?? 60);
const parked = Math.max(16, Math.floor(runs / 20));
const size = { finished: runs - parked, parked };

describe("copying a store", () => {
  const original = newFile();
  beforeAll(() => install(sqlite(original, { durability: "relaxed" }), { finished: 20, parked: 8 }));

  test("everything is on the target, compared and with every chain recomputed", async () => {
    const path = newFile();
    const report = await copied(sqlite(original), sqlite(path));
    expect(report).toMatchObject({ outcome: "copied", resumed: false, sourceMoved: false, broken: [] });
    expect(report.rows).toMatchObject({ run: 31, hold: 5, label: 1, stream: 19 });
    expect(report.rows.payload).toBeGreaterThan(0);
    // The parked parents' children are runs, too.
    expect(report.chains).toBe(31);
    const engine = engineOn(kept(sqlite(path)));
    expect((await engine.verify("order-0")).verdict).toBe("intact");
    expect((await engine.verify("done-0")).verdict).toBe("erased");
    expect(await (await engine.get("done-10")).status()).toBe("completed");
  });

  test("tables of the application beside the store's are left alone", async () => {
    const from = newFile();
    await install(sqlite(from), { finished: 2, parked: 1 });
    const driver = openNodeSqlite(from);
    driver.exec("create table account (id integer); insert into account values (1)");
    driver.close();
    const { rows } = await copied(sqlite(from), sqlite(newFile()));
    expect(rows).not.toHaveProperty("account");
  });

  test("to memory is a rehearsal that leaves nothing behind", async () => {
    expect((await copied(sqlite(original), sqlite(":memory:"))).chains).toBe(31);
  });

  test("the same once more finds it done", async () => {
    const path = newFile();
    await copied(sqlite(original), sqlite(path));
    expect(await copied(sqlite(original), sqlite(path))).toMatchObject({ outcome: "already" });
  });

  test("a target with other data is refused, and so is the store itself", async () => {
    const path = newFile();
    await install(sqlite(path), { finished: 2, parked: 1 });
    await expect(copied(sqlite(original), sqlite(path))).rejects.toThrow(/^the target holds other data \(\d+ rows in /);
    await expect(copied(sqlite(original), sqlite(original))).rejects.toThrow(/^source and target are the same/);
  });

  test("workers on the source or on the target are named, and the copy refused; on the source it can be told to go on", async () => {
    const path = newFile();
    await install(sqlite(path), { finished: 2, parked: 1 });
    const engine = engineOn(sqlite(path));
    await engine.start();
    const named = new RegExp(`process ${process.pid} on `);
    await expect(copied(sqlite(path), sqlite(newFile()))).rejects.toThrow(/^workers are alive on the source/);
    await expect(copied(sqlite(path), sqlite(newFile()))).rejects.toThrow(named);
    expect((await copied(sqlite(path), sqlite(newFile()), { live: true })).outcome).toBe("copied");
    await expect(copied(sqlite(original), sqlite(path))).rejects.toThrow(/^a worker is alive on the target/);
    await engine.stop();
  });

  test("what is written to the source meanwhile is not lost quietly: the copy is refused, and begins anew", async () => {
    const [from, to] = [newFile(), newFile()];
    await install(sqlite(from), { finished: 3, parked: 1 });
    const writer = engineOn(kept(sqlite(from)));
    await writer.open();
    const decide = async (): Promise<void> => {
      const { items } = await writer.holds();
      for (const hold of items) await writer.decide(hold, { approved: true }, { by: "ana" });
    };
    await expect(copied(sqlite(from), sqlite(to), { progress: decide })).rejects.toThrow(/^the source was written to/);
    expect((await engineOn(kept(sqlite(to))).runs()).items).toEqual([]);
    expect(await copied(sqlite(from), sqlite(to))).toMatchObject({ outcome: "copied", resumed: false });
  });

  test("told to copy a source in use it says that the source has gone on", async () => {
    const from = newFile();
    await install(sqlite(from), { finished: 3, parked: 1 });
    const driver = openNodeSqlite(from);
    const progress = (): void => driver.exec("update run set updated_at = updated_at + 1 where pk = 1");
    expect(await copied(sqlite(from), sqlite(newFile()), { live: true, progress })).toMatchObject({
      sourceMoved: true,
    });
    driver.close();
  });

  test("a row that is not what it was is found, in the tables the chains do not cover, too", async () => {
    const to = newFile();
    let changed = false;
    const progress: CopyOptions["progress"] = ({ phase }) => {
      if (phase !== "comparing" || changed) return;
      changed = true;
      const driver = openNodeSqlite(to);
      driver.exec("update label set label = 'wrong'");
      driver.close();
    };
    await expect(copied(sqlite(original), sqlite(to), { progress })).rejects.toThrow(
      /^the copy of label is not the original/,
    );
    expect(await copied(sqlite(original), sqlite(to), { restart: true })).toMatchObject({
      outcome: "copied",
      resumed: false,
    });
  });

  test("an engine that is started on the target meanwhile finds nothing, and the copy is refused", async () => {
    const to = newFile();
    const early = engineOn(kept(sqlite(to)));
    let found: number | null = null;
    const progress: CopyOptions["progress"] = async ({ phase }) => {
      if (phase !== "verifying") return;
      found ??= (await early.runs()).items.length;
      await early.run("done", 1, { id: "early" });
    };
    await expect(copied(sqlite(original), sqlite(to), { progress })).rejects.toThrow(
      /^an engine was started on the target/,
    );
    expect(found).toBe(0);
  });

  test("chains that were broken before are named; the copy is what the original is", async () => {
    const from = newFile();
    await install(sqlite(from), { finished: 3, parked: 1 });
    const driver = openNodeSqlite(from);
    driver.exec("update journal set attempt = 7 where rowid = 2");
    driver.close();
    const { broken } = await copied(sqlite(from), sqlite(newFile()));
    expect(broken).toEqual(["done-1"]);
  });

  test("chains with a key are recomputed with it", async () => {
    const from = newFile();
    const chainKey = new Uint8Array(32).fill(7);
    const engine = engineOn(sqlite(from), { chainKey });
    await engine.run("done", 1, { id: "keyed" });
    await engine.runUntilIdle();
    await engine.stop();
    expect((await copied(sqlite(from), sqlite(newFile()), { chainKey })).broken).toEqual([]);
    expect((await copied(sqlite(from), sqlite(newFile()))).broken).toEqual(["keyed"]);
  });
});

describe.skipIf(missing !== null)(`moving to PostgreSQL${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let cluster: Cluster;
  const original = newFile();
  beforeAll(async () => {
    cluster = await startCluster();
    await install(sqlite(original, { durability: "relaxed" }), size);
  });
  afterAll(() => cluster.stop());

  test("killed half-way and resumed: every parked run wakes on PostgreSQL", { timeout: 300_000 }, async () => {
    const schema = cluster.schema();
    const target = (): Store => postgres(cluster.url, { schema });
    const told: CopyProgress[] = [];
    for (const phase of ["copying", "comparing", "verifying"]) {
      const child = startChild("copy", original, cluster.url, schema, phase);
      told.push((await child.line()) as CopyProgress);
      await expect(child.end()).rejects.toThrow("ended with SIGKILL");
    }
    expect(told.map(({ phase }) => phase)).toEqual(["copying", "comparing", "verifying"]);
    for (const { done, total } of told) expect(done).toBeLessThan(total ?? 0);
    const started = performance.now();
    const report = await copied(sqlite(original), target());
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    expect(report).toMatchObject({ outcome: "copied", resumed: true, broken: [], sourceMoved: false });
    if (runs > 1000) console.log(`${runs} runs, killed three times:`, told, report, `${seconds} s for the last`);

    const engine = engineOn(kept(target()));
    await engine.start();
    for (let i = 1; i < size.parked; i += 4) await (await engine.get(`order-${i}`)).signal("paid", 100);
    let cursor: string | null = null;
    do {
      const page = await engine.holds({ status: ["open"] }, { limit: 500, cursor });
      for (const hold of page.items) await engine.decide(hold, { approved: true }, { by: "ana" });
      cursor = page.cursor;
    } while (cursor !== null);
    const results = [];
    for (let i = 0; i < size.parked; i++)
      results.push(await (await engine.get(`order-${i}`)).result({ timeout: "60s" }));
    expect(results).toEqual(results.map((_, i) => (i % 4 === 1 ? 100 + 2 * i : 2 * i)));
    expect((await engine.verify("order-1")).verdict).toBe("intact");
    await engine.stop();
  });

  test("and back, with everything", async () => {
    const schema = cluster.schema();
    const [back, away] = [newFile(), postgres(cluster.url, { schema })];
    const there = await copied(sqlite(original), away);
    const here = await copied(postgres(cluster.url, { schema }), sqlite(back));
    expect(here.rows).toEqual(there.rows);
    expect(here).toMatchObject({ chains: there.chains, broken: [] });
    const run = await engineOn(kept(sqlite(back))).run("done", 77, { id: "new" });
    expect(await run.status()).toBe("ready");
  });

  test("whoever starts a run on the target gets a key that is free", async () => {
    const schema = cluster.schema();
    await copied(sqlite(original), postgres(cluster.url, { schema }));
    const engine = engineOn(kept(postgres(cluster.url, { schema })));
    await engine.run("done", 5, { id: "new" });
    await engine.runUntilIdle();
    expect(await (await engine.get("new")).result()).toBe(6);
  });
});

test("the namespace is one of several: all are copied", async () => {
  const [from, to] = [newFile(), newFile()];
  await install(sqlite(from), { finished: 2, parked: 1 });
  const { createEngine, workflow } = await import("@holdpoint/core");
  const other = { namespace: "other", workflows: [workflow({ name: "w" }, async () => 1)] };
  const engine = createEngine({ store: sqlite(from), ...other });
  await engine.run("w", undefined, { id: "done-1" });
  await engine.runUntilIdle();
  await engine.stop();
  await copied(sqlite(from), sqlite(to));
  const copy = kept(sqlite(to));
  expect(await (await createEngine({ store: copy, ...other }).get("done-1")).result()).toBe(1);
  expect((await (await engineOn(copy).get("done-1")).describe()).workflow).toBe("done");
  expect(namespace).not.toBe("other");
});
