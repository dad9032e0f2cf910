import assert from "node:assert/strict";
import type { RetentionRequest, RunRow, Store } from "../store.ts";
import {
  advance,
  bytes,
  decide,
  entry,
  finished,
  freshHash,
  namespace,
  newHold,
  newRun,
  start,
  t0,
} from "./builders.ts";
import { advanced, cases, one, rowOf, running, started } from "./case.ts";

const request: RetentionRequest = {
  finishedBefore: t0 + 1_000,
  tombstonesBefore: t0,
  holdsBefore: null,
  limit: 100,
  now: t0 + 5_000,
};

async function ended(store: Store, id: string, at: number, more: Parameters<typeof running>[2] = {}): Promise<RunRow> {
  const run = await running(store, id, more);
  return advanced(store, run, [entry("run", { kind: "run" })], { then: finished(), at });
}

export const retentionCases = cases("retention", {
  "removes finished runs past their term and leaves tombstones": async (store) => {
    const hash = freshHash();
    const old = await ended(store, "old", t0 + 999, { chunks: [{ hash, bytes: bytes("chunk") }] });
    await ended(store, "recent", t0 + 1_000);
    await started(store, "ready");
    assert.deepEqual(await store.retain(namespace, request), { removed: 1, tombstones: 0, holds: 0 });
    assert.equal(await store.run(namespace, "old"), null);
    assert.equal(await store.runByPk(namespace, old.pk), null);
    assert.deepEqual(await store.history(namespace, [{ pk: old.pk, after: 0 }]), [{ entries: [], mail: [] }]);
    assert.deepEqual(await store.chunks(namespace, old.pk, [hash]), [null]);
    assert.deepEqual(await store.tombstone(namespace, "old"), {
      id: "old",
      workflow: "refund",
      inputDigest: old.inputDigest,
      status: "completed",
      outcome: "success",
      head: old.head,
      entryCount: 2,
      createdAt: t0,
      finishedAt: t0 + 999,
      removedAt: t0 + 5_000,
    });
    assert.equal((await rowOf(store, "recent")).status, "completed");
    assert.equal((await store.runs(namespace, {}, { limit: 10, cursor: null })).items.length, 2);
  },
  "a start with the id of a removed run is answered by its tombstone until that is gone too": async (store) => {
    await ended(store, "r1", t0);
    await store.retain(namespace, request);
    const again = await one(store.commit(namespace, [start("r1")]));
    const tombstone = await store.tombstone(namespace, "r1");
    assert.deepEqual(again, { type: "started", created: false, run: null, tombstone });
    const later = await store.retain(namespace, { ...request, tombstonesBefore: t0 + 5_001 });
    assert.deepEqual(later, { removed: 0, tombstones: 1, holds: 0 });
    assert.equal((await started(store, "r1")).generation, 1);
  },
  "a tree goes when all of it has finished long enough ago": async (store) => {
    const root = await running(store, "root");
    const link = { pk: root.pk, key: "child:c#1", close: "cancel" } as const;
    const child = await running(store, "child", { parent: link });
    await started(store, "grandchild", { parent: { pk: child.pk, key: "child:g#1", close: "cancel" } });
    await advanced(store, child, [entry("run")], { then: finished(), at: t0 });
    await advanced(store, root, [entry("run")], { then: finished(), at: t0 });
    assert.equal((await store.retain(namespace, request)).removed, 0);
    await running(store, "other");
    const last = await rowOf(store, "grandchild");
    await advanced(store, last, [entry("run")], { then: finished(), at: t0 + 1_000 });
    assert.equal((await store.retain(namespace, request)).removed, 0);
    const due = { ...request, finishedBefore: t0 + 1_001 };
    assert.deepEqual(await store.retain(namespace, due), { removed: 1, tombstones: 0, holds: 0 });
    for (const id of ["root", "child", "grandchild"]) {
      assert.equal(await store.run(namespace, id), null);
      assert.ok(await store.tombstone(namespace, id));
    }
  },
  "a child that was let go is a tree of its own": async (store) => {
    const root = await running(store, "root");
    await started(store, "free", { parent: { pk: root.pk, key: "child:c#1", close: "abandon" } });
    await advanced(store, root, [entry("run")], { then: finished(), at: t0 });
    assert.equal((await store.retain(namespace, request)).removed, 1);
    assert.equal((await rowOf(store, "free")).status, "ready");
  },
  "earlier generations go with the last one, and not before": async (store) => {
    const run = await running(store, "r1");
    await advanced(store, run, [entry("run")], { then: { type: "continueAsNew", next: newRun("r1") }, at: t0 });
    assert.equal((await store.retain(namespace, request)).removed, 0);
    await running(store, "other");
    await advanced(store, await rowOf(store, "r1"), [entry("run")], { then: finished(), at: t0 });
    assert.equal((await store.retain(namespace, request)).removed, 1);
    assert.deepEqual(await store.generations(namespace, "r1"), []);
    assert.equal(await store.runByPk(namespace, run.pk), null);
    assert.equal((await store.tombstone(namespace, "r1"))?.outcome, "success");
  },
  "removes no more trees than asked, and the rest the next time": async (store) => {
    for (let i = 0; i < 5; i++) await ended(store, `r${i}`, t0 + i);
    assert.equal((await store.retain(namespace, { ...request, limit: 2 })).removed, 2);
    assert.equal((await store.retain(namespace, { ...request, limit: 2 })).removed, 2);
    assert.equal((await store.retain(namespace, { ...request, limit: 2 })).removed, 1);
  },
  "holds and their events outlive their run and go by their own term": async (store) => {
    const run = await running(store, "r1");
    const opened = await advanced(store, run, [entry("hold:a#1")], { holds: [newHold("h1", "hold:a#1")] });
    await store.commit(namespace, [decide("h1", 0, { mail: null })]);
    await advanced(store, opened, [entry("run")], { then: finished(), at: t0 });
    const before = await store.hold(namespace, "h1");
    await store.retain(namespace, request);
    assert.deepEqual(await store.hold(namespace, "h1"), before);
    assert.equal((await store.holdEvents(namespace, "h1")).length, 2);
    const listed = await store.holds(namespace, { runId: "r1", workflow: "refund" }, { limit: 5, cursor: null });
    assert.equal(listed.items.length, 1);
    assert.equal((await store.retain(namespace, { ...request, holdsBefore: t0 + 200 })).holds, 0);
    assert.equal((await store.retain(namespace, { ...request, holdsBefore: t0 + 201 })).holds, 1);
    assert.equal(await store.hold(namespace, "h1"), null);
    assert.deepEqual(await store.holdEvents(namespace, "h1"), []);
  },
  "pages of holds stay in order after old ones are gone": async (store) => {
    const ids = async () =>
      (await store.holds(namespace, {}, { limit: 9, cursor: null })).items.map(({ id }) => id).join(" ");
    for (const id of ["a", "b", "c"]) {
      const run = await running(store, id);
      const more = { holds: [newHold(`h-${id}`, "hold:a#1")], at: t0 };
      const opened = await advanced(store, run, [entry("hold:a#1")], more);
      if (id === "c") continue;
      await store.commit(namespace, [decide(`h-${id}`, 0, { mail: null, at: t0 })]);
      await advanced(store, opened, [entry("run")], { then: finished(), at: t0 });
    }
    await store.retain(namespace, { ...request, holdsBefore: t0 + 1 });
    assert.equal(await ids(), "h-c");
    const run = await running(store, "d");
    await advanced(store, run, [entry("hold:a#1")], { holds: [newHold("h-d", "hold:a#1")] });
    assert.equal(await ids(), "h-d h-c");
    const first = await store.holds(namespace, {}, { limit: 1, cursor: null });
    const second = await store.holds(namespace, {}, { limit: 1, cursor: first.cursor });
    assert.deepEqual([first.items[0]?.id, second.items[0]?.id, second.cursor], ["h-d", "h-c", null]);
  },
  "holds of runs that are still there stay": async (store) => {
    const run = await running(store, "r1");
    await advanced(store, run, [entry("hold:a#1")], { holds: [newHold("h1", "hold:a#1")] });
    await store.commit(namespace, [decide("h1", 0, { mail: null })]);
    assert.equal((await store.retain(namespace, { ...request, holdsBefore: t0 + 99_000 })).holds, 0);
    assert.equal((await store.hold(namespace, "h1"))?.status, "decided");
  },
  "a removed run's key is nobody's": async (store) => {
    const old = await ended(store, "old", t0);
    await store.retain(namespace, request);
    const next = await started(store, "next");
    assert.notEqual(next.pk, old.pk);
    const [late] = await store.commit(namespace, [advance({ ...old, epoch: 1 }, [entry("late")])]);
    assert.equal(late.type, "fenced");
  },
});
