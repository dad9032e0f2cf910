import assert from "node:assert/strict";
import type { FiringRow, NewSchedule, ScheduleOperation, ScheduleRow } from "../schedule-rows.ts";
import type { Store } from "../store.ts";
import { claimRequest, deliver, mail, namespace, newRun, payload, t0, worker } from "./builders.ts";
import { cases, one, rowOf, started } from "./case.ts";

export function newSchedule(id: string, more: Partial<NewSchedule> = {}): NewSchedule {
  return {
    id,
    workflow: "refund",
    definition: `{"of":"${id}"}`,
    input: payload(`input of ${id}`),
    event: null,
    paused: false,
    nextAt: t0 + 1_000,
    state: "{}",
    createdBy: "ana",
    createdAt: t0,
    updatedAt: t0,
    ...more,
  };
}

export function firing(key: string, more: Partial<FiringRow> = {}): FiringRow {
  return {
    key,
    kind: "due",
    outcome: "started",
    dueAt: t0 + 1_000,
    runId: `run of ${key}`,
    actor: null,
    note: null,
    at: t0 + 1_001,
    ...more,
  };
}

/** Writes `schedule` over the row `before` (null: none). */
export function change(
  before: Pick<ScheduleRow, "id" | "revision"> | null,
  schedule: NewSchedule | null,
  more: Partial<ScheduleOperation> = {},
): ScheduleOperation {
  return {
    type: "schedule",
    id: schedule?.id ?? before?.id ?? "",
    revision: before?.revision ?? null,
    schedule,
    firings: [],
    starts: [],
    deliveries: [],
    ...more,
  };
}

const everything = { limit: 100, cursor: null };

async function written(store: Store, operation: ScheduleOperation): Promise<ScheduleRow> {
  const result = await one(store.commit(namespace, [operation]));
  assert.ok(result.type === "scheduled" && result.schedule, JSON.stringify(result));
  return result.schedule;
}

async function read(store: Store, id: string): Promise<ScheduleRow | null> {
  const { items } = await store.schedules(namespace, { id }, everything);
  return items[0] ?? null;
}

