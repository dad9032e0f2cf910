import assert from "node:assert/strict";
import { claimRequest, deliver, entry, namespace, parked, t0, worker } from "./builders.ts";
import { advanced, cases, one, rowOf, running, started } from "./case.ts";

export const workerCases = cases("workers", {
  "a registration is kept as it was given; registering again renews it": async (store) => {
    const given = worker("w1", {
      capabilities: [
        { workflow: "a", version: 1 },
        { workflow: "b", version: 7 },
      ],
    });
    await store.register(namespace, given);
    assert.deepEqual(await store.workers(namespace), [given]);
    const again = { ...given, leaseUntil: t0 + 99_000, capabilities: [] };
    await store.register(namespace, again);
    assert.deepEqual(await store.workers(namespace), [again]);
  },
  "a lease is renewed while it runs, never after": async (store) => {
    await store.register(namespace, worker("w1", { leaseUntil: t0 + 100 }));
    assert.equal(await store.renew(namespace, "w1", t0 + 99, t0 + 200), true);
    assert.equal((await one(store.workers(namespace))).leaseUntil, t0 + 200);
    assert.equal(await store.renew(namespace, "w1", t0 + 200, t0 + 300), false);
    assert.equal(await store.renew(namespace, "unknown", t0, t0 + 300), false);
  },
  "a retired worker's runs are ready at once, for anybody": async (store) => {
    const run = await running(store, "r1");
    await store.register(namespace, worker("w2"));
    await store.retire(namespace, "w1");
    const row = await rowOf(store, "r1");
    assert.deepEqual([row.status, row.owner, row.epoch], ["ready", null, run.epoch]);
    const { runs } = await store.claim(namespace, claimRequest("w2"));
    assert.equal(runs[0]?.epoch, run.epoch + 1);
    assert.deepEqual(
      (await store.workers(namespace)).map(({ incarnation }) => incarnation),
      ["w2"],
    );
  },
  "taking over frees the runs of lapsed and of dead workers, and of no others": async (store) => {
    await running(store, "lapsed", {}, "w-lapsed");
    await running(store, "dead", {}, "w-dead");
    const live = await running(store, "live", {}, "w-live");
    await store.renew(namespace, "w-dead", t0, t0 + 90_000);
    await store.renew(namespace, "w-live", t0, t0 + 90_000);
    assert.equal(await store.takeOver(namespace, { now: t0 + 14_999, dead: [] }), 0);
    assert.equal(await store.takeOver(namespace, { now: t0 + 15_000, dead: ["w-dead", "w-none"] }), 2);
    assert.equal(await store.takeOver(namespace, { now: t0 + 15_000, dead: [] }), 0);
    const statuses = [];
    for (const id of ["lapsed", "dead", "live"]) statuses.push((await rowOf(store, id)).status);
    assert.deepEqual(statuses, ["ready", "ready", "running"]);
    assert.deepEqual(
      (await store.workers(namespace)).map(({ incarnation }) => incarnation),
      ["w-live"],
    );
    await advanced(store, live, [entry("a")]);
  },
  "what a lost owner parked stays parked": async (store) => {
    const run = await running(store, "r1");
    await advanced(store, run, [], { then: parked() });
    assert.equal(await store.takeOver(namespace, { now: t0 + 99_000, dead: [] }), 0);
    assert.equal((await rowOf(store, "r1")).status, "parked");
  },
  "unread tells of mail and of lost runs, and is silent about the rest": async (store) => {
    const quiet = await running(store, "quiet");
    const mailed = await running(store, "mailed");
    const lost = await running(store, "lost", {}, "w2");
    await store.commit(namespace, [deliver({ pk: mailed.pk }), deliver({ pk: mailed.pk })]);
    await store.takeOver(namespace, { now: t0, dead: ["w2"] });
    const owned = [quiet, mailed, lost].map(({ pk, epoch, seq }) => ({ pk, epoch, seq }));
    assert.deepEqual(await store.unread(namespace, [...owned, { pk: 555_555, epoch: 1, seq: 9 }]), [
      { pk: mailed.pk, seq: 3, fenced: false },
      { pk: lost.pk, seq: 1, fenced: true },
      { pk: 555_555, seq: 9, fenced: true },
    ]);
    assert.deepEqual(await store.unread(namespace, []), []);
  },
  "history of many runs comes in the order asked for; an unknown one is empty": async (store) => {
    const a = await started(store, "a");
    const b = await started(store, "b");
    const found = await store.history(namespace, [
      { pk: b.pk, after: 0 },
      { pk: 777_777, after: 0 },
      { pk: a.pk, after: 0 },
      { pk: a.pk, after: 1 },
    ]);
    assert.deepEqual(
      found.map(({ entries }) => entries.map(({ payload }) => new TextDecoder().decode(payload?.bytes))),
      [["input of b"], [], ["input of a"], []],
    );
  },
  "a history that comes with a claim is the one that is asked for": async (store) => {
    const further = await running(store, "further");
    await advanced(store, further, [entry("a")]);
    await running(store, "taken over");
    await store.retire(namespace, "w1");
    await started(store, "fresh");
    const mailed = await started(store, "mailed");
    await store.commit(namespace, [deliver({ pk: mailed.pk })]);
    await store.register(namespace, worker("w2"));
    const { runs, histories } = await store.claim(namespace, claimRequest("w2"));
    assert.equal(runs.length, 4);
    const asked = await store.history(
      namespace,
      runs.map(({ pk }) => ({ pk, after: 0 })),
      { hashes: false },
    );
    for (const [i, { pk }] of runs.entries()) {
      const known = histories?.get(pk);
      if (known !== undefined) assert.deepEqual(known, asked[i]);
    }
  },
});
