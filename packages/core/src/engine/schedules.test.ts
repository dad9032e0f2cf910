import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { schedule } from "../schedule/definition.ts";
import { memoryStore } from "../store/index.ts";
import { createTestEngine } from "../testing/index.ts";
import { workflow } from "../workflow/definition.ts";
import { createEngine } from "./engine.ts";

const report = workflow(
  { name: "report", input: z.object({ region: z.string(), at: z.date().optional() }) },
  async (ctx, { region, at }) => ({ region, at: at?.toISOString() ?? null, began: ctx.now().toISOString() }),
);
const slow = workflow({ name: "slow", input: z.object({ takes: z.string() }) }, async (ctx, { takes }) => {
  await ctx.sleep(takes);
  return "done";
});

function engineAt(now: string, more: Partial<Parameters<typeof createTestEngine>[0]> = {}) {
  const engine = createTestEngine({ workflows: [report, slow], now: new Date(now), ...more });
  onTestFinished(() => engine.stop());
  return engine;
}

type TestEngine = ReturnType<typeof engineAt>;

async function idsOf(engine: TestEngine): Promise<string[]> {
  return (await engine.runs({}, { limit: 1000 })).items.map(({ id }) => id).reverse();
}
async function historyOf(engine: TestEngine, id: string): Promise<string[]> {
  const { items } = await engine.schedules.history(id);
  return items.map(({ key, outcome }) => `${key} ${outcome}`).reverse();
}

const nightly = { id: "nightly", workflow: report, input: { region: "eu" } } as const;
const inBerlin = { cron: "30 2 * * *", timeZone: "Europe/Berlin" } as const;

