import assert from "node:assert/strict";
import { advance, claimRequest, deliver, entry, finished, mail, namespace, newRun, parked, t0 } from "./builders.ts";
import { advanced, cases, one, rowOf, running, started } from "./case.ts";

export const endingCases = cases("park, finish, continue", {
  "a park gives the run back with what it waits for": async (store) => {
    const run = await running(store, "r1");
    const row = await advanced(store, run, [entry("hold:a#1", { kind: "hold", phase: "opened" })], {
      then: parked({ waiting: "hold", wakeAt: t0 + 1_000, note: "for Ana" }),
    });
    assert.deepEqual(
      [row.status, row.waiting, row.wakeAt, row.note, row.owner, row.epoch],
      ["parked", "hold", t0 + 1_000, "for Ana", null, run.epoch],
    );
  },
  "every reason to wait and every status to park in is kept": async (store) => {
    for (const waiting of ["hold", "operator", "signal", "child", "time", "retry", "worker", null] as const) {
      const run = await running(store, `w-${waiting}`);
      assert.equal((await advanced(store, run, [], { then: parked({ waiting }) })).waiting, waiting);
    }
    for (const status of ["parked", "paused", "diverged", "ready"] as const) {
      const run = await running(store, `s-${status}`);
      assert.equal((await advanced(store, run, [], { then: parked({ status }) })).status, status);
    }
  },
  "a run given back for later is not claimed before then": async (store) => {
    const run = await running(store, "r1");
    const row = await advanced(store, run, [], { then: parked({ status: "ready", wakeAt: t0 + 1_000 }) });
    assert.deepEqual([row.status, row.readyAt, row.wakeAt], ["ready", t0 + 1_000, null]);
    const claim = (now: number) => store.claim(namespace, claimRequest("w1", { now }));
    const early = await claim(t0 + 999);
    assert.deepEqual([early.runs, early.nextWake], [[], t0 + 1_000]);
    assert.equal((await claim(t0 + 1_000)).runs[0]?.pk, run.pk);
  },
  "mail that came before a park, finish or continue stops all of it": async (store) => {
    const endings = [parked(), finished(), { type: "continueAsNew", next: newRun("r-continueAsNew") }] as const;
    for (const then of endings) {
      const run = await running(store, `r-${then.type}`);
      await store.commit(namespace, [deliver({ pk: run.pk })]);
      const [result] = await store.commit(namespace, [advance(run, [entry("a")], { then, attributes: { a: 1 } })]);
      assert.deepEqual(result, { type: "mail", seq: 2 }, then.type);
      const row = await rowOf(store, `r-${then.type}`);
      assert.deepEqual([row.status, row.entryCount, row.attributes, row.generation], ["running", 1, {}, 1], then.type);
    }
  },
  "a finish says how it ended and delivers in the same transaction": async (store) => {
    const parent = await running(store, "parent");
    const waiting = await advanced(store, parent, [], { then: parked({ waiting: "child" }) });
    const child = await running(store, "child");
    const row = await advanced(store, child, [entry("run", { kind: "run" })], {
      phase: "compensating",
      then: finished({
        status: "failed",
        outcome: "broken",
        note: "why",
        deliveries: [
          { to: { pk: waiting.pk }, mail: mail({ kind: "child", key: "child:c#1", dedupe: "child:c#1" }) },
          { to: { id: "nobody" }, mail: mail() },
        ],
      }),
      at: t0 + 77,
    });
    assert.deepEqual(
      [row.status, row.outcome, row.note, row.finishedAt, row.owner, row.waiting, row.phase],
      ["failed", "broken", "why", t0 + 77, null, null, null],
    );
    const woken = await rowOf(store, "parent");
    assert.deepEqual([woken.status, woken.seq], ["ready", waiting.seq + 1]);
  },
  "a delivery to a finished run is dropped and hurts nobody": async (store) => {
    const parent = await running(store, "parent");
    await advanced(store, parent, [entry("run")], { then: finished() });
    const child = await running(store, "child");
    const deliveries = [{ to: { id: "parent" }, mail: mail({ kind: "child" }) }];
    await advanced(store, child, [entry("run")], { then: finished({ deliveries }) });
    assert.equal((await rowOf(store, "parent")).seq, 2);
  },
  "a next generation takes the id over and keeps the old one readable": async (store) => {
    const run = await running(store, "r1", { concurrencyKey: "k" });
    const old = await advanced(store, run, [entry("run", { kind: "run" })], {
      then: { type: "continueAsNew", next: newRun("r1", { concurrencyKey: "k", mail: [mail({ key: "kept" })] }) },
      at: t0 + 9,
    });
    assert.deepEqual([old.status, old.outcome, old.finishedAt], ["completed", "continued", t0 + 9]);
    const next = await rowOf(store, "r1");
    assert.deepEqual([next.generation, next.status, next.seq, next.epoch], [2, "ready", 2, 0]);
    assert.notEqual(next.pk, run.pk);
    const generations = await store.generations(namespace, "r1");
    assert.deepEqual(
      generations.map(({ pk }) => pk),
      [run.pk, next.pk],
    );
    const listed = await store.runs(namespace, {}, { limit: 10, cursor: null });
    assert.deepEqual(
      listed.items.map(({ pk }) => pk),
      [next.pk],
    );
    await store.commit(namespace, [deliver({ id: "r1" }, { key: "later" })]);
    assert.equal((await rowOf(store, "r1")).seq, 3);
    const { runs } = await store.claim(namespace, claimRequest("w1"));
    assert.deepEqual(
      runs.map(({ generation }) => generation),
      [2],
    );
  },
  "a next generation with another id is refused": async (store) => {
    const run = await running(store, "r1");
    const [result] = await store.commit(namespace, [
      advance(run, [entry("a")], { then: { type: "continueAsNew", next: newRun("other") } }),
    ]);
    assert.equal(result.type, "refused");
    assert.equal((await rowOf(store, "r1")).status, "running");
    assert.equal(await store.run(namespace, "other"), null);
  },
  "a child that goes on as new is listed once": async (store) => {
    const parent = await started(store, "parent");
    const link = { pk: parent.pk, key: "child:c#1", close: "cancel" } as const;
    const child = await running(store, "child", { parent: link });
    const then = { type: "continueAsNew", next: newRun("child", { parent: link }) } as const;
    await advanced(store, child, [entry("run")], { then });
    assert.equal((await one(store.children(namespace, parent.pk))).generation, 2);
  },
});
