import assert from "node:assert/strict";
import { advance, decide, deliver, entry, finished, mail, namespace, newHold, parked, seal, t0 } from "./builders.ts";
import { advanced, cases, one, parkedRun, rowOf, running } from "./case.ts";

export const sealCases = cases("seal", {
  "ends a running run, fences its owner, withdraws its holds and delivers": async (store) => {
    const other = await parkedRun(store, "other");
    const run = await running(store, "r1");
    const after = await advanced(store, run, [entry("a")], {
      holds: [newHold("open", "hold:a#1"), newHold("answered", "hold:b#1"), newHold("decided", "hold:c#1")],
    });
    await store.commit(namespace, [
      decide("answered", 0, { status: "answered", mail: null }),
      decide("decided", 0, { mail: null }),
    ]);
    const operation = seal(after, { deliveries: [{ to: { pk: other.pk }, mail: mail({ kind: "child" }) }] });
    assert.deepEqual(await one(store.commit(namespace, [operation])), { type: "sealed", seq: 3 });
    const row = await rowOf(store, "r1");
    assert.deepEqual(
      [row.status, row.outcome, row.note, row.finishedAt, row.head, row.entryCount, row.owner],
      ["cancelled", "forced", "by force", t0 + 300, operation.head, 3, null],
    );
    assert.equal(row.epoch, after.epoch + 1, "who keeps it in memory must not take it for its own");
    const [late] = await store.commit(namespace, [advance(after, [entry("late")])]);
    assert.equal(late.type, "fenced");
    const statuses = [];
    for (const id of ["open", "answered", "decided"]) statuses.push((await store.hold(namespace, id))?.status);
    assert.deepEqual(statuses, ["withdrawn", "superseded", "decided"]);
    assert.equal((await rowOf(store, "other")).status, "ready");
  },
  "the same seal again answers the same; another one finds nothing to end": async (store) => {
    const run = await parkedRun(store, "r1");
    const operation = seal(run);
    const [first, again, other] = await store.commit(namespace, [operation, operation, seal(run)]);
    assert.deepEqual(first, { type: "sealed", seq: 3 });
    assert.deepEqual(again, { type: "sealed", seq: 3 });
    assert.deepEqual(other, { type: "absent" });
  },
  "mail, or an entry, that the caller has not seen stops it": async (store) => {
    const run = await running(store, "r1");
    await store.commit(namespace, [deliver({ pk: run.pk })]);
    assert.deepEqual(await one(store.commit(namespace, [seal(run)])), { type: "mail", seq: 2 });
    await advanced(store, { ...run, seq: 2 }, [entry("a")]);
    assert.deepEqual(await one(store.commit(namespace, [seal({ ...run, seq: 3 })])), { type: "mail", seq: 3 });
    assert.equal((await rowOf(store, "r1")).status, "running");
  },
  "a finished or unknown run is absent": async (store) => {
    const run = await running(store, "r1");
    const done = await advanced(store, run, [entry("run")], { then: finished() });
    const results = await store.commit(namespace, [seal(done), seal({ ...done, pk: 987_654 })]);
    assert.deepEqual(results, [{ type: "absent" }, { type: "absent" }]);
  },
  "a run that was sealed as failed can be retried, and its stalls are forgotten": async (store) => {
    const run = await running(store, "r1");
    await store.takeOver(namespace, { now: t0, dead: ["w1"] });
    await store.commit(namespace, [seal(run, { status: "failed" })]);
    assert.equal((await rowOf(store, "r1")).stalls, 1);
    await store.commit(namespace, [deliver({ pk: run.pk }, { kind: "retry" }, ["failed"])]);
    const row = await rowOf(store, "r1");
    assert.deepEqual([row.status, row.stalls, row.finishedAt, row.outcome], ["ready", 0, null, null]);
  },
  "a parked, paused or diverged run is ended without ever being claimed": async (store) => {
    for (const status of ["parked", "paused", "diverged"] as const) {
      const run = await running(store, status);
      const row = await advanced(store, run, [], { then: parked({ status, wakeAt: t0 + 1 }) });
      await store.commit(namespace, [seal(row)]);
      const after = await rowOf(store, status);
      assert.deepEqual([after.status, after.wakeAt], ["cancelled", null]);
    }
  },
});
