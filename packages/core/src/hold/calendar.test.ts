import { describe, expect, test } from "vitest";
import { addWorkingTime, type BusinessCalendar, checkCalendar } from "./calendar.ts";

const berlin: BusinessCalendar = { timeZone: "Europe/Berlin", holidays: ["2026-12-25"] };

/** A moment later by so much working time, as ISO text in UTC. */
const later = (calendar: BusinessCalendar, from: string, duration: string | number): string =>
  new Date(addWorkingTime(calendar, Date.parse(from), duration, "deadline")).toISOString();

describe("working time", () => {
  test.each([
    // Monday 1 June 2026, 11:00 in Berlin (summer time, UTC+2).
    ["within a day", "2026-06-01T09:00:00Z", "4h", "2026-06-01T13:00:00.000Z"],
    ["over night", "2026-06-01T13:00:00Z", "4h", "2026-06-02T09:00:00.000Z"],
    ["over a weekend", "2026-06-05T14:00:00Z", "2h", "2026-06-08T08:00:00.000Z"],
    ["from a night", "2026-06-01T22:00:00Z", "30m", "2026-06-02T07:30:00.000Z"],
    ["from a Sunday", "2026-06-07T10:00:00Z", "1h", "2026-06-08T08:00:00.000Z"],
    ["a working day is the same time on the next one", "2026-06-05T13:00:00Z", "1d", "2026-06-08T13:00:00.000Z"],
    ["a week is five of them", "2026-06-03T13:00:00Z", "1w", "2026-06-10T13:00:00.000Z"],
    ["days first, then hours", "2026-06-01T14:00:00Z", "1d 2h", "2026-06-03T08:00:00.000Z"],
    ["a holiday is no day", "2026-12-24T10:00:00Z", "1d", "2026-12-28T10:00:00.000Z"],
    ["hours skip a holiday", "2026-12-24T15:00:00Z", "2h", "2026-12-28T09:00:00.000Z"],
    ["the end of a day is still that day", "2026-06-01T09:00:00Z", "6h", "2026-06-01T15:00:00.000Z"],
    // The clock goes forward on Sunday 29 March and back on Sunday 25 October 2026.
    ["in spring nine o'clock stays nine o'clock", "2026-03-27T08:00:00Z", "1d", "2026-03-30T07:00:00.000Z"],
    ["in autumn, too", "2026-10-23T07:00:00Z", "1d", "2026-10-26T08:00:00.000Z"],
    ["milliseconds", "2026-06-01T14:59:59.500Z", 1000, "2026-06-02T07:00:00.500Z"],
  ])("%s", (_what, from, duration, expected) => {
    expect(later(berlin, from, duration)).toBe(expected);
  });

  test("lunch is no working time, and Saturday may be", () => {
    const shop: BusinessCalendar = { ...berlin, days: ["fri", "sat"], hours: ["09:00-12:00", "13:00-18:00"] };
    expect(later(shop, "2026-06-05T09:00:00Z", "2h")).toBe("2026-06-05T12:00:00.000Z");
    expect(later(shop, "2026-06-05T15:00:00Z", "2h")).toBe("2026-06-06T08:00:00.000Z");
  });

  test("around the clock, an hour that spring leaves out is none and the one autumn repeats is two", () => {
    const always: BusinessCalendar = {
      timeZone: "Europe/Berlin",
      days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
      hours: ["00:00-24:00"],
    };
    expect(later(always, "2026-03-28T12:00:00Z", "24h")).toBe("2026-03-29T12:00:00.000Z");
    expect(later(always, "2026-10-24T12:00:00Z", "24h")).toBe("2026-10-25T12:00:00.000Z");
    expect(later(always, "2026-03-28T12:00:00Z", "1d")).toBe("2026-03-29T11:00:00.000Z");
  });

  test("half a working day is refused: it has no length", () => {
    expect(() => later(berlin, "2026-06-01T09:00:00Z", "1.5d")).toThrow("must have whole working days");
  });

  test("what never comes is refused instead of searched for", () => {
    expect(() => later(berlin, "2026-06-01T09:00:00Z", "99999h")).toThrow("does not end within ten years");
  });

  test.each([
    [{ timeZone: "Mars" }, "c.timeZone"],
    [{ timeZone: "UTC", days: [] }, "c.days"],
    [{ timeZone: "UTC", hours: ["9-17"] }, "c.hours.0"],
    [{ timeZone: "UTC", hours: ["09:00-17:00", "16:00-18:00"] }, "c.hours.1"],
    [{ timeZone: "UTC", hours: [] }, "c.hours"],
    [{ timeZone: "UTC", holidays: ["25.12.2026"] }, "c.holidays.0"],
  ])("%j is refused by name", (calendar, path) => {
    expect(checkCalendar(calendar as BusinessCalendar, "c").map((issue) => issue.path)).toEqual([path]);
  });
});
