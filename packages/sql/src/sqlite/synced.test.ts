import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storeBuilders as build } from "@holdpoint/core/testing";
import { afterAll, expect, test } from "vitest";
import type { SqliteDriver } from "../driver/driver.ts";
import { openNodeSqlite } from "../driver/node-sqlite.ts";
import { sqlite } from "./sqlite-store.ts";

const directory = mkdtempSync(join(tmpdir(), "holdpoint-synced-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const { namespace } = build;

/** Notes for each commit of a write transaction whether SQLite waits for the disk, as the connection itself says. */
function watched(commits: boolean[]): (path: string) => SqliteDriver {
  return (path) => {
    const driver = openNodeSqlite(path);
    let writing = false;
    return {
      ...driver,
      prepare(sql) {
        const statement = driver.prepare(sql);
        if (sql !== "begin immediate" && sql !== "commit") return statement;
        return {
          ...statement,
          run(...values) {
            if (sql === "commit" && writing)
              commits.push(driver.prepare("pragma synchronous").get()?.["synchronous"] === 2);
            writing = sql === "begin immediate";
            return statement.run(...values);
          },
        };
      },
    };
  };
}

test("a claim is not waited for, everything else is on the disk when it is acknowledged", async () => {
  const commits: boolean[] = [];
  const store = sqlite(join(directory, "full.db"), { driver: watched(commits) });
  await store.open();
  await store.register(namespace, build.worker("w1"));
  await store.commit(namespace, [build.start("a"), build.start("b")]);
  commits.length = 0;
  const { runs } = await store.claim(namespace, build.claimRequest("w1", { limit: 1 }));
  expect([runs.length, commits]).toEqual([1, [false]]);
  await store.commit(namespace, [build.start("c")]);
  await store.claim(namespace, build.claimRequest("w1", { limit: 1 }));
  await store.retire(namespace, "w1");
  expect(commits).toEqual([false, true, false, true]);
  await store.close();
});

test("a claim that failed leaves the next commit waited for", async () => {
  const commits: boolean[] = [];
  const store = sqlite(join(directory, "failed.db"), { driver: watched(commits) });
  await store.open();
  await store.register(namespace, build.worker("w1"));
  await store.commit(namespace, [build.start("a")]);
  commits.length = 0;
  const none = { ...build.claimRequest("w1"), limit: "many" as unknown as number };
  await store.claim(namespace, none).catch(() => undefined);
  await store.commit(namespace, [build.start("b")]);
  expect(commits.at(-1)).toBe(true);
  await store.close();
});
