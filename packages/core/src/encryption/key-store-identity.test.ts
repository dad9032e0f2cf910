import { expect, test } from "vitest";
import { memoryStore } from "../store/memory/memory-store.ts";
import type { Store } from "../store/store.ts";
import { encrypted } from "./encrypted-store.ts";
import { namespace, ring, shop, worked } from "./shop.fixture.ts";

const keys = ring("k1");

/** A store that counts what is committed to it. */
function counted(store: Store = memoryStore()): { store: Store; commits: () => number } {
  let commits = 0;
  const commit = store.commit.bind(store);
  const counting: Store = {
    ...store,
    commit: (name, operations) => {
      commits++;
      return commit(name, operations);
    },
  };
  return { store: counting, commits: () => commits };
}

test("data is not opened with another key store: a sentence says so, and nothing is written", async () => {
  const inner = memoryStore();
  const dataKeys = memoryStore();
  const { engine } = shop({ inner, encryption: { keys, dataKeys } });
  await worked(engine, "o1");
  const other = memoryStore();
  await encrypted(memoryStore(), { keys, dataKeys: other }).open();

  const data = counted(inner);
  for (const [wrong, why] of [
    [counted(), "holds no data keys of it"],
    [counted(other), "belongs to other data"],
  ] as const) {
    await expect(encrypted(data.store, { keys, dataKeys: wrong.store }).open()).rejects.toThrow(
      `the key store memory ${why}: open memory with the dataKeys that it was encrypted with`,
    );
    const wrongEngine = shop({ inner: data.store, encryption: { keys, dataKeys: wrong.store } }).engine;
    await expect(wrongEngine.run("failing", "x", { id: "new" })).rejects.toThrow("the key store memory");
    expect([data.commits(), wrong.commits()]).toEqual([0, 0]);
  }
  await expect(encrypted(data.store, { keys }).open()).rejects.toThrow("are in a store of their own");
  expect(data.commits()).toBe(0);

  const again = encrypted(data.store, { keys, dataKeys });
  await again.open();
  expect((await again.run(namespace, "o1"))?.status).toBe("completed");
});

test("a key store that belongs to other data is not taken for new data, nor for data that keeps its keys itself", async () => {
  const dataKeys = counted();
  await encrypted(memoryStore(), { keys, dataKeys: dataKeys.store }).open();
  const before = dataKeys.commits();
  await expect(encrypted(memoryStore(), { keys, dataKeys: dataKeys.store }).open()).rejects.toThrow(
    "belongs to other data than memory: give data that was never encrypted with dataKeys a new, empty one",
  );
  const own = memoryStore();
  await encrypted(own, { keys }).open();
  await expect(encrypted(own, { keys, dataKeys: memoryStore() }).open()).rejects.toThrow(
    "memory keeps its data keys itself: open it without the option dataKeys",
  );
  expect(dataKeys.commits()).toBe(before);
});

test("two processes that open new data at once agree, and one that died between the two sides is taken up", async () => {
  const [inner, dataKeys] = [memoryStore(), memoryStore()];
  const opening = () => encrypted(inner, { keys, dataKeys }).open();
  await Promise.all([opening(), opening(), opening()]);
  await opening();

  const [late, lateKeys] = [memoryStore(), memoryStore()];
  let isSlow = true;
  const slow: Store = {
    ...late,
    async record(...asked) {
      const found = await late.record(...asked);
      if (isSlow) await encrypted(late, { keys, dataKeys: lateKeys }).open();
      isSlow = false;
      return found;
    },
  };
  await encrypted(slow, { keys, dataKeys: lateKeys }).open();

  for (const dies of [1, 2, 3]) {
    const [data, keyStore] = [memoryStore(), memoryStore()];
    let commits = 0;
    const dying = (store: Store): Store => {
      const commit = store.commit.bind(store);
      return {
        ...store,
        commit: (name, operations) => {
          if (++commits >= dies) throw new Error("died");
          return commit(name, operations);
        },
      };
    };
    await expect(encrypted(dying(data), { keys, dataKeys: dying(keyStore) }).open()).rejects.toThrow("died");
    await encrypted(data, { keys, dataKeys: keyStore }).open();
    await expect(encrypted(data, { keys, dataKeys: memoryStore() }).open()).rejects.toThrow("holds no data keys");
  }
});
