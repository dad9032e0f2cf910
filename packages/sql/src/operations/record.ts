import type {
  DropRecordOperation,
  DropRecordResult,
  Millis,
  PutRecordOperation,
  PutRecordResult,
  RecordPage,
  RecordRow,
  Refused,
} from "@holdpoint/core";
import { expiredPerSweep, recordFault } from "@holdpoint/core";
import { integer, integerOrNull, text } from "../columns/read.ts";
import type { SqlRow } from "../driver/driver.ts";
import type { Context, Program } from "./program.ts";
import { all, one, run } from "./program.ts";

function readRecord(row: SqlRow): RecordRow {
  return {
    kind: text(row, "kind"),
    id: text(row, "id"),
    revision: integer(row, "revision"),
    body: text(row, "body"),
    createdAt: integer(row, "created_at"),
    updatedAt: integer(row, "updated_at"),
    expiresAt: integerOrNull(row, "expires_at"),
  };
}

/** The record of the row; null when it has expired. */
function living(row: SqlRow | null, now: Millis): RecordRow | null {
  const record = row === null ? null : readRecord(row);
  return record !== null && (record.expiresAt === null || record.expiresAt > now) ? record : null;
}

/** Two who make the same record: the index lets one of them, and the other's operation is applied again and finds it. */
export function* putRecord({ namespace }: Context, operation: PutRecordOperation): Program<PutRecordResult | Refused> {
  const reason = recordFault(operation);
  if (reason !== null) return { type: "refused", reason };
  const { kind, id, body, expiresAt, expected, at } = operation;
  const row = yield* one("recordById", namespace, kind, id);
  const before = living(row, at);
  if (expected !== "any" && (before?.revision ?? "absent") !== expected) return { type: "changed", record: before };
  if (row === null) {
    yield* run("insertRecord", namespace, kind, id, at, body, at, at, expiresAt);
    return { type: "put", revision: at };
  }
  const revision = integer(row, "revision") + 1;
  yield* run("updateRecord", revision, body, before?.createdAt ?? at, at, expiresAt, integer(row, "pk"));
  return { type: "put", revision };
}

export function* dropRecord({ namespace }: Context, operation: DropRecordOperation): Program<DropRecordResult> {
  const { kind, id, expected, at } = operation;
  const row = yield* one("recordById", namespace, kind, id);
  const before = living(row, at);
  if (expected !== "any" && before?.revision !== expected) return { type: "changed", record: before };
  if (row !== null) yield* run("removeRecord", integer(row, "pk"));
  return { type: "dropped" };
}

export function* record({ namespace }: Context, kind: string, id: string, now: Millis): Program<RecordRow | null> {
  return living(yield* one("recordById", namespace, kind, id), now);
}

/** The highest code point there is: no id with the prefix sorts behind prefix + this. */
const last = "\u{10ffff}";

export function* records({ namespace }: Context, kind: string, page: RecordPage): Program<RecordRow[]> {
  const { prefix = "", after, limit, now } = page;
  const goesOn = after !== undefined && Buffer.compare(Buffer.from(after), Buffer.from(prefix)) >= 0;
  const [statement, from] = goesOn ? (["recordsAfter", after] as const) : (["recordsFrom", prefix] as const);
  return (yield* all(statement, namespace, kind, from, prefix + last, now, limit)).map(readRecord);
}

export function* sweep({ namespace }: Context, now: Millis): Program<number> {
  return yield* run("sweepRecords", namespace, now, expiredPerSweep, now);
}