describe("a schedule", () => {
  test("starts a run at each due time, called after it, through a change of the clocks", async () => {
    const engine = engineAt("2026-03-27T12:00:00Z");
    const made = await engine.schedules.create({ ...nightly, when: inBerlin, dueAs: "at" }, { by: "ana" });
    expect(made).toMatchObject({ id: "nightly", workflow: "report", when: inBerlin, misfire: "once", overlap: "skip" });
    expect(made.nextAt).toEqual(new Date("2026-03-28T01:30:00Z"));
    await engine.advance("3d");
    expect(await idsOf(engine)).toEqual([
      "nightly@2026-03-28T01:30:00Z",
      "nightly@2026-03-29T01:00:00Z",
      "nightly@2026-03-30T00:30:00Z",
    ]);
    const run = await engine.get<{ at: string }>("nightly@2026-03-29T01:00:00Z");
    expect(await run.result()).toMatchObject({ region: "eu", at: "2026-03-29T01:00:00.000Z" });
    expect((await engine.runs({ attributes: { schedule: "nightly" } })).items).toHaveLength(3);
    expect((await run.describe()).createdBy).toBe("schedule:nightly");
    expect(await historyOf(engine, "nightly")).toEqual([
      "2026-03-28T01:30:00Z started",
      "2026-03-29T01:00:00Z started",
      "2026-03-30T00:30:00Z started",
    ]);
  });

  test("with an interval fires from its creation on, and upcoming() tells when", async () => {
    const engine = engineAt("2026-01-01T00:00:00Z");
    await engine.schedules.create({ ...nightly, id: "often", when: { every: "6h" } });
    await engine.start();
    expect(await engine.schedules.upcoming("often", 2)).toEqual([
      new Date("2026-01-01T06:00:00Z"),
      new Date("2026-01-01T12:00:00Z"),
    ]);
    await engine.advance("1d");
    expect(await idsOf(engine)).toHaveLength(4);
  });

  test("is fired by an event, whose data goes over its input, once for each id", async () => {
    const engine = engineAt("2026-01-01T00:00:00Z");
    await engine.start();
    await engine.schedules.create({ ...nightly, id: "on-paid", when: { event: "order.paid" } });
    await engine.schedules.create({ ...nightly, id: "also", input: { region: "us" }, when: { event: "order.paid" } });
    await engine.schedules.create({ ...nightly, id: "other", when: { event: "order.lost" } });
    const fired = await engine.emit("order.paid", { region: "asia" }, { id: "p-1", by: "shop" });
    expect(fired).toEqual([
      { schedule: "also", outcome: "started", runId: "also@event:p-1", note: null },
      { schedule: "on-paid", outcome: "started", runId: "on-paid@event:p-1", note: null },
    ]);
    expect(await engine.emit("order.paid", { region: "asia" }, { id: "p-1" })).toEqual(fired);
    await engine.emit("order.paid");
    await engine.runUntilIdle();
    expect(await idsOf(engine)).toHaveLength(4);
    const run = await engine.get<{ region: string }>("on-paid@event:p-1");
    expect(await run.result()).toMatchObject({ region: "asia" });
    expect(await engine.emit("nobody.cares", 1)).toEqual([]);
  });

  test("pauses and resumes: what was due meanwhile is not made up for", async () => {
    const engine = engineAt("2026-01-01T00:00:00Z");
    await engine.schedules.create({ ...nightly, id: "h", when: { every: "1h" } });
    await engine.advance("90m");
    const paused = await engine.schedules.pause("h", { by: "ana", note: "disk full" });
    expect(paused).toMatchObject({ paused: true, pausedBy: "ana", note: "disk full", nextAt: null });
    await engine.advance("10h");
    expect(await idsOf(engine)).toHaveLength(1);
    const resumed = await engine.schedules.resume("h");
    expect(resumed).toMatchObject({ paused: false, pausedBy: null, note: null });
    expect(resumed.nextAt).toEqual(new Date("2026-01-01T12:00:00Z"));
    await engine.advance("1h");
    expect(await idsOf(engine)).toEqual(["h@2026-01-01T01:00:00Z", "h@2026-01-01T12:00:00Z"]);
  });

  test("is removed with its history; its runs stay", async () => {
    const engine = engineAt("2026-01-01T00:00:00Z");
    await engine.schedules.create({ ...nightly, id: "h", when: { every: "1h" } });
    await engine.advance("1h");
    await engine.schedules.remove("h");
    await engine.advance("5h");
    expect(await idsOf(engine)).toHaveLength(1);
    await expect(engine.schedules.get("h")).rejects.toThrow(`no schedule "h"`);
    await expect(engine.schedules.remove("h")).rejects.toThrow(`no schedule "h"`);
  });

  test("is run now by hand, also while it is paused; the same id again is the same run", async () => {
    const engine = engineAt("2026-01-01T00:00:00Z");
    await engine.schedules.create({ ...nightly, when: inBerlin });
    await engine.schedules.pause("nightly");
    await engine.start();
    const { runId } = await engine.schedules.runNow("nightly", { by: "ana", id: "first", input: { region: "us" } });
    expect(await engine.schedules.runNow("nightly", { id: "first" })).toEqual({ runId });
    const run = await engine.get<{ region: string }>(runId);
    expect(await run.result()).toMatchObject({ region: "us" });
    expect((await run.describe()).createdBy).toBe("ana");
    expect((await engine.schedules.history("nightly")).items).toMatchObject([
      { kind: "manual", outcome: "started", by: "ana", runId: "nightly@now:first" },
    ]);
    await expect(engine.schedules.runNow("nightly", { input: { region: 7 } })).rejects.toThrow(/input of "report"/);
  });

  test("created again as it is changes nothing; another definition needs replace and keeps what was paused", async () => {
    const engine = engineAt("2026-01-01T00:00:00Z");
    const made = await engine.schedules.create({ ...nightly, when: inBerlin });
    await engine.advance("1h");
    expect(await engine.schedules.create({ ...nightly, when: inBerlin })).toEqual(made);
    const other = { ...nightly, when: { every: "1h" } } as const;
    await expect(engine.schedules.create(other)).rejects.toThrow("exists with another definition");
    await engine.schedules.pause("nightly", { by: "ana" });
    const replaced = await engine.schedules.create(other, { replace: true });
    expect(replaced).toMatchObject({ when: { every: 3_600_000 }, paused: true, pausedBy: "ana", nextAt: null });
    expect(replaced.createdAt).toEqual(made.createdAt);
    await engine.advance("3h");
    expect(await idsOf(engine)).toEqual([]);
  });

  test("declared in the code is there when the engine starts, and follows the code", async () => {
    const store = memoryStore();
    const start = async (region: string) => {
      const declared = schedule({ ...nightly, input: { region }, when: inBerlin });
      const engine = createEngine({ store, workflows: [report], schedules: [declared] });
      await engine.start();
      const found = await engine.schedules.get("nightly");
      await engine.stop();
      return found;
    };
    const first = await start("eu");
    expect(await start("eu")).toEqual(first);
    expect(await start("us")).toMatchObject({ input: { region: "us" }, nextAt: first.nextAt });
  });

  test("has its input checked by the compiler", () => {
    // @ts-expect-error A region is a text.
    schedule({ ...nightly, input: { region: 7 }, when: inBerlin });
    // @ts-expect-error There is no such trigger.
    schedule({ ...nightly, when: { cron: "0 2 * * *", timezone: "UTC" } });
    expect(schedule({ ...nightly, input: {}, dueAs: "region", when: { every: "1h" } }).id).toBe("nightly");
  });

  test("pages its list and its history", async () => {
    const engine = engineAt("2026-01-01T00:00:00Z");
    for (const id of ["a", "b", "c"]) await engine.schedules.create({ ...nightly, id, when: { every: "1h" } });
    const first = await engine.schedules.list({}, { limit: 2 });
    const rest = await engine.schedules.list({}, { limit: 2, cursor: first.cursor });
    expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(["a", "b", "c"]);
    await engine.advance("3h");
    const newest = await engine.schedules.history("a", { limit: 2 });
    expect(newest.items.map(({ dueAt }) => dueAt.getUTCHours())).toEqual([3, 2]);
    const oldest = await engine.schedules.history("a", { cursor: newest.cursor });
    expect(oldest).toMatchObject({ items: [{ dueAt: new Date("2026-01-01T01:00:00Z") }], cursor: null });
  });

  test.each([
    [{ id: "a b" }, `schedule.id: "a b" must be 1 to 180 letters`],
    [{ when: {} }, "schedule.when: must have one of cron, every and event"],
    [{ when: { every: "10ms" } }, "schedule.when.every: must be at least one second, not 10 ms"],
    [{ when: { cron: "nope" } }, `schedule.when.cron: "nope" has 1 field`],
    [{ misfire: "maybe" }, `schedule.misfire: "maybe" must be one of skip, once, all`],
    [{ overlap: "maybe" }, `schedule.overlap: "maybe" must be one of skip, queue, allow, cancel`],
    [{ atMost: 0 }, "schedule.atMost: 0 must be a whole number from 1 to 1000"],
    [{ grace: "soon" }, `schedule.grace: "soon" is not a duration`],
    [{ workflow: "repotr" }, `no workflow "repotr"; did you mean "report"?`],
    [{ input: { region: 7 } }, `input of "report".region`],
    [{ run: { priority: 1.5 } }, "run.priority: 1.5 must be a whole number"],
  ])("that is wrong is refused in a sentence: %o", async (wrong, message) => {
    const engine = engineAt("2026-01-01T00:00:00Z");
    const definition = { ...nightly, when: inBerlin, ...wrong } as Parameters<typeof engine.schedules.create>[0];
    await expect(engine.schedules.create(definition)).rejects.toThrow(message);
  });
});