export const scheduleCases = cases("schedules", {
  "comes back as it was written, changes by compare-and-set, and is removed with its history": async (store) => {
    const first = newSchedule("nightly", { event: "order.paid", paused: true, nextAt: null });
    const row = await written(store, change(null, first));
    assert.deepEqual(row, { ...first, revision: t0 });
    assert.deepEqual(await read(store, "nightly"), row);
    const again = await one(store.commit(namespace, [change(null, newSchedule("nightly", { workflow: "other" }))]));
    assert.deepEqual(again, { type: "conflict", schedule: row });
    const second = newSchedule("nightly", { input: null, state: `{"due":1}`, updatedAt: t0 + 5, createdBy: null });
    const changed = await written(store, change(row, second, { firings: [firing("a")] }));
    assert.deepEqual(changed, { ...second, revision: t0 + 1 });
    assert.deepEqual(await read(store, "nightly"), changed);
    const stale = await one(store.commit(namespace, [change(row, first, { firings: [firing("b")] })]));
    assert.deepEqual(stale, { type: "conflict", schedule: changed });
    assert.equal((await one(store.commit(namespace, [change(row, null)]))).type, "conflict");
    assert.deepEqual((await store.firings(namespace, "nightly", everything)).items, [firing("a")]);
    const removed = await one(store.commit(namespace, [change(changed, null)]));
    assert.deepEqual(removed, { type: "scheduled", schedule: null, created: [] });
    assert.equal(await read(store, "nightly"), null);
    assert.deepEqual(await one(store.commit(namespace, [change(changed, null)])), { type: "conflict", schedule: null });
    await written(store, change(null, newSchedule("nightly", { createdAt: t0 + 9 })));
    assert.deepEqual((await store.firings(namespace, "nightly", everything)).items, []);
  },
  "one that was removed and made anew is not taken for the earlier one": async (store) => {
    const old = await written(store, change(null, newSchedule("s")));
    await store.commit(namespace, [change(old, null)]);
    await written(store, change(null, newSchedule("s", { createdAt: t0 + 60_000 })));
    const stale = await one(store.commit(namespace, [change(old, newSchedule("s"), { starts: [newRun("r1")] })]));
    assert.equal(stale.type, "conflict");
    assert.equal(await store.run(namespace, "r1"), null);
  },
  "a firing, the runs it starts and the mail it sends are one transaction": async (store) => {
    await store.register(namespace, worker("w1"));
    await started(store, "busy");
    const row = await written(store, change(null, newSchedule("s")));
    const due = await store.dueSchedules(namespace, t0 + 1_000, 10);
    assert.deepEqual(due, { now: t0 + 1_000, due: [row], nextAt: null });
    const operation = change(row, newSchedule("s", { nextAt: t0 + 2_000 }), {
      firings: [firing("1000", { runId: "r1" })],
      starts: [newRun("r1", { queue: "slow" }), newRun("busy")],
      deliveries: [{ to: { id: "busy" }, mail: mail({ kind: "cancel", dedupe: "overlap" }) }],
    });
    const result = await one(store.commit(namespace, [operation]));
    assert.ok(result.type === "scheduled");
    assert.deepEqual(result.created, [true, false]);
    assert.deepEqual([(await rowOf(store, "r1")).queue, (await rowOf(store, "busy")).seq], ["slow", 2]);
    assert.equal((await one(store.commit(namespace, [operation]))).type, "conflict");
    assert.equal((await rowOf(store, "busy")).seq, 2);
    assert.deepEqual(await store.dueSchedules(namespace, t0 + 1_500, 10), {
      now: t0 + 1_500,
      due: [],
      nextAt: t0 + 2_000,
    });
    const { runs } = await store.claim(
      namespace,
      claimRequest("w1", { queues: [{ name: "slow", limit: null, perKey: null }] }),
    );
    assert.deepEqual(
      runs.map(({ id }) => id),
      ["r1"],
    );
  },
  "of those who read the same schedule one fires it": async (store) => {
    const row = await written(store, change(null, newSchedule("s")));
    const fire = (owner: string): ScheduleOperation =>
      change(row, newSchedule("s", { nextAt: t0 + 2_000 }), {
        firings: [firing("1000", { actor: owner })],
        starts: [newRun(`r-${owner}`)],
      });
    const all = await Promise.all(["a", "b", "c"].map((owner) => one(store.commit(namespace, [fire(owner)]))));
    assert.deepEqual(all.map(({ type }) => type).sort(), ["conflict", "conflict", "scheduled"]);
    const { items } = await store.runs(namespace, { idPrefix: "r-" }, everything);
    assert.equal(items.length, 1);
    const history = await store.firings(namespace, "s", everything);
    assert.deepEqual(
      history.items.map(({ actor }) => `r-${actor}`),
      items.map(({ id }) => id),
    );
  },
  "due ones come earliest first, none that is paused or not timed": async (store) => {
    await written(store, change(null, newSchedule("c", { nextAt: t0 + 300 })));
    await written(store, change(null, newSchedule("b", { nextAt: t0 + 100 })));
    await written(store, change(null, newSchedule("a", { nextAt: t0 + 300 })));
    await written(store, change(null, newSchedule("off", { nextAt: null, paused: true })));
    await written(store, change(null, newSchedule("later", { nextAt: t0 + 400 })));
    const due = async (now: number, limit = 10) =>
      (await store.dueSchedules(namespace, now, limit)).due.map(({ id }) => id);
    assert.deepEqual(await due(t0 + 99), []);
    assert.deepEqual(await due(t0 + 300), ["b", "a", "c"]);
    assert.deepEqual(await due(t0 + 300, 2), ["b", "a"]);
    assert.equal((await store.dueSchedules(namespace, t0, 10)).nextAt, t0 + 100);
    assert.equal((await store.dueSchedules(namespace, t0 + 100, 10)).nextAt, t0 + 300);
    assert.equal((await store.dueSchedules(namespace, t0 + 300, 1)).nextAt, t0 + 400);
    assert.deepEqual(await store.dueSchedules("elsewhere", t0 + 500, 10), { now: t0 + 500, due: [], nextAt: null });
  },
  "are listed by id, page by page, and by their event": async (store) => {
    for (const id of ["b", "a", "d", "B"]) await written(store, change(null, newSchedule(id)));
    await written(store, change(null, newSchedule("c", { event: "paid", nextAt: null })));
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await store.schedules(namespace, {}, { limit: 2, cursor });
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor !== null);
    assert.deepEqual(ids, ["B", "a", "b", "c", "d"]);
    const paid = await store.schedules(namespace, { event: "paid" }, everything);
    assert.deepEqual(
      paid.items.map(({ id }) => id),
      ["c"],
    );
    assert.deepEqual(await store.schedules(namespace, { event: "unpaid" }, everything), { items: [], cursor: null });
    assert.deepEqual(await store.schedules("elsewhere", {}, everything), { items: [], cursor: null });
  },
  "history is newest first, and a line with the same name takes its place": async (store) => {
    let row = await written(store, change(null, newSchedule("s"), { firings: [firing("1"), firing("2")] }));
    const kinds = ["due", "manual", "backfill", "event"] as const;
    const outcomes = ["started", "waiting", "skipped", "missed", "failed"] as const;
    for (const [i, outcome] of outcomes.entries()) {
      const line = firing(`${3 + i}`, { outcome, kind: kinds[i % 4] ?? "due", runId: null, actor: "ana", note: "why" });
      row = await written(store, change(row, newSchedule("s"), { firings: [line] }));
    }
    row = await written(store, change(row, newSchedule("s"), { firings: [firing("2", { outcome: "skipped" })] }));
    const first = await store.firings(namespace, "s", { limit: 4, cursor: null });
    assert.deepEqual(
      first.items.map(({ key }) => key),
      ["7", "6", "5", "4"],
    );
    const rest = await store.firings(namespace, "s", { limit: 4, cursor: first.cursor });
    assert.deepEqual(
      rest.items.map(({ key, outcome }) => `${key} ${outcome}`),
      ["3 started", "2 skipped", "1 started"],
    );
    assert.equal(rest.cursor, null);
    assert.deepEqual(first.items[0], firing("7", { outcome: "failed", runId: null, actor: "ana", note: "why" }));
    assert.deepEqual(await store.firings(namespace, "none", everything), { items: [], cursor: null });
  },
  "retention removes old lines of the history and keeps the schedule": async (store) => {
    const lines = [firing("old", { at: t0 }), firing("new", { at: t0 + 500 })];
    await written(store, change(null, newSchedule("s"), { firings: lines }));
    await store.retain(namespace, {
      finishedBefore: t0 + 500,
      tombstonesBefore: t0,
      holdsBefore: null,
      limit: 10,
      now: t0 + 1_000,
    });
    assert.deepEqual(
      (await store.firings(namespace, "s", everything)).items.map(({ key }) => key),
      ["new"],
    );
    assert.ok(await read(store, "s"));
  },
  "a refused firing changes nothing": async (store) => {
    const row = await written(store, change(null, newSchedule("s")));
    const [refused, other] = await store.commit(namespace, [
      change(row, newSchedule("s", { nextAt: t0 + 2_000 }), {
        firings: [firing("1000")],
        starts: [newRun("r1"), newRun("r2", { attributes: {}, createdBy: "nul \u0000" })],
      }),
      deliver({ id: "none" }),
    ]);
    assert.equal(other.type, "absent");
    if (refused.type === "refused") {
      assert.deepEqual(await read(store, "s"), row);
      assert.equal(await store.run(namespace, "r1"), null);
      assert.deepEqual((await store.firings(namespace, "s", everything)).items, []);
    } else assert.equal(refused.type, "scheduled");
  },
});
