import type { Counted, FinishedStatus, HoldTimes, RunTimes, TimeSpan } from "@holdpoint/core";
import { holdStatus, runStatus, severityCode } from "../columns/codes.ts";
import { integer, text } from "../columns/read.ts";
import type { SqlRow } from "../driver/driver.ts";
import { all, type Context, one, type Program } from "./program.ts";

/** Run trees that finished in a time: how many, and the newest of them. */
export function* finishedTimes({ namespace }: Context, { from, to, limit }: TimeSpan): Program<Counted<RunTimes>> {
  const rows = yield* all("finishedTimes", namespace, from, to, limit);
  const items = rows.map((row) => ({
    workflow: text(row, "workflow"),
    // Whatever has a time of finishing has finished.
    status: runStatus.word(row.status) as FinishedStatus,
    createdAt: integer(row, "created_at"),
    finishedAt: integer(row, "finished_at"),
    waited: integer(row, "waited"),
  }));
  if (items.length < limit) return { count: items.length, items };
  return { count: yield* countOf("finishedCount", namespace, from, to), items };
}

/** Holds that were closed in a time: how many, and the newest of them. */
export function* closedTimes({ namespace }: Context, { from, to, limit }: TimeSpan): Program<Counted<HoldTimes>> {
  const items = (yield* all("closedTimes", namespace, from, to, limit)).map(readTimes);
  if (items.length < limit) return { count: items.length, items };
  return { count: yield* countOf("closedCount", namespace, from, to), items };
}

/** Open holds, in no order. */
export function* openTimes({ namespace }: Context, limit: number): Program<HoldTimes[]> {
  return (yield* all("openTimes", namespace, limit)).map(readTimes);
}

function* countOf(
  statement: "finishedCount" | "closedCount",
  namespace: number,
  from: number,
  to: number,
): Program<number> {
  const row = yield* one(statement, namespace, from, to);
  return row === null ? 0 : integer(row, "n");
}

const readTimes = (row: SqlRow): HoldTimes => ({
  workflow: text(row, "workflow"),
  severity: severityCode.word(row.severity),
  status: holdStatus.word(row.status),
  openedAt: integer(row, "opened_at"),
  closedAt: row.closed_at === null ? null : integer(row, "closed_at"),
});
