import { CorruptionError } from "@holdpoint/core";
import type { SqlRow } from "../driver/driver.ts";

/** Typed access to a column; a value of another type means the database was changed by something else. */

function wrong(row: SqlRow, name: string, wanted: string): CorruptionError {
  const found = row[name];
  const type = found === null ? "null" : found instanceof Uint8Array ? "bytes" : typeof found;
  return new CorruptionError(`column ${name} should hold ${wanted} and holds ${type}`, { column: name });
}

export function integer(row: SqlRow, name: string): number {
  const value = row[name];
  if (typeof value !== "number") throw wrong(row, name, "an integer");
  return value;
}

export function text(row: SqlRow, name: string): string {
  const value = row[name];
  if (typeof value !== "string") throw wrong(row, name, "text");
  return value;
}

export function blob(row: SqlRow, name: string): Uint8Array {
  const value = row[name];
  if (!(value instanceof Uint8Array)) throw wrong(row, name, "bytes");
  return value;
}

export function integerOrNull(row: SqlRow, name: string): number | null {
  return row[name] === null ? null : integer(row, name);
}

export function textOrNull(row: SqlRow, name: string): string | null {
  return row[name] === null ? null : text(row, name);
}

export function blobOrNull(row: SqlRow, name: string): Uint8Array | null {
  return row[name] === null ? null : blob(row, name);
}
