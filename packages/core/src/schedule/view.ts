import type { PayloadCodec } from "../journal/codec.ts";
import { decodePayload } from "../journal/payload.ts";
import type { FiringKind, FiringOutcome, FiringRow, ScheduleRow } from "../store/schedule-rows.ts";
import type { MisfireRule, OverlapRule, ScheduleDefinition } from "./definition.ts";
import { readRules, readState, type StoredTrigger } from "./stored.ts";

/** A schedule as it stands. */
export interface Schedule {
  /** Its public id. */
  id: string;
  /** Name of the workflow whose runs it starts. */
  workflow: string;
  /** When: a cron expression with its time zone, an interval in milliseconds, or an event. */
  when: { cron: string; timeZone: string } | { every: number; from: Date | null } | { event: string };
  /** Input of its runs. */
  input: unknown;
  /** Field of the input that gets the due time. */
  dueAs: string | null;
  /** What becomes of due times nobody was there for. */
  misfire: MisfireRule;
  /** How many of them are made up for at most. */
  atMost: number;
  /** How late is on time, in milliseconds. */
  grace: number;
  /** What happens while a run of it is not over. */
  overlap: OverlapRule;
  /** How its runs are started. */
  run: NonNullable<ScheduleDefinition["run"]>;
  /** It starts nothing by itself until it is resumed. */
  paused: boolean;
  /** Who paused it. */
  pausedBy: string | null;
  /** What they said. */
  note: string | null;
  /** When it is due next; null when time does not bring it. */
  nextAt: Date | null;
  /** Ids of its runs that are not over; empty where overlapping is allowed, because nobody asks there. */
  running: string[];
  /** How many firings wait for those. */
  waiting: number;
  /** Who created it. */
  createdBy: string | null;
  /** When it was created. */
  createdAt: Date;
  /** When it last fired or was changed. */
  updatedAt: Date;
}

/** A line of a schedule's history: one firing, or due times that were missed. */
export interface Firing {
  /** Names it within its schedule. */
  key: string;
  /** Why: its time came (`due`), by hand (`manual`), a range was made up for (`backfill`), an event (`event`). */
  kind: FiringKind;
  /** `started`, `waiting` for the run before, `skipped` because of it, `missed`, or `failed` to start. */
  outcome: FiringOutcome;
  /** When it was due. */
  dueAt: Date;
  /** The run it started, or would have. */
  runId: string | null;
  /** Who asked for it; null for the clock. */
  by: string | null;
  /** Why nothing was started, or that it was late. */
  note: string | null;
  /** When it happened. */
  at: Date;
}

export function viewSchedule(row: ScheduleRow, codec: PayloadCodec): Schedule {
  const { when, ...rules } = readRules(row);
  const { due, running, waiting, pausedBy, note } = readState(row);
  return {
    id: row.id,
    workflow: row.workflow,
    when: viewTrigger(when),
    input: decodePayload(row.input, codec),
    ...rules,
    paused: row.paused,
    pausedBy,
    note,
    nextAt: due === null ? null : new Date(due),
    running,
    waiting: waiting.length,
    createdBy: row.createdBy,
    createdAt: new Date(row.createdAt),
    updatedAt: new Date(row.updatedAt),
  };
}

function viewTrigger(when: StoredTrigger): Schedule["when"] {
  return "every" in when ? { every: when.every, from: when.from === null ? null : new Date(when.from) } : when;
}

export function viewFiring({ actor, dueAt, at, ...row }: FiringRow): Firing {
  return { ...row, by: actor, dueAt: new Date(dueAt), at: new Date(at) };
}
