import assert from "node:assert/strict";
import type { Debounce, NewRun, RunRow, Store } from "../store.ts";
import { claimRequest, deliver, freshHash, namespace, payload, start, t0, worker } from "./builders.ts";
import { cases, one, rowOf } from "./case.ts";

const later = { createdAt: t0, readyAt: t0 + 1_000 };

async function debounced(
  store: Store,
  id: string,
  replaces: RunRow | null,
  more: Partial<NewRun> = {},
  debounce: Partial<Debounce> = {},
) {
  const operation = {
    ...start(id, { ...later, ...more }),
    debounce: { key: "k", replaces: replaces && { pk: replaces.pk, head: replaces.head }, firstAt: t0, ...debounce },
  };
  const result = await one(store.commit(namespace, [operation]));
  assert.ok(result.type === "started");
  return result;
}

async function first(store: Store, id: string, more: Partial<NewRun> = {}): Promise<RunRow> {
  const { created, run } = await debounced(store, id, null, more);
  assert.ok(created && run);
  return run;
}

const moved = { type: "started", created: false, run: null, tombstone: null };

export const debounceCases = cases("debounce", {
  "the first start creates the run, and the key means it while it waits": async (store) => {
    assert.equal(await store.debounced(namespace, "refund", "k"), null);
    const run = await first(store, "r1");
    assert.deepEqual(await store.debounced(namespace, "refund", "k"), { run, firstAt: t0 });
    assert.equal(await store.debounced(namespace, "refund", "other"), null);
    assert.equal(await store.debounced(namespace, "other", "k"), null);
    assert.equal(await store.debounced("elsewhere", "refund", "k"), null);
    assert.deepEqual(await debounced(store, "r2", null), moved);
    assert.equal(await store.run(namespace, "r2"), null);
  },
  "another start takes its place: input, delay and attributes, under the same id and with its mail": async (store) => {
    const run = await first(store, "r1", { attributes: { n: 1 }, queue: "slow", priority: 1 });
    await store.commit(namespace, [deliver({ id: "r1" })]);
    const next = {
      createdAt: t0 + 500,
      readyAt: t0 + 1_500,
      attributes: { n: 2 },
      createdBy: "ben",
      inputDigest: freshHash(),
      version: 2,
      seed: "another",
      thread: "t",
      concurrencyKey: "c",
      salt: new Uint8Array(16).fill(3),
    };
    const { created, run: replaced } = await debounced(store, "r1", run, next);
    assert.ok(!created && replaced);
    const { attributes, createdBy, version, queue, priority, seq, entryCount, readyAt, createdAt, pk } = replaced;
    assert.deepEqual(
      { attributes, createdBy, version, queue, priority, seq, entryCount, readyAt, createdAt, pk },
      {
        attributes: { n: 2 },
        createdBy: "ben",
        version: 2,
        queue: "default",
        priority: 0,
        seq: 2,
        entryCount: 1,
        readyAt: t0 + 1_500,
        createdAt: t0 + 500,
        pk: run.pk,
      },
    );
    assert.deepEqual([replaced.seed, replaced.thread, replaced.concurrencyKey], ["another", "t", "c"]);
    assert.deepEqual(await rowOf(store, "r1"), replaced);
    const [history] = await store.history(namespace, [{ pk: run.pk, after: 0 }]);
    assert.deepEqual(
      history?.entries.map(({ seq: n, hash }) => [n, hash]),
      [[1, replaced.head]],
    );
    assert.deepEqual(
      history?.mail.map(({ n }) => n),
      [2],
    );
    assert.deepEqual(await store.debounced(namespace, "refund", "k"), { run: replaced, firstAt: t0 });
  },
  "of two that read the same one takes its place": async (store) => {
    const run = await first(store, "r1");
    const { run: replaced } = await debounced(store, "r1", run, { attributes: { n: 2 } });
    assert.ok(replaced);
    assert.deepEqual(await debounced(store, "r1", run, { attributes: { n: 3 } }), moved);
    assert.deepEqual(await debounced(store, "r1", replaced, { attributes: { n: 3 } }, { key: "other" }), moved);
    assert.deepEqual((await rowOf(store, "r1")).attributes, { n: 2 });
  },
  "of those who come first at once one creates the run": async (store) => {
    const all = await Promise.all(["r1", "r2", "r3"].map((id) => debounced(store, id, null)));
    assert.deepEqual(all.map(({ created }) => created).sort(), [false, false, true]);
    const { items } = await store.runs(namespace, {}, { limit: 10, cursor: null });
    assert.equal(items.length, 1);
  },
  "a run that was begun, is due, paused or cancelled is replaced no more: the key means the next": async (store) => {
    await store.register(namespace, worker("w1"));
    const begun = await first(store, "r1", { readyAt: t0 + 5 });
    const { runs } = await store.claim(namespace, claimRequest("w1"));
    assert.deepEqual(
      runs.map(({ id }) => id),
      ["r1"],
    );
    assert.equal(await store.debounced(namespace, "refund", "k"), null);
    assert.deepEqual(await debounced(store, "r1", begun), moved);
    const second = await first(store, "r2");
    await store.commit(namespace, [deliver({ id: "r2" }, { kind: "pause" })]);
    assert.equal(await store.debounced(namespace, "refund", "k"), null);
    assert.deepEqual(await debounced(store, "r2", second), moved);
    const third = await first(store, "r3", {});
    await store.commit(namespace, [deliver({ id: "r3" }, { kind: "cancel" })]);
    assert.equal(await store.debounced(namespace, "refund", "k"), null);
    assert.deepEqual(await debounced(store, "r3", third), moved);
    assert.equal((await first(store, "r4", {})).id, "r4");
  },
  "a replaced start waits for its new time, or for none": async (store) => {
    await store.register(namespace, worker("w1"));
    const run = await first(store, "r1");
    const { run: replaced } = await debounced(store, "r1", run, { createdAt: t0 + 900, readyAt: t0 + 1_900 });
    const early = await store.claim(namespace, claimRequest("w1", { now: t0 + 1_100 }));
    assert.deepEqual([early.runs, early.nextWake], [[], t0 + 1_900]);
    await debounced(store, "r1", replaced, { createdAt: t0 + 1_200, readyAt: t0 + 1_200 });
    const { runs } = await store.claim(namespace, claimRequest("w1", { now: t0 + 1_200 }));
    assert.deepEqual(
      runs.map(({ id }) => id),
      ["r1"],
    );
  },
  "an id that is taken is not given to a debounced start, and large inputs come along": async (store) => {
    await store.commit(namespace, [start("taken")]);
    assert.deepEqual(await debounced(store, "taken", null), moved);
    const run = await first(store, "r1", { chunks: [{ hash: freshHash(), bytes: payload("one").bytes }] });
    const chunk = { hash: freshHash(), bytes: payload("two").bytes };
    await debounced(store, "r1", run, { chunks: [chunk] });
    assert.deepEqual(await store.chunks(namespace, run.pk, [chunk.hash]), [chunk.bytes]);
  },
  "retention forgets keys whose run waits no more, and no other": async (store) => {
    await store.register(namespace, worker("w1"));
    await first(store, "r1", { readyAt: t0 + 5 });
    await store.claim(namespace, claimRequest("w1"));
    await debounced(store, "r2", null, {}, { key: "open" });
    const term = { finishedBefore: t0, tombstonesBefore: t0, holdsBefore: null, limit: 1, now: t0 + 900 };
    await store.retain(namespace, term);
    assert.equal((await store.debounced(namespace, "refund", "open"))?.run.id, "r2");
    assert.equal((await first(store, "r3")).id, "r3");
  },
});
