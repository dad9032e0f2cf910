import assert from "node:assert/strict";
import type { Store, StoreSignal } from "../store.ts";
import {
  advance,
  bytes,
  claimRequest,
  decide,
  deliver,
  entry,
  finished,
  namespace,
  newHold,
  parked,
  payload,
  seal,
  start,
  t0,
  worker,
} from "./builders.ts";
import { advanced, cases, one, rowOf, running, started } from "./case.ts";

export const batchCases = cases("batch", {
  "results stand in the order of the operations, and later ones see earlier ones": async (store) => {
    const results = await store.commit(namespace, [
      deliver({ id: "r1" }),
      start("r1"),
      deliver({ id: "r1" }),
      { type: "label", runId: "r1", key: "k", label: "x", by: null, at: t0 },
      decide("none", 0),
    ]);
    assert.deepEqual(
      results.map(({ type }) => type),
      ["absent", "started", "delivered", "labelled", "absent"],
    );
    assert.deepEqual(await store.commit(namespace, []), []);
  },
  "a refused operation leaves nothing behind and takes nothing along": async (store) => {
    const run = await running(store, "r1");
    const other = await running(store, "r2");
    await advanced(store, other, [entry("hold:a#1")], { holds: [newHold("taken", "hold:a#1")] });
    const [before, refused, after] = await store.commit(namespace, [
      start("new"),
      advance(run, [entry("x")], {
        chunks: [{ hash: bytes("h".repeat(32)), bytes: bytes("x") }],
        stream: [bytes("x")],
        holds: [newHold("fresh", "hold:f#1"), newHold("taken", "hold:t#1")],
        attributes: { x: 1 },
        then: parked(),
      }),
      deliver({ id: "r2" }),
    ]);
    assert.deepEqual([before.type, refused.type, after.type], ["started", "refused", "delivered"]);
    assert.ok(refused.type === "refused" && refused.reason.length > 0);
    const row = await rowOf(store, "r1");
    assert.deepEqual([row.status, row.seq, row.attributes, row.streamed], ["running", 1, {}, 0]);
    assert.equal(await store.hold(namespace, "fresh"), null);
    assert.deepEqual(await store.chunks(namespace, run.pk, [bytes("h".repeat(32))]), [null]);
    assert.equal((await rowOf(store, "r2")).seq, 3);
    assert.ok(await store.run(namespace, "new"));
  },
  "many runs advance in one batch": async (store) => {
    await store.register(namespace, worker("w1"));
    await store.commit(
      namespace,
      Array.from({ length: 120 }, (_, i) => start(`r${i}`)),
    );
    const { runs } = await store.claim(namespace, claimRequest("w1", { limit: 120 }));
    assert.equal(runs.length, 120);
    const results = await store.commit(
      namespace,
      runs.map((run) => advance(run, [entry("a"), entry("b")])),
    );
    assert.ok(results.every((result) => result.type === "advanced" && result.seq === 3));
  },
});

