import type { FiringRow } from "../store/schedule-rows.ts";
import type { Millis } from "../store/store.ts";
import type { Calendar } from "./calendar.ts";
import type { OverlapRule } from "./definition.ts";
import type { Occurrence, ScheduleRules, ScheduleState } from "./stored.ts";

/** So many due times are counted one by one after a downtime; beyond that only the latest are looked at. */
const walk = 1_000;

/** What a schedule's own due times ask for now. */
export interface DueNow {
  occurrences: Occurrence[];
  /** Due times that are left out: one line of the history for all of them. */
  missed: FiringRow | null;
  /** The next due time. */
  next: Millis | null;
}

/** The name of a due time, and the end of its run's id: `2026-03-29T01:00:00Z`. */
export function dueKey(due: Millis): string {
  return new Date(due).toISOString().replace(".000Z", "Z");
}

/**
 * Which of the due times up to `now` a run is started for, by the misfire rule: a pure function of where the schedule
 * stands. The latest one is on time while it is not older than `grace`; all before it were missed.
 */
export function dueNow(rules: ScheduleRules, state: ScheduleState, calendar: Calendar, now: Millis): DueNow {
  if (state.due === null || state.due > now) return { occurrences: [], missed: null, next: state.due };
  const { times, complete } = dueTimes(calendar, state.due, now, rules.atMost);
  const latest = times.at(-1) as Millis;
  const isLate = now - latest > rules.grace;
  const taken =
    rules.misfire === "all" ? times.slice(-rules.atMost) : rules.misfire === "skip" && isLate ? [] : [latest];
  const left = times.slice(0, times.length - taken.length);
  const late = (due: Millis): string | null =>
    now - due > rules.grace ? "late: nobody was there when it was due" : null;
  return {
    occurrences: taken.map((due) => ({
      key: dueKey(due),
      kind: "due",
      due,
      actor: null,
      input: null,
      note: late(due),
    })),
    missed: left.length === 0 && complete ? null : missedLine(state.due, left, complete, now),
    next: calendar.after(now),
  };
}

/** Due times from `first` to `now`; where they are too many to count, the latest. */
function dueTimes(calendar: Calendar, first: Millis, now: Millis, atMost: number) {
  const times: Millis[] = [];
  for (let due: Millis | null = first; due !== null && due <= now; due = calendar.after(due)) {
    times.push(due);
    if (times.length > walk) return { times: latestTimes(calendar, now, atMost), complete: false };
  }
  return { times, complete: true };
}

function latestTimes(calendar: Calendar, now: Millis, count: number): Millis[] {
  const times: Millis[] = [];
  for (let due = calendar.before(now + 1); due !== null && times.length < count; due = calendar.before(due))
    times.push(due);
  return times.reverse();
}

function missedLine(first: Millis, left: readonly Millis[], complete: boolean, at: Millis): FiringRow {
  const last = left.at(-1);
  const count = complete ? `${left.length}` : `more than ${walk - 1}`;
  const until = last === undefined || last === first ? "" : ` up to ${dueKey(last)}`;
  const note =
    complete && left.length === 1 ? "nobody was there when it was due" : `${count} due times${until}: nobody was there`;
  return {
    key: `missed:${dueKey(first)}`,
    kind: "due",
    outcome: "missed",
    dueAt: first,
    runId: null,
    actor: null,
    note,
    at,
  };
}

/** What happens to occurrences beside the runs that are under way. */
export interface OverlapPlan {
  start: Occurrence[];
  skipped: Occurrence[];
  /** Waits from now on. */
  queued: Occurrence[];
  /** Everything that waits afterwards. */
  waiting: Occurrence[];
  /** Ids of runs to cancel. */
  cancel: string[];
}

/**
 * Lets occurrences start, wait or be left out, by the overlap rule: a pure function. `running` are the schedule's runs that
 * are not over; `waiting` is what waits for them.
 */
export function overlapPlan(
  overlap: OverlapRule | "queueAll",
  running: readonly string[],
  waiting: readonly Occurrence[],
  occurrences: readonly Occurrence[],
): OverlapPlan {
  const plan: OverlapPlan = { start: [], skipped: [], queued: [], waiting: [...waiting], cancel: [] };
  const isBusy = (): boolean => running.length + plan.start.length > 0;
  const skip = (occurrence: Occurrence, note: string): void => void plan.skipped.push({ ...occurrence, note });
  const [first] = plan.waiting;
  if (first !== undefined && !isBusy()) plan.start.push(plan.waiting.shift() as Occurrence);
  for (const [i, occurrence] of occurrences.entries()) {
    if (plan.waiting.some(({ key }) => key === occurrence.key)) continue;
    const isLast = i === occurrences.length - 1;
    if (overlap === "allow" || (overlap !== "cancel" && !isBusy())) plan.start.push(occurrence);
    else if (overlap === "skip") skip(occurrence, "the run before was not over");
    else if (overlap === "cancel" && !isLast) skip(occurrence, "a later one took its place");
    else if (overlap === "cancel") {
      plan.cancel.push(...running);
      plan.start.push(occurrence);
    } else if (overlap === "queue" && plan.waiting.some(({ kind }) => kind !== "backfill"))
      skip(occurrence, "the run before was not over, and one waited already");
    else {
      plan.queued.push(occurrence);
      plan.waiting.push(occurrence);
    }
  }
  return plan;
}
