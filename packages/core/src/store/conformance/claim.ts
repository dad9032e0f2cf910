import assert from "node:assert/strict";
import type { ClaimRequest, Store } from "../store.ts";
import { claimRequest, deliver, entry, mail, namespace, parked, start, t0, worker } from "./builders.ts";
import { advanced, cases, one, parkedRun, rowOf, running, started } from "./case.ts";

async function claimed(store: Store, more: Partial<ClaimRequest> = {}, incarnation = "w1"): Promise<string[]> {
  const { runs } = await store.claim(namespace, claimRequest(incarnation, more));
  return runs.map(({ id }) => id);
}

export const claimCases = cases("claim", {
  "raises epoch and stalls and makes the run the worker's": async (store) => {
    await started(store, "r1");
    await store.register(namespace, worker("w1"));
    const { runs, poisoned, nextWake } = await store.claim(namespace, claimRequest("w1", { now: t0 + 30 }));
    assert.deepEqual([poisoned, nextWake], [[], null]);
    const row = await rowOf(store, "r1");
    assert.deepEqual(runs, [row]);
    assert.deepEqual(
      [row.status, row.owner, row.epoch, row.stalls, row.seq, row.updatedAt],
      ["running", "w1", 1, 1, 1, t0 + 30],
    );
    assert.deepEqual(await claimed(store), []);
  },
  "only a registered worker whose lease runs takes runs, and its lease is extended": async (store) => {
    await started(store, "r1");
    assert.deepEqual(await claimed(store), []);
    await store.register(namespace, worker("w1", { leaseUntil: t0 + 10 }));
    assert.deepEqual(await claimed(store, { now: t0 + 10 }), []);
    assert.deepEqual(await claimed(store, { now: t0 + 9, leaseUntil: t0 + 40 }), ["r1"]);
    assert.equal((await one(store.workers(namespace))).leaseUntil, t0 + 40);
  },
  "takes higher priority first, then the older, and no more than asked": async (store) => {
    await store.register(namespace, worker("w1"));
    await store.commit(namespace, [
      start("low-old", { priority: -1, readyAt: t0 - 9, createdAt: t0 - 9 }),
      start("young"),
      start("old", { readyAt: t0 - 5, createdAt: t0 - 5 }),
      start("urgent", { priority: 3 }),
      start("young-2"),
    ]);
    assert.deepEqual(await claimed(store, { limit: 2 }), ["urgent", "old"]);
    assert.deepEqual(await claimed(store, { limit: 9 }), ["young", "young-2", "low-old"]);
  },
  "leaves a delayed start alone until its time, and says when that is": async (store) => {
    await store.register(namespace, worker("w1"));
    await started(store, "later", { readyAt: t0 + 1_000, priority: 9 });
    const early = await store.claim(namespace, claimRequest("w1", { now: t0 + 999 }));
    assert.deepEqual([early.runs, early.nextWake], [[], t0 + 1_000]);
    assert.deepEqual(await claimed(store, { now: t0 + 1_000 }), ["later"]);
    const after = await store.claim(namespace, claimRequest("w1", { now: t0 + 1_000 }));
    assert.equal(after.nextWake, null);
  },
  "a due run finds a tick in its inbox, in the claim's transaction": async (store) => {
    const run = await running(store, "r1");
    await advanced(store, run, [entry("sleep:a#1", { kind: "sleep", phase: "opened" })], {
      then: parked({ wakeAt: t0 + 500, waiting: "time" }),
    });
    const early = await store.claim(namespace, claimRequest("w1", { now: t0 + 499 }));
    assert.deepEqual([early.runs, early.nextWake], [[], t0 + 500]);
    const seen: unknown[] = [];
    const due = await store.claim(
      namespace,
      claimRequest("w1", {
        now: t0 + 512,
        tick(row, at) {
          seen.push([row.id, row.wakeAt, row.seq, at]);
          return mail({ kind: "tick", key: "", payload: null, salt: null, sender: null, at, dedupe: `tick:${at}` });
        },
      }),
    );
    assert.deepEqual(seen, [["r1", t0 + 500, 2, t0 + 512]]);
    const row = await rowOf(store, "r1");
    assert.deepEqual(due.runs, [row]);
    assert.deepEqual([row.seq, row.wakeAt, row.waiting, row.status], [3, null, null, "running"]);
    const read = await one(store.history(namespace, [{ pk: run.pk, after: 2 }]));
    assert.deepEqual(
      read.mail.map(({ n, kind, at }) => [n, kind, at]),
      [[3, "tick", t0 + 512]],
    );
  },
  "a run that mail woke before its time gets a tick only if the time has come at the claim": async (store) => {
    for (const [id, now, ticks] of [
      ["early", t0 + 400, 0],
      ["due", t0 + 600, 1],
    ] as const) {
      const run = await running(store, id);
      await advanced(store, run, [], { then: parked({ wakeAt: t0 + 500 }) });
      await store.commit(namespace, [deliver({ id })]);
      assert.deepEqual(await claimed(store, { now }), [id]);
      assert.equal((await rowOf(store, id)).seq, 2 + ticks);
    }
  },
  "a parked run without a time, and paused, diverged and finished ones, are not taken": async (store) => {
    await parkedRun(store, "parked");
    for (const status of ["paused", "diverged"] as const) {
      const run = await running(store, status);
      await advanced(store, run, [], { then: parked({ status, wakeAt: t0 + 20 }) });
    }
    const result = await store.claim(namespace, claimRequest("w1", { now: t0 + 9_000 }));
    assert.deepEqual([result.runs, result.nextWake], [[], null]);
  },
  "takes only workflows and versions the worker has": async (store) => {
    await store.register(namespace, worker("w1"));
    await store.commit(namespace, [
      start("mine"),
      start("newer", { version: 2 }),
      start("other", { workflow: "other" }),
    ]);
    assert.deepEqual(await claimed(store), ["mine"]);
    assert.deepEqual(await claimed(store, { capabilities: [{ workflow: "other", version: 1 }] }), ["other"]);
  },
  "adopts older versions of its workflows only while no live worker has them": async (store) => {
    const v2 = { capabilities: [{ workflow: "refund", version: 2 }] };
    await store.register(namespace, worker("new", v2));
    await store.register(namespace, worker("old", { leaseUntil: t0 + 100 }));
    await store.commit(namespace, [
      start("v1"),
      start("v3", { version: 3 }),
      start("other", { workflow: "other", version: 1 }),
    ]);
    const adopt = { ...v2, adopt: true };
    assert.deepEqual(await claimed(store, { ...adopt, now: t0 + 99 }, "new"), []);
    assert.deepEqual(await claimed(store, { ...v2, now: t0 + 100 }, "new"), []);
    assert.deepEqual(await claimed(store, { ...adopt, now: t0 + 100 }, "new"), ["v1"]);
  },
  "the last owner has a head start on a run that has just become ready": async (store) => {
    await store.register(namespace, worker("w2"));
    const run = await parkedRun(store, "r1");
    await store.commit(namespace, [deliver({ pk: run.pk }, { at: t0 + 1_000 })]);
    const early = await store.claim(namespace, claimRequest("w2", { now: t0 + 1_049 }));
    assert.deepEqual([early.runs, early.nextWake], [[], t0 + 1_050]);
    assert.deepEqual(await claimed(store, { now: t0 + 1_049 }, "w1"), ["r1"]);
    await advanced(store, await rowOf(store, "r1"), [], { then: parked() });
    await store.commit(namespace, [deliver({ pk: run.pk }, { at: t0 + 2_000 })]);
    assert.deepEqual(await claimed(store, { now: t0 + 2_050 }, "w2"), ["r1"]);
  },
  "a new run, and one whose owner is gone, have no last owner to wait for": async (store) => {
    await store.register(namespace, worker("w2"));
    await running(store, "r1");
    await store.takeOver(namespace, { now: t0 + 10, dead: ["w1"] });
    await started(store, "fresh");
    assert.deepEqual(await claimed(store, { now: t0 + 10 }, "w2"), ["r1", "fresh"]);
  },
  "a run that was claimed too often without an entry is poisoned: claimed, but apart": async (store) => {
    await started(store, "r1");
    await started(store, "healthy");
    for (let i = 1; i <= 5; i++) {
      await store.register(namespace, worker(`w${i}`));
      const { runs, poisoned } = await store.claim(namespace, claimRequest(`w${i}`));
      assert.deepEqual([runs.some(({ id }) => id === "r1"), poisoned.length], [true, 0], `claim ${i}`);
      const healthy = runs.find(({ id }) => id === "healthy");
      assert.ok(healthy);
      await advanced(store, healthy, [entry(`step:${i}`)]);
      await store.takeOver(namespace, { now: t0, dead: [`w${i}`] });
    }
    await store.register(namespace, worker("w6"));
    const { runs, poisoned } = await store.claim(namespace, claimRequest("w6"));
    assert.deepEqual(
      [runs.map(({ id }) => id), poisoned.map(({ id, status, owner, stalls }) => [id, status, owner, stalls])],
      [["healthy"], [["r1", "running", "w6", 6]]],
    );
  },
  "a run that may have ended its workers is taken alone: one suspect at a time, the others of no suspicion beside it":
    async (store) => {
      for (const id of ["a", "b", "c"]) await started(store, id);
      for (let i = 1; i <= 2; i++) {
        await store.register(namespace, worker(`w${i}`));
        assert.deepEqual(await claimed(store, {}, `w${i}`), ["a", "b", "c"]);
        await store.takeOver(namespace, { now: t0, dead: [`w${i}`] });
      }
      await started(store, "fresh");
      await store.register(namespace, worker("w3"));
      assert.deepEqual(await claimed(store, { suspects: 0 }, "w3"), ["fresh"]);
      assert.deepEqual(await claimed(store, { suspects: 2, limit: 1 }, "w3"), ["a"]);
      assert.deepEqual(await claimed(store, { suspects: 1 }, "w3"), ["b"]);
      await advanced(store, await rowOf(store, "a"), [entry("step:a#1")]);
      await store.takeOver(namespace, { now: t0, dead: ["w3"] });
      await store.register(namespace, worker("w4"));
      assert.deepEqual(await claimed(store, { suspects: 1 }, "w4"), ["a", "b", "fresh"]);
      assert.deepEqual(await claimed(store, { suspects: 1 }, "w4"), ["c"]);
    },
  "takes nothing from queues it was not asked about": async (store) => {
    await store.register(namespace, worker("w1"));
    await store.commit(namespace, [start("a", { queue: "a" }), start("b", { queue: "b" })]);
    assert.deepEqual(await claimed(store, { queues: [{ name: "b", limit: null, perKey: null }] }), ["b"]);
    assert.deepEqual(await claimed(store, { queues: [] }), []);
  },
});