export const smallCases = cases("small things", {
  "labels: one per key and person, the last word counts": async (store) => {
    const run = await started(store, "r1");
    const label = { type: "label", runId: "r1", key: "step:a#1", label: "spam", by: "ana", at: t0 } as const;
    const results = await store.commit(namespace, [
      label,
      { ...label, by: null, label: "unsure" },
      { ...label, label: "good", at: t0 + 1 },
      { ...label, runId: "nobody" },
    ]);
    assert.deepEqual(
      results.map(({ type }) => type),
      ["labelled", "labelled", "labelled", "absent"],
    );
    const labels = await store.labels(namespace, run.pk);
    const byPerson = labels.sort((a, b) => a.at - b.at);
    assert.deepEqual(byPerson, [
      { key: "step:a#1", label: "unsure", by: null, at: t0 },
      { key: "step:a#1", label: "good", by: "ana", at: t0 + 1 },
    ]);
  },
  "the cache gives a value until it expires, and the newest one": async (store) => {
    const value = { codec: "own", bytes: bytes("v"), ref: false };
    assert.equal(await store.cached(namespace, "k", t0), null);
    await store.cache(namespace, "k", payload("old"), t0 + 50);
    await store.cache(namespace, "k", value, t0 + 100);
    assert.deepEqual(await store.cached(namespace, "k", t0 + 99), value);
    assert.equal(await store.cached(namespace, "k", t0 + 100), null);
    assert.equal(await store.cached(namespace, "other", t0), null);
  },
  "sizes count runs by status and open holds": async (store) => {
    await started(store, "ready");
    await started(store, "later", { readyAt: t0 + 1 });
    const run = await running(store, "held");
    await advanced(store, run, [entry("a")], { holds: [newHold("h1", "a"), newHold("h2", "b")], then: parked() });
    await store.commit(namespace, [decide("h2", 0, { mail: null })]);
    const done = await running(store, "done");
    await advanced(store, done, [entry("run")], { then: finished() });
    const sizes = await store.sizes(namespace);
    const { ready, running: taken, parked: waiting, completed } = sizes.runs;
    assert.deepEqual([ready + taken, waiting, completed, sizes.openHolds], [2, 1, 1, 1]);
    assert.ok(sizes.bytes > 0);
    if (sizes.tables) assert.ok(sizes.tables.some(({ name, bytes, rows }) => name === "run" && bytes > 0 && rows >= 0));
  },
  "times tell what finished and what people closed in a time, the newest first, and how much more there is": async (
    store,
  ) => {
    const times = { from: t0, to: t0 + 100 };
    for (const [id, at] of [
      ["early", -1],
      ["a", 0],
      ["b", 50],
      ["late", 100],
    ] as const) {
      const run = await running(store, id);
      const hold = { ...newHold(`h-${id}`, "a"), openedAt: t0 + at - 20, severity: "high" as const };
      await advanced(store, run, [entry("a")], { holds: [hold] });
      await store.commit(namespace, [decide(`h-${id}`, 0, { mail: null, at: t0 + at })]);
      await advanced(store, await rowOf(store, id), [entry("run")], { then: finished(), at: t0 + at });
    }
    const open = await running(store, "open");
    await advanced(store, open, [entry("a")], { holds: [newHold("h-open", "a")], then: parked() });
    const runs = await store.finishedTimes(namespace, { ...times, limit: 10 });
    assert.deepEqual([runs.count, runs.items.map(({ finishedAt }) => finishedAt - t0)], [2, [50, 0]]);
    assert.deepEqual(
      runs.items.map(({ status, waited }) => [status, waited]),
      [
        ["completed", 20],
        ["completed", 20],
      ],
    );
    const [newest] = (await store.finishedTimes(namespace, { ...times, limit: 1 })).items;
    assert.deepEqual([newest?.workflow, newest?.finishedAt], [runs.items[0]?.workflow, t0 + 50]);
    assert.equal((await store.finishedTimes(namespace, { ...times, limit: 1 })).count, 2);
    const closed = await store.closedTimes(namespace, { ...times, limit: 1 });
    assert.deepEqual(
      [closed.count, closed.items.map(({ closedAt, severity }) => [closedAt, severity])],
      [2, [[t0 + 50, "high"]]],
    );
    assert.equal((await store.closedTimes(namespace, { ...times, limit: 5 })).items[1]?.openedAt, t0 - 20);
    const waiting = await store.openTimes(namespace, 10);
    assert.deepEqual(
      waiting.map(({ status, closedAt }) => [status, closedAt]),
      [["open", null]],
    );
    assert.deepEqual(await store.finishedTimes("empty", { ...times, limit: 5 }), { count: 0, items: [] });
  },
  "sizes say how many wait in each queue and for people, and since when": async (store) => {
    await started(store, "a", { queue: "mail", readyAt: t0 - 5, createdAt: t0 - 5 });
    await started(store, "b", { queue: "mail" });
    await started(store, "later", { queue: "mail", readyAt: t0 + 1e6 });
    const run = await running(store, "held");
    const holds = [
      { ...newHold("h1", "a"), severity: "high" as const, openedAt: t0 + 3 },
      { ...newHold("h2", "b"), severity: "high" as const, openedAt: t0 + 2 },
      { ...newHold("h3", "c"), severity: "low" as const, openedAt: t0 + 1 },
    ];
    await advanced(store, run, [entry("a")], { holds, then: parked() });
    await store.commit(namespace, [decide("h3", 0, { mail: null })]);
    const sizes = await store.sizes(namespace);
    assert.deepEqual(
      sizes.queues.filter(({ queue }) => queue === "mail"),
      [{ queue: "mail", count: 2, oldest: t0 - 5 }],
    );
    assert.deepEqual(sizes.holds, [{ severity: "high", count: 2, oldest: t0 + 2 }]);
    assert.deepEqual((await store.sizes("empty")).queues, []);
  },
});

/** What a store says of this process's own writes: that somebody else may have written it may say at any time. */
function hear(store: Store): { heard: StoreSignal[]; stop: () => void } {
  const heard: StoreSignal[] = [];
  const stop = store.watch(namespace, (signal) => {
    if (signal.type !== "foreign") heard.push(signal);
  });
  return { heard, stop };
}

