import type { NewEntry } from "@holdpoint/core";
import { entryKind, entryOutcome, storedPhase } from "../columns/codes.ts";
import { storedCodec } from "../columns/payload.ts";
import type { SqlValue } from "../driver/driver.ts";
import type { ArrayType } from "../driver/postgres-arrays.ts";
import { list } from "./lists.ts";

/** Columns of the journal behind `run_pk, seq`, in the order of `entryValues`. */
export const entryColumnNames =
  "key, phase, kind, outcome, codec, bytes, ref, started_at, duration, attempt, measures, mail_seen, hash";

/** The same, one by one. */
export const entryNames = entryColumnNames.split(", ");

/** Types of what `entryColumns` gives. */
export const entryTypes =
  "bigint bigint text text smallint smallint text bytea smallint bigint bigint integer text bigint bytea".split(
    " ",
  ) as ArrayType[];

/** Columns of an entry, without its operation's number and its place there. */
export const entryNamesAndTypes = entryNames.map((name, i) => [name, entryTypes[i + 2] as ArrayType] as const);

/** An entry's columns, in the order of `entryColumnNames`. */
export function entryValues(entry: NewEntry): SqlValue[] {
  const { payload } = entry;
  return [
    entry.key,
    storedPhase(entry.phase),
    entryKind.of(entry.kind),
    entryOutcome.of(entry.outcome),
    payload === null ? null : storedCodec(payload.codec),
    payload?.bytes ?? null,
    payload === null ? null : payload.ref ? 1 : 0,
    entry.startedAt,
    entry.endedAt - entry.startedAt,
    entry.attempt,
    entry.measures,
    entry.mailSeen,
    entry.hash,
  ];
}

/** Entries of many operations as one list for each column; before them which operation it is of, and its place there. */
export function entryColumns(operations: readonly (readonly NewEntry[])[]): SqlValue[][] {
  const rows = operations.flatMap((entries, i) =>
    entries.map((entry, place): SqlValue[] => [i + 1, place + 1, ...entryValues(entry)]),
  );
  return entryTypes.map((_, column) => rows.map((row) => row[column] as SqlValue));
}

/** Columns as they are sent, a parameter each. */
export function packed(types: readonly ArrayType[], columns: readonly (readonly SqlValue[])[]): Buffer[] {
  return columns.map((column, i) => list(types[i] as ArrayType, column));
}
