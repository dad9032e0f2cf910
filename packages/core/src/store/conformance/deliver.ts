import assert from "node:assert/strict";
import type { MailKind, RunRow, RunStatus, Store } from "../store.ts";
import { claimRequest, deliver, entry, finished, mail, namespace, newRun, parked, t0 } from "./builders.ts";
import { advanced, cases, one, parkedRun, rowOf, running, started } from "./case.ts";

const mailKinds: readonly MailKind[] = [
  "decision",
  "signal",
  "child",
  "tick",
  "cancel",
  "pause",
  "resume",
  "retry",
  "migrate",
  "pin",
  "holdExpired",
  "operator",
];

/** A run in the status asked for. */
async function runIn(store: Store, status: RunStatus, id: string): Promise<RunRow> {
  if (status === "ready") return started(store, id);
  const run = await running(store, id);
  if (status === "running") return run;
  if (status === "parked" || status === "paused" || status === "diverged") {
    return advanced(store, run, [], { then: parked({ status }) });
  }
  return advanced(store, run, [entry("run")], { then: finished({ status }) });
}

/** What the port says each kind of mail makes of a run in each status; a status that is missing stays. */
const becomes: Partial<Record<RunStatus, (kind: MailKind) => RunStatus>> = {
  ready: (kind) => (kind === "pause" ? "paused" : "ready"),
  parked: (kind) => (kind === "pause" ? "paused" : "ready"),
  paused: (kind) => (kind === "resume" || kind === "cancel" ? "ready" : "paused"),
  diverged: (kind) => (["retry", "migrate", "pin", "cancel"].includes(kind) ? "ready" : "diverged"),
  failed: (kind) => (kind === "retry" ? "ready" : "failed"),
};
const statuses: readonly RunStatus[] = [
  "ready",
  "running",
  "parked",
  "paused",
  "diverged",
  "completed",
  "failed",
  "cancelled",
];

