import type { Cron } from "croner";
import { ValidationError } from "../errors.ts";
import type { Millis } from "../store/store.ts";
import type { StoredTrigger } from "./stored.ts";

/** The due times of a trigger. */
export interface Calendar {
  /** The first one later than `time`; null when there is none. */
  after(time: Millis): Millis | null;
  /** The last one earlier than `time`; null when there is none. */
  before(time: Millis): Millis | null;
}

/** An event has no due times. */
const empty: Calendar = { after: () => null, before: () => null };

/**
 * The calendar of a trigger. Cron expressions are read by croner, which is loaded by the first of them.
 *
 * @param createdAt where intervals without a beginning begin
 * @throws ValidationError the cron expression or the time zone cannot be understood
 */
export async function calendarOf(when: StoredTrigger, createdAt: Millis): Promise<Calendar> {
  if ("event" in when) return empty;
  if ("every" in when) return intervalCalendar(when.every, when.from, createdAt);
  return cronCalendar(when.cron, when.timeZone);
}

/** Without a beginning the first due time is one interval after the creation, so `createdAt` itself is none. */
function intervalCalendar(every: Millis, from: Millis | null, createdAt: Millis): Calendar {
  const origin = from ?? createdAt + every;
  return {
    after: (time) => (time < origin ? origin : origin + (Math.floor((time - origin) / every) + 1) * every),
    before(time) {
      const before = origin + (Math.ceil((time - origin) / every) - 1) * every;
      return before < origin ? null : before;
    },
  };
}

async function cronCalendar(expression: string, timeZone: string): Promise<Calendar> {
  try {
    // Some platforms take offsets and abbreviations, which know no daylight saving.
    new Intl.DateTimeFormat("en", { timeZone });
    if (!/^(UTC|GMT|Etc\/.+|[A-Za-z_]+\/[A-Za-z0-9_+\-/]+)$/.test(timeZone)) throw new RangeError("not a zone's name");
  } catch {
    throw new ValidationError("schedule.when", [
      { path: "timeZone", message: `"${timeZone}" is no time zone; write its IANA name, as "Europe/Berlin" or "UTC"` },
    ]);
  }
  const cron = await readCron(expression, timeZone);
  // It counts in whole seconds.
  return {
    after: (time) => cron.nextRun(new Date(Math.floor(time / 1000) * 1000))?.getTime() ?? null,
    before: (time) => cron.previousRuns(1, new Date(Math.ceil(time / 1000) * 1000))[0]?.getTime() ?? null,
  };
}

async function readCron(expression: string, timeZone: string): Promise<Cron> {
  const fields = expression.trim().split(/\s+/).length;
  const wrong = (message: string): ValidationError =>
    new ValidationError("schedule.when", [{ path: "cron", message: `"${expression}" ${message}` }]);
  if (!(fields === 5 || fields === 6 || /^@\w+$/.test(expression.trim()))) {
    throw wrong(
      `has ${fields} ${fields === 1 ? "field" : "fields"}; write five (minute hour day month weekday), six with seconds first, or "@daily"`,
    );
  }
  const { Cron } = await import("croner");
  try {
    return new Cron(expression.trim(), { timezone: timeZone, paused: true });
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replace(/^CronPattern: /, "");
    throw wrong(`cannot be understood: ${reason}`);
  }
}
