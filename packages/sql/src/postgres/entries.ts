import type { NewEntry } from "@holdpoint/core";
import { entryKind, entryOutcome, storedPhase } from "../columns/codes.ts";
import { storedCodec } from "../columns/payload.ts";
import type { SqlValue } from "../driver/driver.ts";
import { type ArrayType, binaryArray } from "../driver/postgres-arrays.ts";
import { checkText } from "./transaction.ts";

/** Columns of the journal behind `run_pk, seq`, in the order of `entryColumns`. */
export const entryColumnNames =
  "key, phase, kind, outcome, codec, bytes, ref, started_at, duration, attempt, measures, mail_seen, hash";

/** Types of what `entryColumns` gives. */
export const entryTypes =
  "bigint bigint text text smallint smallint text bytea smallint bigint bigint integer text bigint bytea".split(
    " ",
  ) as ArrayType[];

/** Entries of many operations as one list for each column; before them which operation it is of, and its place there. */
export function entryColumns(operations: readonly (readonly NewEntry[])[]): SqlValue[][] {
  const rows = operations.flatMap((entries, i) =>
    entries.map((entry, place) => ({ n: i + 1, place: place + 1, entry })),
  );
  return [
    rows.map(({ n }) => n),
    rows.map(({ place }) => place),
    rows.map(({ entry }) => entry.key),
    rows.map(({ entry }) => storedPhase(entry.phase)),
    rows.map(({ entry }) => entryKind.of(entry.kind)),
    rows.map(({ entry }) => entryOutcome.of(entry.outcome)),
    rows.map(({ entry }) => (entry.payload === null ? null : storedCodec(entry.payload.codec))),
    rows.map(({ entry }) => entry.payload?.bytes ?? null),
    rows.map(({ entry }) => (entry.payload === null ? null : entry.payload.ref ? 1 : 0)),
    rows.map(({ entry }) => entry.startedAt),
    rows.map(({ entry }) => entry.endedAt - entry.startedAt),
    rows.map(({ entry }) => entry.attempt),
    rows.map(({ entry }) => entry.measures),
    rows.map(({ entry }) => entry.mailSeen),
    rows.map(({ entry }) => entry.hash),
  ];
}

/** Columns as they are sent, a parameter each. */
export function packed(types: readonly ArrayType[], columns: readonly (readonly SqlValue[])[]): Buffer[] {
  return columns.map((column, i) => {
    const type = types[i] as ArrayType;
    if (type === "text") for (const value of column) if (value !== null) checkText(value as string);
    return binaryArray(type, column);
  });
}
