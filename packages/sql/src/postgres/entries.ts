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

const columnsOf: readonly ((entry: NewEntry) => SqlValue)[] = [
  ({ key }) => key,
  ({ phase }) => storedPhase(phase),
  ({ kind }) => entryKind.of(kind),
  ({ outcome }) => entryOutcome.of(outcome),
  ({ payload }) => (payload === null ? null : storedCodec(payload.codec)),
  ({ payload }) => payload?.bytes ?? null,
  ({ payload }) => (payload === null ? null : payload.ref ? 1 : 0),
  ({ startedAt }) => startedAt,
  ({ startedAt, endedAt }) => endedAt - startedAt,
  ({ attempt }) => attempt,
  ({ measures }) => measures,
  ({ mailSeen }) => mailSeen,
  ({ hash }) => hash,
];

/** An entry's columns, in the order of `entryColumnNames`. */
export const entryValues = (entry: NewEntry): SqlValue[] => columnsOf.map((column) => column(entry));

/** Entries as one list for each column, in the order of `entryColumnNames`. */
export const entryLists = (entries: readonly NewEntry[]): SqlValue[][] =>
  columnsOf.map((column) => entries.map(column));

/** Entries of many operations as one list for each column; before them which operation it is of, and its place there. */
export function entryColumns(operations: readonly (readonly NewEntry[])[]): SqlValue[][] {
  return [
    operations.flatMap((entries, i) => entries.map(() => i + 1)),
    operations.flatMap((entries) => entries.map((_, place) => place + 1)),
    ...entryLists(operations.flat()),
  ];
}

/** Columns as they are sent, a parameter each. */
export function packed(types: readonly ArrayType[], columns: readonly (readonly SqlValue[])[]): Buffer[] {
  return columns.map((column, i) => list(types[i] as ArrayType, column));
}