describe("after a downtime", () => {
  /** An engine that was there when the schedule was made and comes back five hours and a half later. */
  async function afterDowntime(misfire: "skip" | "once" | "all", atMost = 100) {
    const store = memoryStore();
    let now = Date.UTC(2026, 0, 1);
    const clock = (await import("../clock.ts")).systemClock;
    const engine = () =>
      createEngine({ store, workflows: [report], clock: { ...clock, now: () => now }, retention: { runs: false } });
    const before = engine();
    await before.schedules.create({ ...nightly, id: "h", when: { every: "1h" }, overlap: "allow", misfire, atMost });
    await before.stop();
    now += 5.5 * 3_600_000;
    const after = engine();
    onTestFinished(() => after.stop());
    await after.start();
    await expect.poll(async () => (await after.schedules.get("h")).nextAt).toEqual(new Date("2026-01-01T06:00:00Z"));
    const { items } = await after.schedules.history("h");
    return items.map(({ key, outcome, note }) => `${key} ${outcome}${note ? `: ${note}` : ""}`).reverse();
  }

  test("`once` makes one run for the latest due time and tells of the others", async () => {
    expect(await afterDowntime("once")).toEqual([
      "missed:2026-01-01T01:00:00Z missed: 4 due times up to 2026-01-01T04:00:00Z: nobody was there",
      "2026-01-01T05:00:00Z started: late: nobody was there when it was due",
    ]);
  });

  test("`skip` makes none", async () => {
    expect(await afterDowntime("skip")).toEqual([
      "missed:2026-01-01T01:00:00Z missed: 5 due times up to 2026-01-01T05:00:00Z: nobody was there",
    ]);
  });

  test("`all` makes up for each, up to its bound", async () => {
    expect((await afterDowntime("all")).map((line) => line.slice(0, 28))).toEqual(
      [1, 2, 3, 4, 5].map((hour) => `2026-01-01T0${hour}:00:00Z started`),
    );
    expect((await afterDowntime("all", 2)).map((line) => line.split(":")[0])).toEqual([
      "missed",
      "2026-01-01T04",
      "2026-01-01T05",
    ]);
  });
});

