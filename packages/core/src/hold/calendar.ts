import { type Issue, ValidationError } from "../errors.ts";
import { type Duration, durationMs, durationParts } from "../workflow/duration.ts";
import { wallTime } from "./wall-time.ts";

/** Days of the week as a calendar names them. */
export type Weekday = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

/**
 * When people work. In a deadline that has one, hours and minutes pass only while they do, and `d` is a working day.
 *
 * @example
 * import type { BusinessCalendar } from "holdpoint";
 *
 * const office: BusinessCalendar = {
 *   timeZone: "Europe/Berlin",
 *   days: ["mon", "tue", "wed", "thu", "fri"],
 *   hours: ["09:00-12:30", "13:30-18:00"],
 *   holidays: ["2026-12-25", "2026-12-26"],
 * };
 */
export interface BusinessCalendar {
  /** An IANA name. */
  timeZone: string;
  /** Default: Monday to Friday. */
  days?: readonly Weekday[];
  /** Open times of such a day, in order, as the clock on the wall shows them. Default: 09:00-17:00. */
  hours?: readonly string[];
  /** Days on which nobody works, as `YYYY-MM-DD`. */
  holidays?: readonly string[];
}

const weekdays: readonly Weekday[] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const dayMs = 86_400_000;
/** No deadline looks further ahead. */
const mostDays = 4_000;
const hoursPattern = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$/;

/** What is wrong with a calendar. */
export function checkCalendar(calendar: BusinessCalendar, path: string): Issue[] {
  const issues: Issue[] = [];
  try {
    new Intl.DateTimeFormat("en", { timeZone: calendar.timeZone });
    if (typeof calendar.timeZone !== "string") throw new RangeError();
  } catch {
    issues.push({
      path: `${path}.timeZone`,
      message: `"${calendar.timeZone}" is no time zone; write one like "Europe/Berlin"`,
    });
  }
  if (calendar.days && (calendar.days.length === 0 || !calendar.days.every((day) => weekdays.includes(day)))) {
    issues.push({ path: `${path}.days`, message: `must be some of ${weekdays.join(", ")}` });
  }
  let end = 0;
  for (const [index, hours] of (calendar.hours ?? ["09:00-17:00"]).entries()) {
    const [open, close] = minutesOf(hours) ?? [0, 0];
    if (close <= open || open < end || close > 24 * 60) {
      issues.push({
        path: `${path}.hours.${index}`,
        message: `"${hours}" must read like "09:00-17:00" and come after the one before`,
      });
    }
    end = close;
  }
  if (calendar.hours?.length === 0) issues.push({ path: `${path}.hours`, message: "must name at least one open time" });
  for (const [index, day] of (calendar.holidays ?? []).entries()) {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day)))
      issues.push({ path: `${path}.holidays.${index}`, message: `"${day}" must be a day like "2026-12-25"` });
  }
  return issues;
}

function minutesOf(hours: string): [number, number] | null {
  const match = hoursPattern.exec(hours);
  if (!match) return null;
  const [open = 0, openMinute = 0, close = 0, closeMinute = 0] = match.slice(1).map(Number);
  return [open * 60 + openMinute, close * 60 + closeMinute];
}

/**
 * The moment so much working time after another, in milliseconds since 1970. Whole days and weeks of the duration are working
 * days, taken first: a day from Friday 15:00 is Monday 15:00. The rest passes only while the calendar is open. What starts
 * outside opening hours starts when they next open.
 *
 * @throws ValidationError the duration is not one, or would not end within ten years
 */
export function addWorkingTime(calendar: BusinessCalendar, from: number, duration: Duration, subject: string): number {
  const parts = typeof duration === "number" ? [{ value: duration, unit: "ms" }] : durationParts(duration, subject);
  const perWeek = (calendar.days ?? ["mon", "tue", "wed", "thu", "fri"]).length;
  let days = 0;
  let rest = 0;
  for (const { value, unit } of parts) {
    if (unit === "d" || unit === "w") days += unit === "w" ? value * perWeek : value;
    else rest += durationMs(`${value}${unit}`, subject);
  }
  if (!Number.isInteger(days)) {
    throw new ValidationError(subject, [{ path: "", message: "must have whole working days; write hours for less" }]);
  }
  let at = nextOpen(calendar, from, subject);
  if (days > 0) at = sameTimeLater(calendar, at, days, subject);
  return rest > 0 ? openTimeLater(calendar, at, rest, subject) : at;
}

interface Opening {
  open: number;
  close: number;
}

/** Open times of one day, which is counted in days since 1970. */
function openingsOf(calendar: BusinessCalendar, day: number): Opening[] {
  const date = new Date(day * dayMs);
  const days = calendar.days ?? ["mon", "tue", "wed", "thu", "fri"];
  if (!days.includes(weekdays[date.getUTCDay()] as Weekday)) return [];
  if (calendar.holidays?.includes(date.toISOString().slice(0, 10))) return [];
  return (calendar.hours ?? ["09:00-17:00"]).map((hours) => {
    const [open, close] = minutesOf(hours) ?? [0, 0];
    return {
      open: wallTime(calendar.timeZone).toInstant(day, open * 60_000),
      close: wallTime(calendar.timeZone).toInstant(day, close * 60_000),
    };
  });
}

/** Openings from the day of a moment on. */
function* openingsFrom(calendar: BusinessCalendar, at: number, subject: string): Generator<Opening> {
  const { day } = wallTime(calendar.timeZone).read(at);
  for (let ahead = 0; ahead < mostDays; ahead++) yield* openingsOf(calendar, day + ahead);
  throw new ValidationError(subject, [{ path: "", message: "does not end within ten years of this calendar" }]);
}

function nextOpen(calendar: BusinessCalendar, at: number, subject: string): number {
  for (const { open, close } of openingsFrom(calendar, at, subject)) if (close > at) return Math.max(open, at);
  return at;
}

function sameTimeLater(calendar: BusinessCalendar, at: number, days: number, subject: string): number {
  const zone = wallTime(calendar.timeZone);
  const { day, time } = zone.read(at);
  let left = days;
  for (let ahead = 1; ahead < mostDays; ahead++) {
    if (openingsOf(calendar, day + ahead).length === 0) continue;
    left -= 1;
    if (left === 0) return zone.toInstant(day + ahead, time);
  }
  throw new ValidationError(subject, [{ path: "", message: "does not end within ten years of this calendar" }]);
}

function openTimeLater(calendar: BusinessCalendar, at: number, ms: number, subject: string): number {
  let left = ms;
  for (const { open, close } of openingsFrom(calendar, at, subject)) {
    const start = Math.max(open, at);
    if (close <= start) continue;
    if (left <= close - start) return start + left;
    left -= close - start;
  }
  return at;
}
