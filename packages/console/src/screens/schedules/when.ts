import type { RouteOutput } from "@holdpoint/client";
import { Cron } from "croner";
import { copy } from "./copy.ts";

export type Schedule = RouteOutput<"schedules.list">["items"][number];

/** When a schedule starts something, in a line. */
export function whenText(when: Schedule["when"]): string {
  if ("cron" in when) return `${when.cron} (${when.timeZone})`;
  if ("event" in when) return `on ${when.event}`;
  return `every ${intervalText(when.every)}`;
}

function intervalText(ms: number): string {
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
  ] as const;
  const [name, size] = units.find(([, unit]) => ms % unit === 0) ?? ["ms", 1];
  return `${ms / size} ${name}`;
}

/** The next five times of a cron expression, as the server will have them: both ask croner. Or why there are none. */
export function nextTimes(cron: string, timeZone: string): { times: Date[] } | { problem: string } {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
  } catch {
    return { problem: copy.badZone };
  }
  try {
    const times = new Cron(cron.trim(), { timezone: timeZone, paused: true }).nextRuns(5);
    return times.length > 0 ? { times } : { problem: copy.noNext };
  } catch (error) {
    return { problem: `${(error instanceof Error ? error.message : String(error)).replace(/^CronPattern: /, "")}.` };
  }
}

/** A moment in words, in a zone of the schedule's. */
export const timeIn = (time: Date, timeZone: string): string =>
  new Intl.DateTimeFormat(undefined, {
    weekday: "short",
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone,
    timeZoneName: "short",
  }).format(time);
