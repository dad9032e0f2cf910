import { type SqlParameter, ValidationError } from "@holdpoint/core";

const wrong = (message: string): ValidationError => new ValidationError("sql", [{ path: "", message }]);

/** A text in hexadecimal digits stands in the way of no collation: it is as if it had been written out. */
function text(value: string): string {
  if (!value.isWellFormed()) throw wrong("a parameter has half of a surrogate pair, which has no UTF-8");
  if (value.includes("\\") || value.includes("\u0000")) return `_utf8mb4 x'${Buffer.from(value).toString("hex")}'`;
  return `'${value.replaceAll("'", "''")}'`;
}

/** `2030-01-02 03:04:05.678` in UTC, as the sessions' time zone is. */
function time(value: Date): string {
  if (Number.isNaN(value.getTime())) throw wrong("a parameter is an invalid date");
  return `'${value.toISOString().slice(0, -1).replace("T", " ")}'`;
}

/**
 * A parameter as it is written into a statement: whole numbers stay whole and decimals exact, which as parameters of a
 * prepared statement they would not (the driver sends every number as a double). Depends on no mode of the server.
 *
 * @throws ValidationError no column can hold it
 */
export function written(value: SqlParameter): string {
  if (value === null) return "null";
  if (typeof value === "string") return text(value);
  if (value instanceof Date) return time(value);
  if (value instanceof Uint8Array) {
    return `x'${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}'`;
  }
  if (typeof value === "number" && !Number.isFinite(value))
    throw wrong(`a parameter is ${value}, which no column holds`);
  return String(value);
}
