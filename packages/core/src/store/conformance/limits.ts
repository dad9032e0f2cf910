import assert from "node:assert/strict";
import type { ClaimRequest, Store } from "../store.ts";
import { claimRequest, deliver, entry, finished, namespace, newRun, parked, start, t0, worker } from "./builders.ts";
import { advanced, cases, rowOf, started } from "./case.ts";

type Queues = ClaimRequest["queues"];

async function claimed(store: Store, queues: Queues, limit = 100): Promise<string[]> {
  const { runs } = await store.claim(namespace, claimRequest("w1", { queues, limit, now: t0 + 1_000 }));
  return runs.map(({ id }) => id);
}

const open = (name: string): Queues[number] => ({ name, limit: null, perKey: null });

export const limitCases = cases("limits", {
  "a queue's limit counts what is running, of all workers and claims": async (store) => {
    await store.register(namespace, worker("w1"));
    for (let i = 1; i <= 4; i++) await started(store, `r${i}`);
    const queues = [{ name: "default", limit: 3, perKey: null }];
    assert.deepEqual(await claimed(store, queues, 2), ["r1", "r2"]);
    assert.deepEqual(await claimed(store, queues), ["r3"]);
    assert.deepEqual(await claimed(store, queues), []);
    await advanced(store, await rowOf(store, "r1"), [], { then: parked() });
    assert.deepEqual(await claimed(store, queues), ["r4"]);
  },
  "a long queue does not starve another of the same priority": async (store) => {
    await store.register(namespace, worker("w1"));
    for (let i = 0; i < 6; i++)
      await started(store, `long${i}`, { queue: "long", readyAt: t0 - 100, createdAt: t0 - 100 });
    await started(store, "short0", { queue: "short" });
    await started(store, "short1", { queue: "short" });
    const queues = [open("long"), open("short")];
    const order = [];
    for (let i = 0; i < 5; i++) order.push(...(await claimed(store, queues, 1)));
    assert.deepEqual(order, ["long0", "short0", "long1", "short1", "long2"]);
  },
  "priority goes before fairness between queues": async (store) => {
    await store.register(namespace, worker("w1"));
    for (let i = 0; i < 3; i++) await started(store, `a${i}`, { queue: "a", priority: 5 });
    await started(store, "b0", { queue: "b" });
    assert.deepEqual(await claimed(store, [open("a"), open("b")], 3), ["a0", "a1", "a2"]);
  },
  "per key while running: another run of the key waits for a park": async (store) => {
    await store.register(namespace, worker("w1"));
    await store.commit(namespace, [
      start("x1", { concurrencyKey: "x" }),
      start("x2", { concurrencyKey: "x" }),
      start("y1", { concurrencyKey: "y" }),
      start("free"),
    ]);
    const queues: Queues = [{ name: "default", limit: null, perKey: { limit: 1, while: "running" } }];
    assert.deepEqual(await claimed(store, queues), ["x1", "y1", "free"]);
    await advanced(store, await rowOf(store, "x1"), [], { then: parked() });
    assert.deepEqual(await claimed(store, queues), ["x2"]);
    await store.commit(namespace, [deliver({ id: "x1" })]);
    assert.deepEqual(await claimed(store, queues), []);
    await advanced(store, await rowOf(store, "x2"), [entry("run")], { then: finished() });
    assert.deepEqual(await claimed(store, queues), ["x1"]);
  },
  "per key while unfinished: the key is held until the run is over, and its holder may always go on": async (store) => {
    await store.register(namespace, worker("w1"));
    await store.commit(namespace, [start("x1", { concurrencyKey: "x" }), start("x2", { concurrencyKey: "x" })]);
    const queues: Queues = [{ name: "default", limit: null, perKey: { limit: 1, while: "unfinished" } }];
    assert.deepEqual(await claimed(store, queues), ["x1"]);
    await advanced(store, await rowOf(store, "x1"), [], { then: parked() });
    assert.deepEqual(await claimed(store, queues), []);
    await store.commit(namespace, [deliver({ id: "x1" })]);
    assert.deepEqual(await claimed(store, queues), ["x1"]);
    await advanced(store, await rowOf(store, "x1"), [entry("run")], { then: finished({ status: "failed" }) });
    assert.deepEqual(await claimed(store, queues), ["x2"]);
    await store.commit(namespace, [deliver({ id: "x1" }, { kind: "retry" }, ["failed"])]);
    assert.deepEqual(await claimed(store, queues), [], "a retried run waits for the key like any other");
  },
  "a key passes on to the next generation": async (store) => {
    await store.register(namespace, worker("w1"));
    await store.commit(namespace, [start("x1", { concurrencyKey: "x" }), start("x2", { concurrencyKey: "x" })]);
    const queues: Queues = [{ name: "default", limit: null, perKey: { limit: 1, while: "unfinished" } }];
    assert.deepEqual(await claimed(store, queues), ["x1"]);
    const next = newRun("x1", { concurrencyKey: "x", readyAt: t0 + 500, createdAt: t0 + 500 });
    await advanced(store, await rowOf(store, "x1"), [entry("run")], { then: { type: "continueAsNew", next } });
    assert.deepEqual(await claimed(store, queues), ["x1"]);
  },
  "a key limit above one, and keys of the same name in different queues": async (store) => {
    await store.register(namespace, worker("w1"));
    for (let i = 1; i <= 3; i++) await started(store, `a${i}`, { concurrencyKey: "x" });
    await started(store, "b1", { concurrencyKey: "x", queue: "other" });
    const perKey = { limit: 2, while: "running" } as const;
    const queues: Queues = [
      { name: "default", limit: null, perKey },
      { name: "other", limit: null, perKey: { limit: 1, while: "running" } },
    ];
    assert.deepEqual((await claimed(store, queues)).sort(), ["a1", "a2", "b1"]);
  },
  "many runs that wait for one key do not hide the others": async (store) => {
    await store.register(namespace, worker("w1"));
    const blocked = Array.from({ length: 200 }, (_, i) => start(`x${i}`, { concurrencyKey: "x", priority: 1 }));
    await store.commit(namespace, [...blocked, start("free")]);
    const queues: Queues = [{ name: "default", limit: null, perKey: { limit: 1, while: "running" } }];
    assert.deepEqual(await claimed(store, queues, 2), ["x0", "free"]);
  },
});
