import { describe, expect, test } from "vitest";
import { calendarOf } from "./calendar.ts";
import { dueKey, dueNow, overlapPlan } from "./plan.ts";
import { newState, type Occurrence, type ScheduleRules } from "./stored.ts";

const minute = 60_000;
const base: ScheduleRules = {
  when: { every: minute, from: 0 },
  dueAs: null,
  misfire: "once",
  atMost: 3,
  grace: minute / 2,
  overlap: "skip",
  run: {},
};

async function fire(rules: Partial<ScheduleRules>, due: number, now: number) {
  const calendar = await calendarOf(base.when, 0);
  const plan = dueNow({ ...base, ...rules }, { ...newState, due }, calendar, now);
  return {
    started: plan.occurrences.map((one) => one.due / minute),
    late: plan.occurrences.filter(({ note }) => note !== null).length,
    missed: plan.missed?.note ?? null,
    next: (plan.next ?? 0) / minute,
  };
}

describe("due times and downtime", () => {
  test("on time: one occurrence, whatever the rule", async () => {
    for (const misfire of ["skip", "once", "all"] as const) {
      const plan = await fire({ misfire }, minute, minute + 5);
      expect(plan).toEqual({ started: [1], late: 0, missed: null, next: 2 });
    }
    expect(await fire({}, minute, minute - 1)).toEqual({ started: [], late: 0, missed: null, next: 1 });
  });

  test("after a downtime `once` takes the latest, and says how many were missed", async () => {
    const plan = await fire({ misfire: "once" }, minute, 10.8 * minute);
    expect(plan).toEqual({
      started: [10],
      late: 1,
      missed: "9 due times up to 1970-01-01T00:09:00Z: nobody was there",
      next: 11,
    });
  });

  test("after a downtime `skip` takes none, unless the latest is still on time", async () => {
    expect(await fire({ misfire: "skip" }, minute, 10.8 * minute)).toMatchObject({ started: [], next: 11 });
    expect(await fire({ misfire: "skip" }, minute, 10.2 * minute)).toMatchObject({ started: [10], next: 11 });
    expect(await fire({ misfire: "skip" }, 10 * minute, 10.8 * minute)).toMatchObject({
      started: [],
      missed: "nobody was there when it was due",
    });
  });

  test("after a downtime `all` takes each, the latest ones up to its bound", async () => {
    expect(await fire({ misfire: "all" }, minute, 2.8 * minute)).toMatchObject({ started: [1, 2], missed: null });
    expect(await fire({ misfire: "all" }, minute, 10.8 * minute)).toEqual({
      started: [8, 9, 10],
      late: 3,
      missed: "7 due times up to 1970-01-01T00:07:00Z: nobody was there",
      next: 11,
    });
  });

  test("a long downtime is not counted to its end", async () => {
    const year = 365 * 24 * 60;
    expect(await fire({ misfire: "all" }, minute, year * minute)).toMatchObject({
      started: [year - 2, year - 1, year],
      missed: "more than 999 due times: nobody was there",
      next: year + 1,
    });
  });
});

const occurrence = (n: number, more: Partial<Occurrence> = {}): Occurrence => ({
  key: dueKey(n * minute),
  kind: "due",
  due: n * minute,
  actor: null,
  input: null,
  note: null,
  ...more,
});
const keys = (list: readonly Occurrence[]): number[] => list.map(({ due }) => due / minute);

describe("runs of one schedule that overlap", () => {
  const shown = (plan: ReturnType<typeof overlapPlan>) => ({
    start: keys(plan.start),
    skipped: keys(plan.skipped),
    waiting: keys(plan.waiting),
    cancel: plan.cancel,
  });

  test("with nothing under way each rule starts", () => {
    for (const rule of ["skip", "queue", "allow", "cancel"] as const) {
      expect(shown(overlapPlan(rule, [], [], [occurrence(1)]))).toEqual({
        start: [1],
        skipped: [],
        waiting: [],
        cancel: [],
      });
    }
  });

  test("skip leaves out, allow starts beside, cancel makes room for the last", () => {
    const two = [occurrence(1), occurrence(2)];
    expect(shown(overlapPlan("skip", ["r"], [], two))).toEqual({ start: [], skipped: [1, 2], waiting: [], cancel: [] });
    expect(shown(overlapPlan("skip", [], [], two))).toEqual({ start: [1], skipped: [2], waiting: [], cancel: [] });
    expect(shown(overlapPlan("allow", ["r"], [], two))).toEqual({
      start: [1, 2],
      skipped: [],
      waiting: [],
      cancel: [],
    });
    expect(shown(overlapPlan("cancel", ["r"], [], two))).toEqual({
      start: [2],
      skipped: [1],
      waiting: [],
      cancel: ["r"],
    });
  });

  test("queue lets one wait, and starts it when nothing is under way", () => {
    const three = [occurrence(1), occurrence(2), occurrence(3)];
    expect(shown(overlapPlan("queue", [], [], three))).toEqual({ start: [1], skipped: [3], waiting: [2], cancel: [] });
    expect(shown(overlapPlan("queue", ["r"], [occurrence(1)], [occurrence(2)]))).toEqual({
      start: [],
      skipped: [2],
      waiting: [1],
      cancel: [],
    });
    expect(shown(overlapPlan("queue", [], [occurrence(1)], [occurrence(2)]))).toEqual({
      start: [1],
      skipped: [],
      waiting: [2],
      cancel: [],
    });
  });

  test("a range that is made up for waits as a whole, each once", () => {
    const range = [occurrence(1, { kind: "backfill" }), occurrence(2, { kind: "backfill" })];
    const first = overlapPlan("queueAll", ["r"], [], range);
    expect(shown(first)).toEqual({ start: [], skipped: [], waiting: [1, 2], cancel: [] });
    expect(shown(overlapPlan("queueAll", ["r"], first.waiting, range))).toMatchObject({ waiting: [1, 2] });
    expect(shown(overlapPlan("queue", ["r"], first.waiting, [occurrence(9)]))).toMatchObject({ waiting: [1, 2, 9] });
  });
});
