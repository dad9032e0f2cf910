import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "@holdpoint/core";
import { storeBuilders as build } from "@holdpoint/core/testing";
import { afterAll, describe, expect, test } from "vitest";
import { sqlite } from "./sqlite-store.ts";
import { WalRoom } from "./wal-room.ts";

const directory = mkdtempSync(join(tmpdir(), "holdpoint-room-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const { namespace } = build;

const block = 1024 * 1024;
let files = 0;
const place = (): string => join(directory, `${++files}.db`);
const walBytes = (path: string): number => statSync(`${path}-wal`).size;

async function start(store: Store, count: number, name = "r"): Promise<void> {
  for (let i = 0; i < count; i++) await store.commit(namespace, [build.start(`${name}${i}`)]);
}

describe("room in the WAL", () => {
  test("is made by a store that has written for a while, and not by one that syncs nothing", async () => {
    for (const durability of ["full", "relaxed"] as const) {
      const path = place();
      const store = sqlite(path, { durability });
      await store.open();
      await start(store, 5);
      expect(walBytes(path)).toBeLessThan(block);
      await start(store, 30, "s");
      if (durability === "full") expect(walBytes(path)).toBeGreaterThan(block);
      else expect(walBytes(path)).toBeLessThan(block);
      await store.close();
    }
  });

  test("is used before more is made", async () => {
    const path = place();
    const store = sqlite(path);
    await store.open();
    await start(store, 20);
    const size = walBytes(path);
    expect(size).toBeLessThan(2 * block);
    await start(store, 20, "s");
    expect(walBytes(path)).toBe(size);
    await store.close();
  });

  test("is no part of what a crash leaves: everything written is there, and goes on being written", async () => {
    const path = place();
    const store = sqlite(path);
    await store.open();
    await start(store, 60);
    mkdirSync(join(directory, "left"));
    const left = join(directory, "left", "store.db");
    copyFileSync(path, left);
    copyFileSync(`${path}-wal`, `${left}-wal`);
    await store.close();
    expect(walBytes(left)).toBeGreaterThan(block);
    const after = sqlite(left);
    await after.open();
    for (let i = 0; i < 60; i++) expect(await after.run(namespace, `r${i}`)).not.toBeNull();
    await start(after, 40, "s");
    await after.close();
    const again = sqlite(left);
    await again.open();
    for (let i = 0; i < 40; i++) expect(await again.run(namespace, `s${i}`)).not.toBeNull();
    await again.close();
  });

  test("of two stores on one file neither writes over what the other wrote", async () => {
    const path = place();
    const stores = [sqlite(path), sqlite(path)] as const;
    for (const store of stores) await store.open();
    for (let i = 0; i < 120; i++) await start(stores[i % 2] as Store, 1, `r${i}-`);
    mkdirSync(join(directory, "both"));
    const left = join(directory, "both", "store.db");
    copyFileSync(path, left);
    copyFileSync(`${path}-wal`, `${left}-wal`);
    for (const store of stores) await store.close();
    const after = sqlite(left);
    await after.open();
    for (let i = 0; i < 120; i++) expect(await after.run(namespace, `r${i}-0`)).not.toBeNull();
    await after.close();
  });

  test("is made anew after erasure has emptied the WAL", async () => {
    const path = place();
    const store = sqlite(path);
    await store.open();
    await start(store, 40);
    const found = await store.run(namespace, "r0");
    await store.erase(namespace, found?.pk ?? 0, { entries: [], mail: [], by: null, at: build.t0 });
    expect(walBytes(path)).toBeLessThan(block);
    await start(store, 40, "s");
    expect(walBytes(path)).toBeGreaterThanOrEqual(block);
    await store.close();
  });

  test("that cannot be made is done without", () => {
    const room = new WalRoom(join(directory, "there is no such file"), block);
    for (let i = 0; i < 40; i++) room.make();
    room.close();
  });
});
