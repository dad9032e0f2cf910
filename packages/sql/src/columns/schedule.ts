import type { FiringKind, FiringOutcome, FiringRow, ScheduleRow } from "@holdpoint/core";
import type { SqlRow } from "../driver/driver.ts";
import { codes } from "./codes.ts";
import { readPayload } from "./payload.ts";
import { integer, integerOrNull, text, textOrNull } from "./read.ts";

export const firingKind = codes<FiringKind>({ due: 0, manual: 1, backfill: 2, event: 3 });
export const firingOutcome = codes<FiringOutcome>({ started: 0, waiting: 1, skipped: 2, missed: 3, failed: 4 });

export function readSchedule(row: SqlRow): ScheduleRow {
  return {
    id: text(row, "id"),
    revision: integer(row, "revision"),
    workflow: text(row, "workflow"),
    definition: text(row, "definition"),
    event: textOrNull(row, "event"),
    input: readPayload(row),
    paused: integer(row, "paused") === 1,
    nextAt: integerOrNull(row, "next_at"),
    state: text(row, "state"),
    createdBy: textOrNull(row, "created_by"),
    createdAt: integer(row, "created_at"),
    updatedAt: integer(row, "updated_at"),
  };
}

export function readFiring(row: SqlRow): FiringRow {
  return {
    key: text(row, "key"),
    kind: firingKind.word(row.kind),
    outcome: firingOutcome.word(row.outcome),
    dueAt: integer(row, "due_at"),
    runId: textOrNull(row, "run_id"),
    actor: textOrNull(row, "actor"),
    note: textOrNull(row, "note"),
    at: integer(row, "at"),
  };
}