describe("runs that take longer than their schedule's interval", () => {
  async function overlapping(overlap: "skip" | "queue" | "allow" | "cancel", takes = "150m") {
    const engine = engineAt("2026-01-01T00:00:00Z");
    const when = { every: "1h" } as const;
    await engine.schedules.create({ id: "s", workflow: slow, input: { takes }, when, overlap });
    await engine.advance("4h 45m");
    const { items } = await engine.runs();
    const runs = items.map(
      ({ id, status, createdAt }) => `${id.slice(13, 15)} ${status} from ${createdAt.toISOString().slice(11, 16)}`,
    );
    return {
      runs: runs.reverse(),
      history: (await historyOf(engine, "s")).map((line) => line.slice(11, 13) + line.slice(20)),
      engine,
    };
  }

  test("skip: the due times in between are left out", async () => {
    const { runs, history } = await overlapping("skip");
    expect(runs).toEqual(["01 completed from 01:00", "04 parked from 04:00"]);
    expect(history).toEqual(["01 started", "02 skipped", "03 skipped", "04 started"]);
  });

  test("allow: they run side by side", async () => {
    const { runs } = await overlapping("allow");
    expect(runs.map((run) => run.slice(0, 2))).toEqual(["01", "02", "03", "04"]);
  });

  test("queue: one waits, and starts as soon as the run before is over", async () => {
    const { runs, history } = await overlapping("queue");
    expect(runs).toEqual(["01 completed from 01:00", "02 parked from 03:30"]);
    expect(history).toEqual(["01 started", "02 started", "03 skipped", "04 waiting"]);
  });

  test("cancel: the one under way makes room", async () => {
    const { runs, engine } = await overlapping("cancel");
    expect(runs).toEqual([
      "01 cancelled from 01:00",
      "02 cancelled from 02:00",
      "03 cancelled from 03:00",
      "04 parked from 04:00",
    ]);
    const { note } = await (await engine.get("s@2026-01-01T01:00:00Z")).describe();
    expect(note).toContain("a later run took its place");
  });
});

