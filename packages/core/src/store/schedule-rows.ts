import type { Millis, StoredPayload } from "./journal-rows.ts";
import type { Delivery, NewRun } from "./run-rows.ts";

/** A schedule as it is written. What it means is decided above: a store compares, orders and keeps. */
export interface NewSchedule {
  /** Public id, unique within the namespace. */
  id: string;
  /** Name of the workflow whose runs it starts. */
  workflow: string;
  /** When it starts runs, and by which rules: JSON text, encoded above the store. */
  definition: string;
  /** Input of every run; null when there is none. */
  input: StoredPayload | null;
  /** The event that starts a run; null when time does. */
  event: string | null;
  paused: boolean;
  /** When somebody has to look at it next; null when time brings nothing (paused, or started by an event). */
  nextAt: Millis | null;
  /** Where it stands (last due time, runs that are not over, firings that wait): JSON text, encoded above the store. */
  state: string;
  createdBy: string | null;
  createdAt: Millis;
  updatedAt: Millis;
}

/** A schedule's row. */
export interface ScheduleRow extends NewSchedule {
  /**
   * Raised by every change: of two who read the same state only one changes it. Begins with `createdAt`, so that one that was
   * removed and made anew is not taken for the earlier one.
   */
  revision: number;
}

/** Why a schedule fired: its time came, a person asked for it, a range was made up for, an event happened. */
export type FiringKind = "due" | "manual" | "backfill" | "event";

/** What became of a firing. `missed` stands for due times nobody was there for, `skipped` for one that overlapped. */
export type FiringOutcome = "started" | "waiting" | "skipped" | "missed" | "failed";

/** A line of a schedule's history. */
export interface FiringRow {
  /** Names it within its schedule; a line with the same name takes its place. */
  key: string;
  kind: FiringKind;
  outcome: FiringOutcome;
  /** The time it was due. */
  dueAt: Millis;
  runId: string | null;
  /** Who asked for it; null for the clock. */
  actor: string | null;
  /** Short text for a person: why it started nothing, or how many due times it stands for. */
  note: string | null;
  at: Millis;
}

/**
 * Changes one schedule and, in the same transaction, starts the runs that this stands for: create, change, pause, fire and
 * remove are all this. A run whose id is taken is left as it is. Removing a schedule removes its history, not its runs.
 */
export interface ScheduleOperation {
  type: "schedule";
  id: string;
  /** Compare-and-set: the row must have this revision; null: there must be no such schedule. */
  revision: number | null;
  /** What it becomes; null removes it. */
  schedule: NewSchedule | null;
  firings: FiringRow[];
  starts: NewRun[];
  /** Mail in the same transaction: the cancellation of runs that make room. */
  deliveries: Delivery[];
}

/** What became of it; `conflict` when the schedule was not at that revision, with the schedule as it is. */
export type ScheduleResult =
  | {
      type: "scheduled";
      schedule: ScheduleRow | null;
      /** For each of `starts`, whether the run was created. */
      created: boolean[];
    }
  | { type: "conflict"; schedule: ScheduleRow | null };

/** Which schedules; everything that is given must hold. */
export interface ScheduleFilter {
  id?: string;
  /** Those that this event starts runs for. */
  event?: string;
}

/** What is due, by the store's clock. */
export interface DueSchedules {
  /** The time by which it was decided: the database's where it has a clock of its own. */
  now: Millis;
  /** Those whose `nextAt` has passed, earliest first. */
  due: ScheduleRow[];
  /** The earliest `nextAt` that is later; null when there is none. */
  nextAt: Millis | null;
}