export const deliverCases = cases("deliver", {
  "keeps every field of mail": async (store) => {
    const run = await started(store, "r1");
    const full = mail({
      kind: "decision",
      key: "hold:a#1",
      dedupe: "d",
      outcome: "unknown",
      payload: { codec: "own", bytes: new Uint8Array([1, 0]), ref: true },
      sender: "ana",
      at: t0 + 5,
      salt: new Uint8Array(16).fill(3),
    });
    const bare = mail({ kind: "tick", key: "", payload: null, sender: null, salt: null });
    await store.commit(namespace, [
      { type: "deliver", to: { pk: run.pk }, mail: full, allowedIn: null },
      { type: "deliver", to: { id: "r1" }, mail: bare, allowedIn: null },
    ]);
    const read = await one(store.history(namespace, [{ pk: run.pk, after: 1 }]));
    assert.deepEqual(read.mail, [
      { ...full, n: 2 },
      { ...bare, n: 3 },
    ]);
  },
  "every kind of mail moves a run of every status as the port says": async (store) => {
    for (const status of statuses) {
      for (const kind of mailKinds) {
        const id = `${status}-${kind}`;
        const run = await runIn(store, status, id);
        assert.equal(run.status, status);
        const result = await one(store.commit(namespace, [deliver({ pk: run.pk }, { kind }, statuses)]));
        const expected = becomes[status]?.(kind) ?? status;
        assert.deepEqual(result, { type: "delivered", n: run.seq + 1, duplicate: false, status: expected }, id);
        assert.equal((await rowOf(store, id)).status, expected, id);
      }
    }
  },
  "every kind of mail comes back": async (store) => {
    const run = await running(store, "r1");
    await store.commit(
      namespace,
      mailKinds.map((kind) => deliver({ pk: run.pk }, { kind })),
    );
    const read = await one(store.history(namespace, [{ pk: run.pk, after: 0 }]));
    assert.deepEqual(
      read.mail.map(({ kind }) => kind),
      mailKinds,
    );
  },
  "mail to a finished run is refused unless it is allowed there": async (store) => {
    const run = await runIn(store, "completed", "r1");
    const results = await store.commit(namespace, [
      deliver({ pk: run.pk }),
      deliver({ id: "r1" }, {}, ["parked", "ready"]),
      deliver({ id: "r1" }, {}, ["completed"]),
      deliver({ id: "nobody" }),
    ]);
    assert.deepEqual(results, [
      { type: "state", status: "completed" },
      { type: "state", status: "completed" },
      { type: "delivered", n: 3, duplicate: false, status: "completed" },
      { type: "absent" },
    ]);
  },
  "allowedIn narrows unfinished statuses too": async (store) => {
    const run = await parkedRun(store, "r1");
    const [result] = await store.commit(namespace, [deliver({ pk: run.pk }, {}, ["running"])]);
    assert.deepEqual(result, { type: "state", status: "parked" });
    assert.equal((await rowOf(store, "r1")).seq, run.seq);
  },
  "a second delivery with the same dedupe changes nothing, also when the run has finished since": async (store) => {
    const run = await running(store, "r1");
    const twice = deliver({ pk: run.pk }, { dedupe: "once" });
    const [first, second] = await store.commit(namespace, [twice, twice]);
    assert.deepEqual(first, { type: "delivered", n: 2, duplicate: false, status: "running" });
    assert.deepEqual(second, { type: "delivered", n: 2, duplicate: true, status: "running" });
    await advanced(store, { ...run, seq: 2 }, [entry("run")], { then: finished() });
    const [late] = await store.commit(namespace, [twice]);
    assert.deepEqual(late, { type: "delivered", n: 2, duplicate: true, status: "completed" });
    const other = await started(store, "r2");
    const [elsewhere] = await store.commit(namespace, [deliver({ pk: other.pk }, { dedupe: "once" })]);
    assert.ok(elsewhere.type === "delivered" && !elsewhere.duplicate);
  },
  "a signal that an earlier generation was given is not given again; other mail is no business of other generations":
    async (store) => {
      const run = await running(store, "r1");
      const signal = (id: string) => deliver({ id }, { kind: "signal", dedupe: "once" });
      const decision = deliver({ id: "r1" }, { kind: "decision", dedupe: "vote" });
      await store.commit(namespace, [signal("r1"), decision]);
      let row = await rowOf(store, "r1");
      for (let generation = 2; generation <= 3; generation++) {
        await advanced(store, row, [entry("run")], { then: { type: "continueAsNew", next: newRun("r1") } });
        const { runs } = await store.claim(namespace, claimRequest("w1"));
        row = runs.find(({ id }) => id === "r1") as RunRow;
        assert.equal(row.generation, generation);
      }
      const current = await rowOf(store, "r1");
      const [again, byPk, vote] = await store.commit(namespace, [
        signal("r1"),
        deliver({ pk: current.pk }, { kind: "signal", dedupe: "once" }),
        decision,
      ]);
      assert.deepEqual(again, { type: "delivered", n: run.seq + 1, duplicate: true, status: "running" });
      assert.deepEqual(byPk, again);
      assert.deepEqual(vote, { type: "delivered", n: current.seq + 1, duplicate: false, status: "running" });
      assert.equal((await rowOf(store, "r1")).seq, current.seq + 1);
      await started(store, "r2");
      const [elsewhere] = await store.commit(namespace, [signal("r2")]);
      assert.ok(elsewhere?.type === "delivered" && !elsewhere.duplicate);
    },
  "a woken run waits for nothing and is as old as its mail": async (store) => {
    const run = await parkedRun(store, "r1");
    assert.equal(run.waiting, "signal");
    await store.commit(namespace, [deliver({ pk: run.pk }, { at: t0 + 90 })]);
    const row = await rowOf(store, "r1");
    assert.deepEqual([row.status, row.waiting, row.readyAt, row.updatedAt], ["ready", null, t0 + 90, t0 + 90]);
  },
  "retry brings a failed run back and forgets its end and its stalls": async (store) => {
    const run = await runIn(store, "failed", "r1");
    await store.commit(namespace, [deliver({ pk: run.pk }, { kind: "retry" }, ["failed"])]);
    const row = await rowOf(store, "r1");
    assert.deepEqual([row.status, row.outcome, row.finishedAt, row.stalls], ["ready", null, null, 0]);
    const { runs } = await store.claim(namespace, claimRequest("w1", { now: t0 + 1_000 }));
    assert.equal(runs[0]?.id, "r1");
  },
  "a paused run is not claimed until it is resumed": async (store) => {
    const run = await runIn(store, "ready", "r1");
    await store.commit(namespace, [deliver({ pk: run.pk }, { kind: "pause" })]);
    await running(store, "other");
    assert.equal((await rowOf(store, "r1")).status, "paused");
    await store.commit(namespace, [deliver({ pk: run.pk }, { kind: "resume" })]);
    const { runs } = await store.claim(namespace, claimRequest("w1"));
    assert.equal(runs[0]?.id, "r1");
  },
  "cancel does not wait for a delayed start, and a pause keeps the delay": async (store) => {
    const readyAt = t0 + 60_000;
    await started(store, "cancelled", { readyAt });
    await started(store, "paused", { readyAt });
    await running(store, "other");
    await store.commit(namespace, [
      deliver({ id: "cancelled" }, { kind: "cancel" }),
      deliver({ id: "paused" }, { kind: "pause" }),
      deliver({ id: "paused" }, { kind: "resume" }),
    ]);
    const { runs, nextWake } = await store.claim(namespace, claimRequest("w1", { now: t0 + 200 }));
    assert.deepEqual(
      runs.map(({ id }) => id),
      ["cancelled"],
    );
    assert.equal(nextWake, readyAt);
  },
});
