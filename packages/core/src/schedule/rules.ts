import { ValidationError } from "../errors.ts";
import { durationMs } from "../workflow/duration.ts";
import type { MisfireRule, OverlapRule, ScheduleDefinition } from "./definition.ts";
import type { ScheduleRules, StoredTrigger } from "./stored.ts";

const misfires: readonly MisfireRule[] = ["skip", "once", "all"];
const overlaps: readonly OverlapRule[] = ["skip", "queue", "allow", "cancel"];
/** Runs of a schedule have its id and a time in theirs, which has 256 characters at most. */
const idForm = /^\w[\w.:-]{0,179}$/;
const shortest = 1_000;

function wrong(path: string, message: string): never {
  throw new ValidationError("schedule", [{ path, message }]);
}

/**
 * The rules of a definition, complete and as they are kept.
 *
 * @throws ValidationError naming the field that is wrong; whether a cron expression can be understood is found out by reading it
 */
export function rulesOf(definition: ScheduleDefinition): ScheduleRules {
  const { id, when, dueAs, misfire = "once", atMost = 100, grace = "1m", run = {} } = definition;
  if (typeof id !== "string" || !idForm.test(id)) {
    wrong("id", `"${id}" must be 1 to 180 letters, digits, "_", "-", "." or ":", starting with a letter or digit`);
  }
  const trigger = triggerOf(when);
  const overlap = definition.overlap ?? ("event" in trigger ? "allow" : "skip");
  if (!misfires.includes(misfire)) wrong("misfire", `"${misfire}" must be one of ${misfires.join(", ")}`);
  if (!overlaps.includes(overlap)) wrong("overlap", `"${overlap}" must be one of ${overlaps.join(", ")}`);
  if (!Number.isInteger(atMost) || atMost < 1 || atMost > 1_000) {
    wrong("atMost", `${atMost} must be a whole number from 1 to 1000`);
  }
  if (dueAs !== undefined && dueAs === "") wrong("dueAs", "must name a field of the input");
  return {
    when: trigger,
    dueAs: dueAs ?? null,
    misfire,
    atMost,
    grace: durationMs(grace, "schedule.grace"),
    overlap,
    run: { ...run },
  };
}

function triggerOf(when: ScheduleDefinition["when"]): StoredTrigger {
  const given = Object.keys(when ?? {}).filter((name) => ["cron", "every", "event"].includes(name));
  if (given.length !== 1) {
    wrong("when", "must have one of cron, every and event: a cron expression, a length of time or an event's name");
  }
  if ("event" in when) {
    if (typeof when.event !== "string" || when.event === "") wrong("when.event", "must be the name of an event");
    return { event: when.event };
  }
  if ("cron" in when) return { cron: when.cron.trim(), timeZone: when.timeZone ?? "UTC" };
  const every = durationMs(when.every, "schedule.when.every");
  if (every < shortest) wrong("when.every", `must be at least one second, not ${every} ms`);
  if (when.from !== undefined && Number.isNaN(when.from.getTime())) wrong("when.from", "is not a time");
  return { every: Math.round(every), from: when.from?.getTime() ?? null };
}
