import type {
  DueSchedules,
  FiringRow,
  ScheduleFilter,
  ScheduleOperation,
  ScheduleResult,
  ScheduleRow,
} from "../schedule-rows.ts";
import type { Millis, Page, PageOf, RunPk } from "../store.ts";
import { compareIds } from "./compare-ids.ts";
import { forward } from "./deliver.ts";
import type { Space } from "./space.ts";
import { start } from "./start.ts";

/** A schedule with its history, in the order in which the lines came. */
export interface MemorySchedule {
  row: ScheduleRow;
  firings: { n: number; row: FiringRow }[];
  lastFiring: number;
}

export function changeSchedule(space: Space, nextPk: () => RunPk, operation: ScheduleOperation): ScheduleResult {
  const { id, revision, schedule } = operation;
  const known = space.schedules.get(id);
  if ((known?.row.revision ?? null) !== revision) {
    return { type: "conflict", schedule: known === undefined ? null : { ...known.row } };
  }
  forward(space, operation.deliveries);
  const created = operation.starts.map((run) => start(space, nextPk, { type: "start", run, signal: null }).created);
  if (schedule === null) {
    space.schedules.delete(id);
    return { type: "scheduled", schedule: null, created };
  }
  const row = { ...schedule, revision: revision === null ? schedule.createdAt : revision + 1 };
  const changed = known ?? { row, firings: [], lastFiring: 0 };
  changed.row = row;
  for (const firing of operation.firings) {
    const line = changed.firings.find((one) => one.row.key === firing.key);
    if (line) line.row = { ...firing };
    else changed.firings.push({ n: ++changed.lastFiring, row: { ...firing } });
  }
  space.schedules.set(id, changed);
  return { type: "scheduled", schedule: { ...row }, created };
}

export function schedules(space: Space, filter: ScheduleFilter, { limit, cursor }: Page): PageOf<ScheduleRow> {
  const found = [...space.schedules.values()]
    .map(({ row }) => row)
    .filter(({ id }) => filter.id === undefined || id === filter.id)
    .filter(({ event }) => filter.event === undefined || event === filter.event)
    .filter(({ id }) => cursor === null || compareIds(id, cursor) > 0)
    .sort((a, b) => compareIds(a.id, b.id));
  const items = found.slice(0, limit).map((row) => ({ ...row }));
  return { items, cursor: found.length > limit ? (items.at(-1)?.id ?? null) : null };
}

export function dueSchedules(space: Space, now: Millis, limit: number): DueSchedules {
  const timed = [...space.schedules.values()]
    .flatMap(({ row }) => (row.nextAt === null ? [] : [{ row, at: row.nextAt }]))
    .sort((a, b) => a.at - b.at || compareIds(a.row.id, b.row.id));
  const due = timed.filter(({ at }) => at <= now).slice(0, limit);
  return { now, due: due.map(({ row }) => ({ ...row })), nextAt: timed.find(({ at }) => at > now)?.at ?? null };
}

export function firings(space: Space, id: string, { limit, cursor }: Page): PageOf<FiringRow> {
  const below = cursor === null ? Number.POSITIVE_INFINITY : Number(cursor);
  const lines = (space.schedules.get(id)?.firings ?? []).filter(({ n }) => n < below).reverse();
  const shown = lines.slice(0, limit);
  return {
    items: shown.map(({ row }) => ({ ...row })),
    cursor: lines.length > limit ? String(shown.at(-1)?.n) : null,
  };
}
