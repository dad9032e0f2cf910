import assert from "node:assert/strict";
import type { ClaimRequest, Store } from "../store.ts";
import { claimRequest, deliver, entry, finished, namespace, newRun, parked, start, t0, worker } from "./builders.ts";
import { advanced, cases, rowOf, started } from "./case.ts";

type Queues = ClaimRequest["queues"];

async function claimed(store: Store, queues: Queues, limit = 100): Promise<string[]> {
  const { runs } = await store.claim(namespace, claimRequest("w1", { queues, limit, now: t0 + 1_000 }));
  return runs.map(({ id }) => id);
}

/** What a claim so much later gives, and when it says that there will be more. */
async function begun(store: Store, queues: Queues, after: number, limit = 100): Promise<[string[], number | null]> {
  const { runs, nextWake } = await store.claim(namespace, claimRequest("w1", { queues, limit, now: t0 + after }));
  return [runs.map(({ id }) => id), nextWake === null ? null : nextWake - t0];
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
  "a rate lets runs begin evenly, whoever claims, and says when the next may": async (store) => {
    await store.register(namespace, worker("w1"));
    await store.register(namespace, worker("w2"));
    for (let i = 1; i <= 4; i++) await started(store, `r${i}`);
    const queues: Queues = [{ ...open("default"), rate: { interval: 100, burst: 1 } }];
    assert.deepEqual(await begun(store, queues, 1_000), [["r1"], 1_100]);
    const other = await store.claim(namespace, claimRequest("w2", { queues, now: t0 + 1_050 }));
    assert.deepEqual([other.runs, other.nextWake], [[], t0 + 1_100]);
    assert.deepEqual(await begun(store, queues, 1_100), [["r2"], 1_200]);
    assert.deepEqual(await begun(store, queues, 1_500), [["r3"], 1_600]);
    assert.deepEqual(await begun(store, queues, 1_600), [["r4"], null]);
  },
  "a burst may come at once after a pause, and no more than that": async (store) => {
    await store.register(namespace, worker("w1"));
    for (let i = 1; i <= 6; i++) await started(store, `r${i}`);
    const queues: Queues = [{ ...open("default"), rate: { interval: 100, burst: 3 } }];
    assert.deepEqual(await begun(store, queues, 1_000), [["r1", "r2", "r3"], 1_100]);
    assert.deepEqual(await begun(store, queues, 1_100), [["r4"], 1_200]);
    assert.deepEqual(await begun(store, queues, 9_000), [["r5", "r6"], null]);
  },
  "a rate of keys counts each key by itself, and runs without a key not at all": async (store) => {
    await store.register(namespace, worker("w1"));
    const blocked = Array.from({ length: 60 }, (_, i) => start(`x${i}`, { concurrencyKey: "x", priority: 1 }));
    await store.commit(namespace, [...blocked, start("y1", { concurrencyKey: "y" }), start("free")]);
    const queues: Queues = [{ ...open("default"), keyRate: { interval: 100, burst: 1 } }];
    assert.deepEqual(await begun(store, queues, 1_000, 3), [["x0", "y1", "free"], 1_100]);
    assert.deepEqual(await begun(store, queues, 1_050), [[], 1_100]);
    assert.deepEqual(await begun(store, queues, 1_100, 3), [["x1"], 1_200]);
  },
  "a run that goes on is not counted, and any number of those that wait do not hide it": async (store) => {
    await store.register(namespace, worker("w1"));
    await started(store, "old");
    const queues: Queues = [{ ...open("default"), rate: { interval: 1_000, burst: 1 } }];
    assert.deepEqual((await begun(store, queues, 1_000))[0], ["old"]);
    await advanced(store, await rowOf(store, "old"), [], { then: parked() });
    await store.commit(
      namespace,
      Array.from({ length: 200 }, (_, i) => start(`x${i}`, { priority: 1 })),
    );
    await store.commit(namespace, [deliver({ id: "old" })]);
    assert.deepEqual(await begun(store, queues, 1_500, 2), [["old"], 2_000]);
    assert.deepEqual(await begun(store, queues, 2_000, 2), [["x0"], 3_000]);
  },
  "a rate of a queue and one of its keys hold together, and another queue has its own": async (store) => {
    await store.register(namespace, worker("w1"));
    for (let i = 1; i <= 3; i++) await started(store, `x${i}`, { concurrencyKey: "x" });
    await started(store, "y1", { concurrencyKey: "y" });
    await started(store, "o1", { queue: "other" });
    const both = { ...open("default"), rate: { interval: 100, burst: 2 }, keyRate: { interval: 1_000, burst: 1 } };
    const queues: Queues = [both, open("other")];
    const [first, next] = await begun(store, queues, 1_000);
    assert.deepEqual([first.sort(), next], [["o1", "x1", "y1"], 2_000]);
    const early = await begun(store, queues, 1_050);
    assert.deepEqual(early, [[], 1_100], "behind the closed rate of the queue nobody looks at the keys");
    assert.deepEqual(await begun(store, queues, 1_100), [[], 2_000]);
    assert.deepEqual(await begun(store, queues, 2_000), [["x2"], 3_000]);
  },
  "behind a closed rate, a run that its key keeps back does not hide when the others may begin": async (store) => {
    await store.register(namespace, worker("w1"));
    await started(store, "x1", { concurrencyKey: "x" });
    const perKey = { limit: 1, while: "running" } as const;
    const queues: Queues = [{ ...open("default"), perKey, rate: { interval: 100, burst: 1 } }];
    assert.deepEqual(await begun(store, queues, 1_000), [["x1"], null]);
    await store.commit(namespace, [
      start("x2", { concurrencyKey: "x", priority: 1 }),
      start("y1", { concurrencyKey: "y" }),
    ]);
    assert.deepEqual(await begun(store, queues, 1_050), [[], 1_100]);
    assert.deepEqual(await begun(store, queues, 1_100), [["y1"], null]);
  },
  "any number of runs that their key keeps back do not hide one that a rate lets begin": async (store) => {
    await store.register(namespace, worker("w1"));
    await started(store, "x0", { concurrencyKey: "x" });
    const perKey = { limit: 1, while: "running" } as const;
    const queues: Queues = [{ ...open("default"), perKey, rate: { interval: 100, burst: 1 } }];
    assert.deepEqual(await begun(store, queues, 1_000), [["x0"], null]);
    const blocked = Array.from({ length: 60 }, (_, i) => start(`x${i + 1}`, { concurrencyKey: "x", priority: 1 }));
    await store.commit(namespace, [...blocked, start("y1", { concurrencyKey: "y" })]);
    assert.deepEqual(await begun(store, queues, 1_100, 2), [["y1"], null]);
  },
  "a full queue does not hide what another has behind runs that their key keeps back": async (store) => {
    await store.register(namespace, worker("w1"));
    await started(store, "full0", { queue: "full" });
    await started(store, "x0", { concurrencyKey: "x" });
    const perKey = { limit: 1, while: "running" } as const;
    const queues: Queues = [
      { name: "full", limit: 1, perKey: null },
      { name: "default", limit: null, perKey },
    ];
    assert.deepEqual((await claimed(store, queues)).sort(), ["full0", "x0"]);
    const blocked = Array.from({ length: 60 }, (_, i) => start(`x${i + 1}`, { concurrencyKey: "x", priority: 1 }));
    await store.commit(namespace, [
      ...blocked,
      start("y1", { concurrencyKey: "y" }),
      start("full1", { queue: "full" }),
    ]);
    assert.deepEqual(await claimed(store, queues, 2), ["y1"]);
  },
  "retention forgets where a rate stood once that says nothing any more": async (store) => {
    await store.register(namespace, worker("w1"));
    for (let i = 1; i <= 3; i++) await started(store, `r${i}`);
    const queues: Queues = [{ ...open("default"), rate: { interval: 100, burst: 1 } }];
    const retain = (now: number) =>
      store.retain(namespace, { finishedBefore: t0, tombstonesBefore: t0, holdsBefore: null, limit: 1, now });
    assert.deepEqual((await begun(store, queues, 1_000))[0], ["r1"]);
    await retain(t0 + 1_050);
    assert.deepEqual((await begun(store, queues, 1_060))[0], []);
    await retain(t0 + 5_000);
    assert.deepEqual((await begun(store, queues, 5_000))[0], ["r2"]);
  },
});
