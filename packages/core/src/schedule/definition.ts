import type { RunOptions } from "../engine/run-options.ts";
import type { AnyWorkflow, InputOf } from "../workflow/definition.ts";
import type { Duration } from "../workflow/duration.ts";

/** Starts a run at times given by a cron expression, in a time zone. */
export interface CronTrigger {
  /**
   * Five fields (minute, hour, day of month, month, day of week) or six (seconds first), with lists, ranges, steps and names;
   * also `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.
   */
  cron: string;
  /**
   * IANA name, as "Europe/Berlin". Default "UTC". Where clocks are set forward, a time that does not exist that day is taken as much later as they
   * are set; where they are set back, a fixed time that comes twice is taken the first time.
   */
  timeZone?: string;
}

/** Starts a run every so often, whatever clocks on walls show. */
export interface IntervalTrigger {
  /** At least one second. */
  every: Duration;
  /** The first of the due times; the others are multiples of `every` away. Default: when the schedule is created, and the first is one interval later. */
  from?: Date;
}

/** Starts a run for each `engine.emit` of a name. */
export interface EventTrigger {
  /** Its name, as "order.paid". */
  event: string;
}

/** When a schedule starts runs. */
export type ScheduleTrigger = CronTrigger | IntervalTrigger | EventTrigger;

/**
 * What becomes of due times for which nobody was there: `skip` leaves them out, `once` makes one run for the latest of them, `all` a
 * run for each, up to `atMost`.
 */
export type MisfireRule = "skip" | "once" | "all";

/**
 * What happens when a run is due while one of the same schedule is not over: `skip` leaves the new one out, `queue` lets one wait for it,
 * `allow` starts it beside, `cancel` cancels the one that is under way and starts the new one.
 */
export type OverlapRule = "skip" | "queue" | "allow" | "cancel";

/**
 * A schedule: which runs are started, when, and by which rules.
 *
 * @example
 * await engine.schedules.create({
 *   id: "monthly-refund",
 *   workflow: refund,
 *   input: { orderId: "A-7", amount: 12 },
 *   when: { cron: "0 2 1 * *", timeZone: "Europe/Berlin" },
 *   misfire: "once",
 *   overlap: "skip",
 * });
 */
export interface ScheduleDefinition<W extends AnyWorkflow | string = AnyWorkflow | string> {
  /** Public id: 1 to 180 letters, digits, ".", "_", ":" and "-". Runs are called after it and the time they were due. */
  id: string;
  /** The workflow, or its name. A worker that has it fires the schedule, and the newest version is started. */
  workflow: W;
  /** Input of every run. Checked when the schedule is created and again for each run. */
  input?: Partial<InputOf<W>>;
  /** Field of the input that gets the time the run was due, as a Date. */
  dueAs?: string;
  /** A cron expression, an interval or an event. */
  when: ScheduleTrigger;
  /** Default "once". */
  misfire?: MisfireRule;
  /** How many due times `misfire: "all"` makes up for, the latest ones. 1 to 1,000; default 100. */
  atMost?: number;
  /** How late the latest due time still counts as on time, for `misfire: "skip"`. Default "1m". */
  grace?: Duration;
  /** Default "skip"; of an event "allow". */
  overlap?: OverlapRule;
  /** How its runs are started. */
  run?: Pick<RunOptions, "queue" | "priority" | "concurrencyKey" | "thread" | "attributes">;
}

/**
 * A schedule for `createEngine({ schedules })`: gives back what it is given, its input checked against the workflow's by the compiler.
 *
 * @example
 * const input = { orderId: "A-7", amount: 12 };
 * const monthly = schedule({ id: "monthly-refund", workflow: refund, input, when: { cron: "0 2 1 * *" } });
 */
export function schedule<W extends AnyWorkflow | string>(definition: ScheduleDefinition<W>): ScheduleDefinition {
  return definition;
}