describe("making up for a range", () => {
  async function hourly(overlap: "skip" | "allow", takes = "30m") {
    const engine = engineAt("2026-01-02T00:00:00Z");
    const definition = { id: "s", workflow: slow, input: { takes }, overlap } as const;
    await engine.schedules.create({ ...definition, when: { every: "1h", from: new Date("2025-12-01T00:30:00Z") } });
    return engine;
  }
  const range = { from: new Date("2026-01-01T00:30:00Z"), to: new Date("2026-01-01T03:30:00Z"), by: "ana" };

  test("starts a run for each due time of it, its ends included, and none twice", async () => {
    const engine = await hourly("allow");
    const first = await engine.schedules.backfill("s", range);
    const ids = [0, 1, 2, 3].map((hour) => `s@2026-01-01T0${hour}:30:00Z`);
    expect(first).toEqual({ started: ids, waiting: [], existing: [] });
    expect(await engine.schedules.backfill("s", range)).toEqual({ started: [], waiting: [], existing: ids });
    expect((await engine.schedules.history("s")).items[0]).toMatchObject({ kind: "backfill", by: "ana" });
  });

  test("goes one after the other where runs must not overlap", async () => {
    const engine = await hourly("skip");
    const done = await engine.schedules.backfill("s", range);
    expect([done.started, done.waiting.length]).toEqual([["s@2026-01-01T00:30:00Z"], 3]);
    await engine.advance("29m");
    expect(await idsOf(engine)).toHaveLength(1);
    await engine.advance("92m");
    const { items } = await engine.runs({ idPrefix: "s@2026-01-01" });
    expect(items.map(({ id, status }) => `${id.slice(13, 15)} ${status}`).reverse()).toEqual([
      "00 completed",
      "01 completed",
      "02 completed",
      "03 completed",
    ]);
    const begins = items.map(({ createdAt }) => createdAt.getTime());
    expect(begins.slice(1).every((at, i) => (begins[i] as number) - at >= 30 * 60_000)).toBe(true);
  });

  test.each([
    [{ to: new Date("2027-01-01") }, "backfill.to: lies in the future"],
    [{ from: new Date("2026-01-01T09:00Z") }, "backfill.from: is later than to"],
    [{ from: new Date("2025-01-01"), to: new Date("2026-01-01") }, undefined],
    [{ from: new Date(Number.NaN) }, "backfill.from: is not a time"],
  ])("a range that is wrong is refused: %o", async (wrong, message) => {
    const engine = await hourly("allow");
    const call = engine.schedules.backfill("s", { ...range, ...wrong });
    if (message === undefined) expect((await call).started).toHaveLength(743 + 1);
    else await expect(call).rejects.toThrow(message);
  });
});

describe("a schedule that cannot start its run", () => {
  test("says so in its history and goes on", async () => {
    const engine = engineAt("2026-01-01T00:00:00Z", { log: { debug() {}, info() {}, warn() {}, error() {} } });
    await engine.start();
    await engine.schedules.create({ ...nightly, id: "e", when: { event: "x" } });
    expect(await engine.emit("x", { region: 7 }, { id: "1" })).toMatchObject([
      { outcome: "failed", runId: null, note: expect.stringContaining(`input of "report".region`) },
    ]);
    expect(await engine.emit("x", { region: "eu" }, { id: "2" })).toMatchObject([{ outcome: "started" }]);
  });

  test("of a workflow this process has not is left to another, and keeps no other schedule from its time", async () => {
    const store = memoryStore();
    const both = createEngine({ store, workflows: [report, slow] });
    const from = new Date(Date.now() - 500);
    await both.schedules.create({
      id: "a",
      workflow: slow,
      input: { takes: "1s" },
      when: { every: "1h", from: new Date(Date.now() + 50) },
    });
    await both.schedules.create({ ...nightly, id: "b", when: { every: "1s", from } });
    const one = createEngine({ store, workflows: [report] });
    onTestFinished(() => one.stop());
    await one.start();
    await expect.poll(async () => (await one.schedules.history("b")).items.length).toBeGreaterThan(0);
    expect((await one.schedules.history("a")).items).toEqual([]);
  });
});
