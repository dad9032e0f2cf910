import { type Issue, ValidationError } from "../errors.ts";
import { type Duration, durationMs } from "../workflow/duration.ts";
import { addWorkingTime, type BusinessCalendar } from "./calendar.ts";
import { checkPeople } from "./check-reviewers.ts";
import type { HoldProgress } from "./progress.ts";
import type { People } from "./reviewers.ts";

/** New reviewers when a time has passed: beside those before, or with `replace` in their place. */
export interface Escalation extends People {
  replace?: boolean;
  /** With `replace`: how many of them must agree. Default 1. */
  quorum?: number;
}

/** A rung that is on the way, and decides nothing. */
export type LadderStep =
  | { after: Duration; remind: true | { every: Duration; times: number } }
  | { after: Duration; escalate: Escalation };

/** What happens at a time when nobody answered before, as it is stored. */
export type DeadlineRung =
  | { at: number; decide: unknown }
  | { at: number; expire: true }
  | { at: number; remind: true }
  | { at: number; escalate: { people: string[]; groups: string[]; replace: boolean; quorum: number } };

/** A rung as an author writes it, its decision already in the stored form. */
export type WrittenRung = { after: Duration; decide: unknown } | { after: Duration; expire: true } | LadderStep;

const kinds = ["remind", "escalate", "decide", "expire"];
/** A reminder a day for half a year. */
const mostReminders = 200;

/** What is wrong with a rung. */
export function checkRung(rung: object, path: string): Issue[] {
  const fields = Object.keys(rung).filter((field) => field !== "after");
  const [field] = fields;
  if (!("after" in rung)) return [{ path: `${path}.after`, message: 'is missing: when, as in "3d"' }];
  if (fields.length !== 1 || !kinds.includes(field ?? "")) {
    return [{ path, message: 'must have exactly one of "remind", "escalate", "decide" and "expire" beside "after"' }];
  }
  if ("remind" in rung && rung.remind !== true) {
    const { every, times } = { ...(rung.remind as { every?: unknown; times?: unknown } | null) };
    if (every === undefined || !Number.isInteger(times) || Number(times) < 1 || Number(times) > mostReminders)
      return [
        { path: `${path}.remind`, message: `must be true, or { every, times } with 1 to ${mostReminders} times` },
      ];
  }
  if ("escalate" in rung) {
    const issues = checkPeople(rung.escalate, `${path}.escalate`, true);
    const { quorum, replace } = { ...(rung.escalate as Escalation | null) };
    if (quorum !== undefined && (replace !== true || !Number.isInteger(quorum) || quorum < 1))
      issues.push({
        path: `${path}.escalate.quorum`,
        message: "must be a whole number from 1, and goes with `replace: true`",
      });
    return issues;
  }
  return [];
}

/**
 * The ladder with its times, counted from when the hold opened, earliest first. Where two fall together the one that was
 * written first comes first.
 *
 * @throws ValidationError a time is not a duration
 */
export function ladderOf(
  rungs: readonly WrittenRung[],
  openedAt: number,
  subject: string,
  calendar: BusinessCalendar | null = null,
): DeadlineRung[] {
  const later = (from: number, duration: Duration, where: string): number =>
    calendar ? addWorkingTime(calendar, from, duration, where) : from + durationMs(duration, where);
  const ladder = rungs.flatMap((rung, index): DeadlineRung[] => {
    const where = `${subject} deadline.${index}.after`;
    const at = later(openedAt, rung.after, where);
    if ("expire" in rung) return [{ at, expire: true }];
    if ("decide" in rung) return [{ at, decide: rung.decide }];
    if ("escalate" in rung) {
      const { people = [], groups = [], replace = false, quorum = 1 } = rung.escalate;
      return [{ at, escalate: { people: [...people], groups: [...groups], replace, quorum } }];
    }
    if (rung.remind === true) return [{ at, remind: true }];
    const { every, times } = rung.remind;
    const reminders: DeadlineRung[] = [];
    for (
      let next = at;
      reminders.length < times;
      next = later(next, every, `${subject} deadline.${index}.remind.every`)
    ) {
      reminders.push({ at: next, remind: true });
    }
    return reminders;
  });
  if (ladder.some(({ at }) => !Number.isSafeInteger(Math.round(at)))) {
    throw new ValidationError(subject, [{ path: "deadline", message: "lies too far in the future" }]);
  }
  return ladder.sort((a, b) => a.at - b.at);
}

type Place = Pick<HoldProgress, "rungs" | "delayMs" | "pausedAt">;

/** When the sweeper has to look at a hold next; null when it never has to. */
export function nextTimer(ladder: readonly DeadlineRung[], place: Place, pauseMs: number | null): number | null {
  if (place.pausedAt !== null) return place.pausedAt + (pauseMs ?? 0);
  const rung = ladder[place.rungs];
  return rung === undefined ? null : rung.at + place.delayMs;
}
