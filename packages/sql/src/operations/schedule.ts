import type {
  DueSchedules,
  FiringRow,
  Millis,
  NewSchedule,
  Page,
  PageOf,
  ScheduleFilter,
  ScheduleOperation,
  ScheduleResult,
  ScheduleRow,
} from "@holdpoint/core";
import { payloadColumns } from "../columns/payload.ts";
import { integer } from "../columns/read.ts";
import { firingKind, firingOutcome, readFiring, readSchedule } from "../columns/schedule.ts";
import type { SqlRow, SqlValue } from "../driver/driver.ts";
import { forward } from "./deliver.ts";
import type { Context, Program } from "./program.ts";
import { all, one, run } from "./program.ts";
import { start } from "./start.ts";

/** The schedule's row is taken first, so that of several who fire it one goes on and the others find it moved. */
export function* changeSchedule(context: Context, operation: ScheduleOperation): Program<ScheduleResult> {
  const { id, revision, schedule } = operation;
  const before = yield* one("scheduleById", context.namespace, id);
  if (!(yield* write(context, operation, before))) {
    return { type: "conflict", schedule: before === null ? null : readSchedule(before) };
  }
  yield* forward(context, operation.deliveries);
  const created: boolean[] = [];
  for (const started of operation.starts) {
    const result = yield* start(context, { type: "start", run: started, signal: null });
    created.push(result.created);
  }
  if (schedule === null) {
    if (before !== null) yield* run("removeFirings", integer(before, "pk"));
    return { type: "scheduled", schedule: null, created };
  }
  const row = before ?? (yield* one("scheduleById", context.namespace, id));
  if (row === null) throw new TypeError("a schedule vanished while it was written");
  for (const firing of operation.firings) yield* writeFiring(integer(row, "pk"), firing);
  return {
    type: "scheduled",
    schedule: { ...schedule, revision: revision === null ? schedule.createdAt : revision + 1 },
    created,
  };
}

function* write(context: Context, operation: ScheduleOperation, before: SqlRow | null): Program<boolean> {
  const { id, revision, schedule } = operation;
  if ((before === null ? null : integer(before, "revision")) !== revision) return false;
  if (revision === null) {
    if (schedule !== null) {
      yield* run("insertSchedule", context.namespace, id, schedule.createdAt, ...columnsOf(schedule));
    }
    return true;
  }
  const changes =
    schedule === null
      ? yield* run("removeSchedule", context.namespace, id, revision)
      : yield* run("updateSchedule", ...columnsOf(schedule), context.namespace, id, revision);
  return changes > 0;
}

function columnsOf(schedule: NewSchedule): SqlValue[] {
  return [
    schedule.workflow,
    schedule.definition,
    schedule.event,
    ...payloadColumns(schedule.input),
    schedule.paused ? 1 : 0,
    schedule.nextAt,
    schedule.state,
    schedule.createdBy,
    schedule.createdAt,
    schedule.updatedAt,
  ];
}

function* writeFiring(pk: number, firing: FiringRow): Program<void> {
  const { key, kind, outcome, dueAt, runId, actor, note, at } = firing;
  const columns = [firingKind.of(kind), firingOutcome.of(outcome), dueAt, runId, actor, note, at];
  const known = yield* one("firingByKey", pk, key);
  if (known === null) yield* run("insertFiring", pk, key, ...columns);
  else yield* run("updateFiring", ...columns, integer(known, "pk"));
}

export function* schedules(
  { namespace }: Context,
  { id, event }: ScheduleFilter,
  { limit, cursor }: Page,
): Program<PageOf<ScheduleRow>> {
  const after = cursor ?? "";
  if (id !== undefined) {
    const row = yield* one("scheduleById", namespace, id);
    const fits = row !== null && (event === undefined || row.event === event) && (cursor === null || id > cursor);
    return { items: fits ? [readSchedule(row)] : [], cursor: null };
  }
  const rows =
    event === undefined
      ? yield* all("schedulesAfter", namespace, after, limit + 1)
      : yield* all("schedulesOfEvent", namespace, event, after, limit + 1);
  const items = rows.slice(0, limit).map(readSchedule);
  return { items, cursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

export function* dueSchedules({ namespace }: Context, now: Millis, limit: number): Program<DueSchedules> {
  const due = (yield* all("dueSchedules", namespace, now, limit)).map(readSchedule);
  const next = yield* one("nextScheduleAt", namespace, now);
  return { now, due, nextAt: next === null ? null : integer(next, "next_at") };
}

export function* firings({ namespace }: Context, id: string, { limit, cursor }: Page): Program<PageOf<FiringRow>> {
  const schedule = yield* one("scheduleById", namespace, id);
  if (schedule === null) return { items: [], cursor: null };
  const below = cursor === null ? Number.MAX_SAFE_INTEGER : Number(cursor);
  const rows = yield* all("firingsBefore", integer(schedule, "pk"), below, limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(readFiring),
    cursor: rows.length > limit && last !== undefined ? String(integer(last, "pk")) : null,
  };
}
