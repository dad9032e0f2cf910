import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "@holdpoint/core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type CopyOptions, copyStore } from "../copy/copy-store.ts";
import { engineOn, install } from "../copy/installation.fixture.ts";
import { type Mariadb, missing, startMariadb } from "../fixtures/mariadb.ts";
import { sqlite } from "../sqlite/sqlite-store.ts";
import { mysql } from "./mysql-store.ts";

const relaxed = { durability: "relaxed" } as const;

describe.skipIf(missing !== null)(`moving to MariaDB${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  const directory = mkdtempSync(join(tmpdir(), "holdpoint-copy-mysql-"));
  const original = join(directory, "original.db");
  const parked = 12;
  const opened: Store[] = [];
  let server: Mariadb;
  beforeAll(async () => {
    server = await startMariadb();
    // As servers of clusters are: they want a primary key of every table.
    const { product } = server.kind;
    const wanted = product === "MySQL" ? "sql_require_primary_key" : "innodb_force_primary_key";
    await server.admin(`set global ${wanted} = 1`);
    await install(sqlite(original, relaxed), { finished: 30, parked });
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });
  afterAll(async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const kept = (store: Store): Store => {
    opened.push(store);
    return store;
  };
  const copied = (from: Store, to: Store, options: CopyOptions = {}) => copyStore(kept(from), kept(to), options);

  test("every row is there and every chain whole; what waits wakes, and a new run gets a key that is free", async () => {
    const url = server.database();
    const report = await copied(sqlite(original), mysql(url, relaxed));
    expect(report).toMatchObject({ outcome: "copied", sourceMoved: false, broken: [] });
    expect(report.rows.run).toBeGreaterThan(40);
    expect(await copied(sqlite(original), mysql(url, relaxed))).toMatchObject({ outcome: "already" });

    const engine = engineOn(kept(mysql(url, relaxed)));
    await engine.start();
    for (let i = 1; i < parked; i += 4) await (await engine.get(`order-${i}`)).signal("paid", 100);
    // A child may open its hold only now.
    await expect
      .poll(
        async () => {
          const { items } = await engine.holds({ status: ["open"] }, { limit: 500 });
          for (const hold of items) await engine.decide(hold, { approved: true }, { by: "ana" });
          return (await engine.runs({ status: ["parked"] }, { limit: 500 })).items.length;
        },
        { interval: 200 },
      )
      .toBe(0);
    const results: unknown[] = [];
    for (let i = 0; i < parked; i++) {
      results.push(await (await engine.get(`order-${i}`)).result({ timeout: "60s" }));
    }
    expect(results).toEqual(results.map((_, i) => (i % 4 === 1 ? 100 + 2 * i : 2 * i)));
    expect((await engine.verify("order-1")).verdict).toBe("intact");
    const fresh = await engine.run("done", 5, { id: "new" });
    expect(await fresh.result({ timeout: "60s" })).toBe(6);
    await engine.stop();
  });

  test("and back to a file, with everything", async () => {
    const url = server.database();
    const there = await copied(sqlite(original), mysql(url, relaxed));
    const back = join(directory, "back.db");
    const here = await copied(mysql(url, relaxed), sqlite(back));
    expect(here.rows).toEqual(there.rows);
    expect(here).toMatchObject({ chains: there.chains, broken: [] });
    const run = await engineOn(kept(sqlite(back))).run("done", 77, { id: "new" });
    expect(await run.status()).toBe("ready");
  });

  test("a database with other data is refused", async () => {
    const url = server.database();
    await install(mysql(url, relaxed), { finished: 2, parked: 1 });
    await expect(copied(sqlite(original), mysql(url, relaxed))).rejects.toThrow(/^the target holds other data/);
  });
});
