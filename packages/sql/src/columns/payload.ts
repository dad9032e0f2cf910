import type { StoredPayload } from "@holdpoint/core";
import type { SqlRow, SqlValue } from "../driver/driver.ts";
import { blob, integer, text } from "./read.ts";

/** The three columns `codec, bytes, ref` of a payload; all null when there is none. */
export function payloadColumns(payload: StoredPayload | null): [SqlValue, SqlValue, SqlValue] {
  return payload === null ? [null, null, null] : [payload.codec, payload.bytes, payload.ref ? 1 : 0];
}

export function readPayload(row: SqlRow, prefix = ""): StoredPayload | null {
  if (row[`${prefix}codec`] === null) return null;
  return {
    codec: text(row, `${prefix}codec`),
    bytes: blob(row, `${prefix}bytes`),
    ref: integer(row, `${prefix}ref`) === 1,
  };
}
