import type { Counted, HoldTimes, RunTimes, TimeSpan } from "../store.ts";
import { type FinishedStatus, finishedStatuses } from "../store.ts";
import type { MemoryHold, MemoryRun } from "./rows.ts";
import { holdRow } from "./rows.ts";
import type { Space } from "./space.ts";

const isFinished = (status: string): status is FinishedStatus =>
  finishedStatuses.some((finished) => finished === status);

/** Run trees that finished in a time, the newest first. */
export function finishedTimes(space: Space, { from, to, limit }: TimeSpan): Counted<RunTimes> {
  const found: RunTimes[] = [];
  for (const run of space.runs.values()) {
    const { workflow, status, createdAt, finishedAt, parent } = run.row;
    if (finishedAt === null || finishedAt < from || finishedAt >= to || !isFinished(status)) continue;
    if (run.nextPk !== null || (parent !== null && parent.close === "cancel")) continue;
    found.push({ workflow, status, createdAt, finishedAt, waited: waited(run) });
  }
  found.sort((a, b) => b.finishedAt - a.finishedAt);
  return { count: found.length, items: found.slice(0, limit) };
}

function waited(run: MemoryRun): number {
  const closed = [...(run.holds?.values() ?? [])].filter(({ row }) => row.closedAt !== null);
  return closed.reduce((sum, { row }) => sum + (row.closedAt ?? 0) - row.openedAt, 0);
}

/** Holds that were closed in a time, the newest first. */
export function closedTimes(space: Space, { from, to, limit }: TimeSpan): Counted<HoldTimes> {
  const all = [...space.holds.values()].map(holdTimes);
  const found = all.filter(({ closedAt }) => closedAt !== null && closedAt >= from && closedAt < to);
  found.sort((a, b) => (b.closedAt ?? 0) - (a.closedAt ?? 0));
  return { count: found.length, items: found.slice(0, limit) };
}

/** Open holds. */
export function openTimes(space: Space, limit: number): HoldTimes[] {
  const open = [...space.holds.values()].filter(({ row }) => row.status === "open");
  return open.slice(0, limit).map(holdTimes);
}

function holdTimes(hold: MemoryHold): HoldTimes {
  const { workflow, severity, status, openedAt, closedAt } = holdRow(hold);
  return { workflow, severity, status, openedAt, closedAt };
}
