import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidStateError, StoreError } from "@holdpoint/core";
import { storeBuilders as build } from "@holdpoint/core/testing";
import { afterAll, describe, expect, test } from "vitest";
import type { SqliteDriver } from "../driver/driver.ts";
import { openNodeSqlite } from "../driver/node-sqlite.ts";
import { sqlite } from "./sqlite-store.ts";

const directory = mkdtempSync(join(tmpdir(), "holdpoint-errors-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let count = 0;
const freshPath = (): string => join(directory, `${++count}.db`);
const { namespace } = build;

async function failure(promise: Promise<unknown>): Promise<StoreError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreError);
  return error as StoreError;
}

describe("files", () => {
  test("are created for their owner alone, with the directories above them", async () => {
    const path = join(directory, "deep", "er", "store.db");
    const store = sqlite(path);
    await store.open();
    await store.commit(namespace, [build.start("r1")]);
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o777).toBe(0o600);
    await store.close();
  });

  test("left wider by somebody are narrowed", async () => {
    const path = freshPath();
    writeFileSync(path, "", { mode: 0o644 });
    const store = sqlite(path);
    await store.open();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await store.close();
  });

  test("a store in memory needs none and is nobody else's", async () => {
    const store = sqlite(":memory:");
    await store.open();
    expect(store.shared).toBe(false);
    await store.commit(namespace, [build.start("r1")]);
    expect((await store.run(namespace, "r1"))?.status).toBe("ready");
    await store.close();
  });
});

describe("what the database cannot do", () => {
  test("a full disk: one clear error, nothing of the batch is written, and work goes on when there is room", async () => {
    let opened: SqliteDriver | null = null;
    const store = sqlite(freshPath(), { driver: (path) => (opened = openNodeSqlite(path)) });
    await store.open();
    await store.commit(namespace, [build.start("before")]);
    const driver = opened as SqliteDriver | null;
    driver?.exec("pragma max_page_count = 60");
    const large = build.entry("run", { payload: { codec: "json", bytes: new Uint8Array(1_000_000), ref: false } });
    const error = await failure(
      store.commit(namespace, [build.start("small"), build.start("large", { entries: [large] })]),
    );
    expect(error.message).toContain("the disk is full; nothing was written");
    expect(error.details.sqliteCode).toBe(13);
    expect(await store.run(namespace, "small")).toBeNull();
    expect((await store.run(namespace, "before"))?.status).toBe("ready");
    driver?.exec("pragma max_page_count = 100000");
    const results = await store.commit(namespace, [build.start("small"), build.start("large", { entries: [large] })]);
    expect(results.map(({ type }) => type)).toEqual(["started", "started"]);
    await store.close();
  });

  test("a read-only database: one clear error, and reading goes on", async () => {
    let opened: SqliteDriver | null = null;
    const store = sqlite(freshPath(), { driver: (path) => (opened = openNodeSqlite(path)) });
    await store.open();
    await store.commit(namespace, [build.start("r1")]);
    (opened as SqliteDriver | null)?.exec("pragma query_only = on");
    const error = await failure(store.commit(namespace, [build.start("r2")]));
    expect(error.message).toContain("the database is read-only; nothing was written");
    expect((await store.run(namespace, "r1"))?.status).toBe("ready");
    await store.close();
  });

  test("an entry it cannot take fails alone: the rest of the batch is committed", async () => {
    const store = sqlite(freshPath());
    await store.open();
    const broken = build.entry("run", { startedAt: Number.NaN });
    const [before, refused, after] = await store.commit(namespace, [
      build.start("before"),
      build.start("broken", { entries: [build.entry("run"), broken] }),
      build.start("after"),
    ]);
    expect([before.type, refused.type, after.type]).toEqual(["started", "refused", "started"]);
    expect(await store.run(namespace, "broken")).toBeNull();
    expect((await store.run(namespace, "after"))?.seq).toBe(1);
    await store.close();
  });

  test.each(["a\u0000b", "half \ud83d of a pair"])(
    "text that would come back different is refused: %j",
    async (text) => {
      const store = sqlite(freshPath());
      await store.open();
      const results = await store.commit(namespace, [
        build.start("r1", { entries: [build.entry(text)] }),
        build.start(text),
        build.start("r2", { attributes: { [text]: text } }),
      ]);
      expect(results.map(({ type }) => type)).toEqual(["refused", "refused", "started"]);
      expect((await store.run(namespace, "r2"))?.attributes).toEqual({ [text]: text });
      await failure(store.run(namespace, text));
      await store.close();
    },
  );

  test("a file that is no database, or cannot be made, is named", async () => {
    const text = freshPath();
    writeFileSync(text, "this is not a database, it is a letter to somebody".repeat(100));
    expect((await failure(sqlite(text).open())).message).toContain("the file is not an SQLite database");
    expect(readFileSync(text, "utf8")).toContain("a letter");
    expect((await failure(sqlite(join(text, "below.db")).open())).message).toContain("cannot be created");
  });
});

describe("a store that is not open", () => {
  test("says so", async () => {
    const store = sqlite(freshPath());
    await expect(store.commit(namespace, [build.start("r1")])).rejects.toThrow(InvalidStateError);
    await store.open();
    await store.open();
    await store.close();
    await expect(store.run(namespace, "r1")).rejects.toThrow(InvalidStateError);
  });

  test("can be opened again and has everything", async () => {
    const path = freshPath();
    const store = sqlite(path);
    await store.open();
    await store.commit(namespace, [build.start("r1")]);
    await store.close();
    await store.open();
    expect((await store.run(namespace, "r1"))?.seq).toBe(1);
    await store.close();
  });
});
