import type { ChangePage, ChangesAfter, ChangeType, FeedCursor, Millis, NumberedChange } from "@holdpoint/core";
import { feedCursorText, feedLength, feedOverlap, firstFeedCursor, readFeed, readFeedCursor } from "@holdpoint/core";
import { changeType, severityCode } from "../columns/codes.ts";
import { integer, integerOrNull, text, textOrNull } from "../columns/read.ts";
import { readAttributes } from "../columns/run.ts";
import type { SqlRow } from "../driver/driver.ts";
import type { Call, Context, Program } from "./program.ts";
import { all, call, one, run, unknownNamespace } from "./program.ts";

/** Writes down what happened to a run: `yield` it. */
export function runChanged(
  { namespace }: Context,
  runPk: number,
  what: Extract<ChangeType, `run.${string}`>,
  at: Millis,
): Call {
  return call("insertChange", namespace, runPk, null, changeType.of(what), at);
}

/** Writes down what happened to a hold: `yield` it. */
export function holdChanged(
  { namespace }: Context,
  { runPk, pk }: { runPk: number; pk: number },
  what: Extract<ChangeType, `hold.${string}`>,
  at: Millis,
): Call {
  return call("insertChange", namespace, runPk, pk, changeType.of(what), at);
}

/**
 * Changes are numbered for all namespaces together, so that a number that is missing shows; those of others are passed over.
 * Gaps are looked for before what is new: what is committed in between is found the next time.
 */
export function* changes(context: Context, { after, limit, now }: ChangesAfter): Program<ChangePage> {
  const last = yield* numberOf("newestChange", 0);
  const cursor = after === null ? null : readFeedCursor(after);
  const lost = cursor !== null && (yield* isLost(cursor, last));
  if (cursor === null || lost) return { changes: [], cursor: yield* newest(last, now), more: false, lost };
  // What is written while somebody makes the namespace would be passed over as another's: it is read when the namespace is known.
  if (context.namespace === unknownNamespace) return { ...readFeed(cursor, [], now), more: false, lost };
  const rows: SqlRow[] = [];
  for (const { from, to } of cursor.gaps) rows.push(...(yield* all("changesBetween", from, to)));
  const found = cursor.through === last ? [] : yield* all("changesAfter", cursor.through, limit);
  const read = [...rows, ...found].map((row) => readChange(context, row));
  return { ...readFeed(cursor, read, now), more: found.length === limit, lost };
}

function* isLost({ through }: FeedCursor, last: number): Program<boolean> {
  if (through > last) return true;
  // What is not that old was never dropped: where the first of it are missing, they are not committed yet.
  return through < last - feedLength && through + 1 < (yield* numberOf("oldestChange", 1));
}

function* newest(last: number, now: Millis): Program<string> {
  const rows = yield* all("changeNumbersAfter", last - feedOverlap);
  const numbers = rows.map((row) => integer(row, "pk"));
  return feedCursorText(firstFeedCursor(numbers, now));
}

function* numberOf(statement: "newestChange" | "oldestChange", none: number): Program<number> {
  const row = yield* one(statement);
  return (row && integerOrNull(row, "pk")) ?? none;
}

function readChange({ namespace }: Context, row: SqlRow): NumberedChange {
  const n = integer(row, "pk");
  if (integer(row, "namespace") !== namespace || row["run_id"] === null) return { n, change: null };
  const hold =
    row["hold_id"] === null
      ? null
      : {
          id: text(row, "hold_id"),
          key: text(row, "hold_key"),
          name: text(row, "hold_name"),
          severity: severityCode.word(row["severity"]),
        };
  const run = {
    id: text(row, "run_id"),
    generation: integer(row, "generation"),
    workflow: text(row, "workflow"),
    attributes: readAttributes(textOrNull(row, "attributes")),
  };
  return { n, change: { type: changeType.word(row["what"]), at: integer(row, "at"), run, hold } };
}

/** So many numbers are dropped from the feed at once: what piled up while nobody swept must not become one long transaction. */
const trimmedAtOnce = 10_000;

/** Drops changes that only a reader could want who was away for very long, a batch of the oldest. Says whether there are more. */
export function* trimFeed(): Program<boolean> {
  const last = yield* numberOf("newestChange", 0);
  const end = last - feedLength;
  if (end <= 0) return false;
  const first = yield* numberOf("oldestChange", end + 1);
  if (first > end) return false;
  const until = Math.min(end, first + trimmedAtOnce - 1);
  yield* run("trimFeed", until);
  return until < end;
}
