import type { ChangedHolds, FeedCursor, Millis } from "@holdpoint/core";
import { feedCursorText, feedLength, feedOverlap, nextFeedCursor, readFeedCursor } from "@holdpoint/core";
import { integer, integerOrNull, text } from "../columns/read.ts";
import type { SqlRow } from "../driver/driver.ts";
import type { Context, Program } from "./program.ts";
import { all, one, run } from "./program.ts";

/**
 * Changes are numbered for all namespaces together, so that a number that is missing shows; those of others are passed over.
 * Gaps are looked for before what is new: what is committed in between is found the next time.
 */
export function* changedHolds(
  context: Context,
  { after, limit, now }: { after: string | null; limit: number; now: Millis },
): Program<ChangedHolds> {
  const { cursor, lost } = yield* placeOf(after);
  const rows: SqlRow[] = [];
  const filled = new Set<number>();
  for (const { n } of cursor.gaps) {
    const row = yield* one("holdChange", n);
    if (row === null) continue;
    rows.push(row);
    filled.add(n);
  }
  const found = yield* all("holdChangesAfter", cursor.through, limit);
  rows.push(...found);
  const numbers = found.map((row) => integer(row, "pk"));
  const holds = new Set<string>();
  for (const row of rows) {
    if (integer(row, "namespace") === context.namespace && row["id"] !== null) holds.add(text(row, "id"));
  }
  return {
    holds: [...holds],
    cursor: feedCursorText(nextFeedCursor(cursor, numbers, filled, now)),
    more: found.length === limit,
    lost,
  };
}

function* placeOf(after: string | null): Program<{ cursor: FeedCursor; lost: boolean }> {
  const last = yield* numberOf("newestHoldChange", 0);
  const cursor = after === null ? null : readFeedCursor(after);
  if (cursor !== null && cursor.through === last) return { cursor, lost: false };
  const lost =
    cursor !== null && (cursor.through > last || cursor.through + 1 < (yield* numberOf("oldestHoldChange", 1)));
  if (cursor !== null && !lost) return { cursor, lost };
  return { cursor: { through: Math.max(0, last - feedOverlap), gaps: [] }, lost };
}

function* numberOf(statement: "newestHoldChange" | "oldestHoldChange", none: number): Program<number> {
  const row = yield* one(statement);
  return (row && integerOrNull(row, "pk")) ?? none;
}

/** Drops changes that only a reader could want who was away for very long. */
export function* trimHoldChanges(): Program<void> {
  const last = yield* numberOf("newestHoldChange", 0);
  if (last > feedLength) yield* run("trimHoldChanges", last - feedLength);
}
