import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { StoreError } from "@holdpoint/core";
import { storeBuilders as build } from "@holdpoint/core/testing";
import { afterAll, describe, expect, test } from "vitest";
import { openNodeSqlite } from "../driver/node-sqlite.ts";
import { startChild } from "../fixtures/child.ts";
import { migrations } from "./migrate.ts";
import { sqlite } from "./sqlite-store.ts";

const directory = mkdtempSync(join(tmpdir(), "holdpoint-two-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let count = 0;
const freshPath = (): string => join(directory, `${++count}.db`);
const { namespace } = build;

describe("two processes on one file", () => {
  test("write at the same time, and nothing is lost", async () => {
    const path = freshPath();
    const children = ["a", "b", "c"].map((name) => startChild("append", path, name, "150"));
    await Promise.all(children.map((child) => child.end()));
    const store = sqlite(path);
    await store.open();
    expect((await store.sizes(namespace)).runs.ready).toBe(450);
    await store.close();
    const driver = openNodeSqlite(path);
    expect(driver.prepare("pragma integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
    driver.close();
  });

  test("create a new file together, and it is migrated once", async () => {
    const path = freshPath();
    const children = [1, 2, 3, 4].map(() => startChild("open", path));
    expect(await Promise.all(children.map((child) => child.end()))).toEqual([[0], [0], [0], [0]]);
    const driver = openNodeSqlite(path);
    expect(driver.prepare("select count(*) as n from migration").get()).toEqual({ n: migrations.length });
    driver.close();
  });

  test("never claim the same run", async () => {
    const path = freshPath();
    const store = sqlite(path, { durability: "relaxed" });
    await store.open();
    const ids = Array.from({ length: 120 }, (_, i) => `r${i}`);
    await store.commit(
      namespace,
      ids.map((id) => build.start(id)),
    );
    const claimed = await Promise.all(["w1", "w2", "w3"].map((name) => startChild("claim", path, name).end()));
    expect(claimed.flat().sort()).toEqual([...ids].sort());
    await store.close();
  });

  test("wake each other: what one delivers the other hears of", async () => {
    const path = freshPath();
    const store = sqlite(path);
    await store.open();
    await store.commit(namespace, [build.start("r1")]);
    const heard = new Promise<string>((resolve) => store.watch(namespace, ({ type }) => resolve(type)));
    const child = startChild("deliver", path, "r1");
    // The timer that polls does not keep a process alive; something else has to.
    const alive = setInterval(() => undefined, 1_000);
    expect(await heard).toBe("foreign");
    clearInterval(alive);
    await child.end();
    expect((await store.run(namespace, "r1"))?.seq).toBe(2);
    await store.close();
  });

  test("a process that waits for another's write keeps its event loop running", async () => {
    const path = freshPath();
    const store = sqlite(path, { busyTimeout: 120_000 });
    await store.open();
    const child = startChild("lock", path);
    await child.line();
    let written = false;
    const writing = store.commit(namespace, [build.start("r1")]).finally(() => (written = true));
    // A wait inside of SQLite would let none of these pass before the lock is given back, and it never would be.
    for (let ticks = 0; ticks < 15; ticks++) await delay(10);
    expect(written).toBe(false);
    child.kill("SIGUSR2");
    const [result] = await writing;
    expect(result.type).toBe("started");
    await child.end();
    await store.close();
  });

  test("a write lock that is never given back becomes one clear error, and nothing is written", async () => {
    const path = freshPath();
    const store = sqlite(path, { busyTimeout: 100 });
    await store.open();
    await store.commit(namespace, [build.start("before")]);
    const child = startChild("lock", path);
    await child.line();
    const failure = await store.commit(namespace, [build.start("r1")]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreError);
    expect(String(failure)).toContain("another process has kept the database locked for too long");
    expect(await store.run(namespace, "r1")).toBeNull();
    child.kill("SIGKILL");
    await expect(child.end()).rejects.toThrow();
    const [later] = await store.commit(namespace, [build.start("r1")]);
    expect(later.type).toBe("started");
    await store.close();
  });
});
