import type { StoredPayload } from "@holdpoint/core";
import { CorruptionError } from "@holdpoint/core";
import type { SqlRow, SqlValue } from "../driver/driver.ts";

/**
 * Codecs are in every journal row, so ours are one letter there. A letter is never reused; any other codec keeps its
 * name behind an equals sign.
 */
const letters = new Map([
  ["json", "j"],
  ["rich", "r"],
  ["hash", "h"],
  ["erased", "e"],
]);
const names = new Map([...letters].map(([name, letter]) => [letter, name]));

export function storedCodec(codec: string): string {
  return letters.get(codec) ?? `=${codec}`;
}

function readCodec(stored: string): string {
  const name = stored.startsWith("=") ? stored.slice(1) : names.get(stored);
  if (name === undefined)
    throw new CorruptionError(`the database holds the unknown codec ${stored}`, { codec: stored });
  return name;
}

/** The three columns `codec, bytes, ref` of a payload; all null when there is none. */
export function payloadColumns(payload: StoredPayload | null): [SqlValue, SqlValue, SqlValue] {
  return payload === null ? [null, null, null] : [storedCodec(payload.codec), payload.bytes, payload.ref ? 1 : 0];
}

export function payloadOf(
  codec: SqlValue | undefined,
  bytes: SqlValue | undefined,
  ref: SqlValue | undefined,
): StoredPayload | null {
  if (codec === null) return null;
  if (typeof codec !== "string" || !(bytes instanceof Uint8Array) || typeof ref !== "number") {
    throw new CorruptionError("a payload has a column of the wrong type", { codec });
  }
  return { codec: readCodec(codec), bytes, ref: ref === 1 };
}

export function readPayload(row: SqlRow, prefix = ""): StoredPayload | null {
  return payloadOf(row[`${prefix}codec`], row[`${prefix}bytes`], row[`${prefix}ref`]);
}