export const watchCases = cases("watch", {
  "tells of ready runs, of mail for running ones and of holds, and stops when asked": async (store) => {
    const { heard, stop } = hear(store);
    const take = () => heard.splice(0).map((signal) => (signal.type === "mail" ? `mail ${signal.pk}` : signal.type));
    const run = await running(store, "r1");
    assert.ok(take().includes("ready"));
    await store.commit(namespace, [deliver({ pk: run.pk })]);
    assert.deepEqual(take(), [`mail ${run.pk}`]);
    const opened = await advanced(store, { ...run, seq: 2 }, [entry("hold:a#1")], {
      holds: [newHold("h1", "hold:a#1")],
      then: parked(),
    });
    assert.deepEqual(take(), ["hold"]);
    await store.commit(namespace, [decide("h1", 0)]);
    assert.deepEqual(take().sort(), ["hold", "ready"]);
    assert.equal((await rowOf(store, "r1")).seq, opened.seq + 1);
    await store.commit("somewhere else", [start("r1")]);
    assert.deepEqual(take(), []);
    stop();
    await started(store, "r2");
    assert.deepEqual(take(), []);
  },
  "tells once for a batch, and of runs that a lost worker leaves": async (store) => {
    await running(store, "r1");
    await running(store, "r2");
    const { heard, stop } = hear(store);
    const take = () => heard.splice(0).map(({ type }) => type);
    await store.takeOver(namespace, { now: t0, dead: ["w1"] });
    assert.deepEqual(take(), ["ready"]);
    await store.commit(namespace, [start("r3"), start("r4")]);
    assert.deepEqual(take(), ["ready"]);
    stop();
  },
  "says nothing about an append": async (store) => {
    const run = await running(store, "r1");
    const { heard, stop } = hear(store);
    const take = () => heard.splice(0).map(({ type }) => type);
    await store.commit(namespace, [advance(run, [entry("a")])]);
    assert.deepEqual(take(), []);
    stop();
  },
});

export const namespaceCases = cases("namespaces", {
  "never cross, in any read or write": async (store) => {
    const mine = await running(store, "r1", { thread: "t", attributes: { a: 1 } });
    const row = await advanced(store, mine, [entry("hold:a#1")], {
      holds: [newHold("h1", "hold:a#1", { nextAt: t0 })],
    });
    await store.commit(namespace, [{ type: "label", runId: "r1", key: "k", label: "x", by: null, at: t0 }]);
    await store.cache(namespace, "k", payload("v"), t0 + 999_999);
    const there = "another";
    const [theirs] = await store.commit(there, [start("r1", { workflow: "theirs" })]);
    assert.ok(theirs.type === "started" && theirs.created);

    const results = await store.commit(there, [
      advance(row, [entry("x")]),
      deliver({ pk: row.pk }),
      decide("h1", 0),
      seal(row),
    ]);
    assert.deepEqual(
      results.map(({ type }) => type),
      ["fenced", "absent", "absent", "absent"],
    );
    assert.equal(await store.runByPk(there, row.pk), null);
    assert.equal((await store.run(there, "r1"))?.workflow, "theirs");
    assert.deepEqual(await store.history(there, [{ pk: row.pk, after: 0 }]), [{ entries: [], mail: [] }]);
    assert.deepEqual(await store.unread(there, [{ pk: row.pk, epoch: row.epoch, seq: row.seq }]), [
      { pk: row.pk, seq: row.seq, fenced: true },
    ]);
    assert.equal(await store.hold(there, "h1"), null);
    assert.equal(await store.holdByKey(there, row.pk, "hold:a#1"), null);
    assert.deepEqual(await store.holdEvents(there, "h1"), []);
    assert.deepEqual(await store.dueHolds(there, t0 + 9, 10), []);
    assert.equal(await store.nextHoldAt(there), null);
    assert.deepEqual((await store.holds(there, {}, { limit: 9, cursor: null })).items, []);
    assert.equal((await store.runs(there, {}, { limit: 9, cursor: null })).items.length, 1);
    assert.deepEqual(await store.labels(there, row.pk), []);
    assert.equal(await store.cached(there, "k", t0), null);
    assert.deepEqual(await store.workers(there), []);
    assert.equal(await store.renew(there, "w1", t0, t0 + 1), false);
    assert.equal((await store.sizes(there)).openHolds, 0);
    await store.register(there, worker("w1", { capabilities: [] }));
    const claimed = await store.claim(there, claimRequest("w1"));
    assert.deepEqual(claimed.runs, []);
    await store.takeOver(there, { now: t0 + 99_999, dead: ["w1"] });
    await store.erase(there, row.pk, { entries: [], mail: [], by: null, at: t0 });
    await store.retain(there, {
      finishedBefore: t0 + 1e9,
      tombstonesBefore: t0 + 1e9,
      holdsBefore: t0 + 1e9,
      limit: 9,
      now: t0,
    });
    assert.deepEqual(await rowOf(store, "r1"), row);
    assert.equal((await one(store.workers(namespace))).incarnation, "w1");
  },
  "one that nobody has written to is empty": async (store) => {
    assert.deepEqual((await store.runs("empty", {}, { limit: 1, cursor: null })).items, []);
    assert.equal((await store.sizes("empty")).runs.ready, 0);
    assert.equal(await store.takeOver("empty", { now: t0, dead: [] }), 0);
    assert.deepEqual(await store.claim("empty", claimRequest("w1")), { runs: [], poisoned: [], nextWake: null });
  },
});
