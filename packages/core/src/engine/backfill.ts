import { ValidationError } from "../errors.ts";
import { dueKey } from "../schedule/plan.ts";
import type { Millis } from "../store/store.ts";
import type { StoredSchedule } from "./schedule-firing.ts";

/** Due times that are made up for at once: more is more likely a slip than a wish. */
const most = 1_000;

/** The due times of a range, its ends included. Throws `ValidationError`. */
export function backfillTimes(
  { row, rules, calendar }: StoredSchedule,
  { from, to }: { from: Date; to: Date },
  now: Millis,
): { due: Millis; key: string }[] {
  const wrong = (path: string, message: string): never => {
    throw new ValidationError("backfill", [{ path, message }]);
  };
  const [start, end] = [from.getTime(), to.getTime()];
  if (Number.isNaN(start)) wrong("from", "is not a time");
  if (Number.isNaN(end)) wrong("to", "is not a time");
  if (start > end) wrong("from", "is later than to");
  if (end > now) wrong("to", "lies in the future; what is not due yet cannot be made up for");
  if ("event" in rules.when) wrong("id", `schedule "${row.id}" is fired by an event and has no due times`);
  const times: { due: Millis; key: string }[] = [];
  let due = calendar.after(start - 1);
  for (; due !== null && due <= end; due = calendar.after(due)) {
    if (times.length === most) wrong("to", `the range has more than ${most} due times; take a shorter one`);
    times.push({ due, key: dueKey(due) });
  }
  return times;
}
