import { describe, expect, test } from "vitest";
import { calendarOf } from "./calendar.ts";

const at = (text: string): number => new Date(text).getTime();

async function timesOf(cron: string, timeZone: string, from: string, count: number): Promise<string[]> {
  const calendar = await calendarOf({ cron, timeZone }, 0);
  const times: string[] = [];
  for (let due = calendar.after(at(from)); due !== null && times.length < count; due = calendar.after(due)) {
    times.push(new Date(due).toISOString().replace(":00.000Z", "Z"));
  }
  return times;
}

describe("a cron expression", () => {
  test("in Berlin, clocks set forward: a time that does not exist that day comes an hour later", async () => {
    expect(await timesOf("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00Z", 3)).toEqual([
      "2026-03-28T01:30Z",
      "2026-03-29T01:00Z",
      "2026-03-30T00:30Z",
    ]);
    expect(await timesOf("0 9 * * *", "Europe/Berlin", "2026-03-28T12:00Z", 2)).toEqual([
      "2026-03-29T07:00Z",
      "2026-03-30T07:00Z",
    ]);
  });

  test("in Berlin, clocks set back: a time that comes twice is taken once, the first time", async () => {
    expect(await timesOf("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", 2)).toEqual([
      "2026-10-25T00:30Z",
      "2026-10-26T01:30Z",
    ]);
  });

  test("in New York, both ways", async () => {
    expect(await timesOf("30 2 * * *", "America/New_York", "2026-03-07T12:00Z", 2)).toEqual([
      "2026-03-08T07:00Z",
      "2026-03-09T06:30Z",
    ]);
    expect(await timesOf("30 1 * * *", "America/New_York", "2026-10-31T12:00Z", 2)).toEqual([
      "2026-11-01T05:30Z",
      "2026-11-02T06:30Z",
    ]);
  });

  test("that repeats within the hour goes through both changes without a gap and without a pair", async () => {
    const spring = await timesOf("*/30 * * * *", "Europe/Berlin", "2026-03-28T23:59Z", 8);
    const autumn = await timesOf("*/30 * * * *", "America/New_York", "2026-11-01T03:59Z", 8);
    for (const times of [spring, autumn]) {
      const gaps = times.slice(1).map((time, i) => at(time) - at(times[i] as string));
      expect(new Set(gaps)).toEqual(new Set([30 * 60_000]));
    }
  });

  test("takes names, steps, seconds and nicknames", async () => {
    expect(await timesOf("0 9 * * MON-FRI", "UTC", "2026-01-02T10:00Z", 1)).toEqual(["2026-01-05T09:00Z"]);
    expect(await timesOf("*/6 * * * *", "UTC", "2026-01-01T00:00Z", 1)).toEqual(["2026-01-01T00:06Z"]);
    expect(await timesOf("30 0 0 1 1 *", "UTC", "2026-01-01T00:00Z", 1)).toEqual(["2026-01-01T00:00:30.000Z"]);
    expect(await timesOf("@daily", "UTC", "2026-01-01T00:00Z", 1)).toEqual(["2026-01-02T00:00Z"]);
  });

  test("finds the time before, and none where there is none", async () => {
    const nightly = await calendarOf({ cron: "0 2 * * *", timeZone: "UTC" }, 0);
    expect(nightly.before(at("2026-01-02T02:00Z"))).toBe(at("2026-01-01T02:00Z"));
    expect(nightly.before(at("2026-01-02T02:00Z") + 1)).toBe(at("2026-01-02T02:00Z"));
    expect(nightly.after(at("2026-01-02T02:00Z") - 1)).toBe(at("2026-01-02T02:00Z"));
    const never = await calendarOf({ cron: "0 0 30 2 *", timeZone: "UTC" }, 0);
    expect(never.after(0)).toBeNull();
  });

  test.each([
    ["* * *", "UTC", `schedule.when.cron: "* * *" has 3 fields; write five`],
    ["61 * * * *", "UTC", `schedule.when.cron: "61 * * * *" cannot be understood: Invalid value for minute: 61`],
    ["0 9 * * *", "Mars/Base", `schedule.when.timeZone: "Mars/Base" is no time zone; write its IANA name`],
    ["0 9 * * *", "+02:00", `schedule.when.timeZone: "+02:00" is no time zone`],
  ])("%s in %s is refused in a sentence", async (cron, timeZone, message) => {
    await expect(calendarOf({ cron, timeZone }, 0)).rejects.toThrow(message);
  });
});

describe("an interval", () => {
  test("counts from its beginning, else from the creation", async () => {
    const from = await calendarOf({ every: 60_000, from: 1_000 }, 0);
    expect([from.after(-5), from.after(1_000), from.after(61_000 - 1)]).toEqual([1_000, 61_000, 61_000]);
    expect([from.before(1_000), from.before(1_001), from.before(61_000), from.before(61_001)]).toEqual([
      null,
      1_000,
      1_000,
      61_000,
    ]);
    const bare = await calendarOf({ every: 60_000, from: null }, 5_000);
    expect([bare.after(5_000), bare.after(65_000), bare.before(65_000)]).toEqual([65_000, 125_000, null]);
  });
});
