import type { FieldPacket } from "mysql2/promise";
import type { SqlRow } from "../driver/driver.ts";

/** What one statement gave. */
export interface Answer {
  rows: SqlRow[];
  /** Rows it found to change, also where they had the new values already. */
  changes: number;
  /** The first key the server gave to a new row. */
  insertId: number;
}

const binary = 63;

/** Bytes without the packet around them, which would be kept in memory with them. */
export function plainRows<Row extends Record<string, unknown>>(rows: Row[], fields: readonly FieldPacket[]): Row[] {
  for (const { name, characterSet } of fields) {
    if (characterSet !== binary) continue;
    for (const row of rows as Record<string, unknown>[]) {
      const value = row[name];
      if (value instanceof Uint8Array) row[name] = new Uint8Array(value);
    }
  }
  return rows;
}

/** As the driver gives the result of one statement. */
export function answerOf(result: unknown, fields: readonly FieldPacket[] | undefined): Answer {
  if (Array.isArray(result)) return { rows: plainRows(result as SqlRow[], fields ?? []), changes: 0, insertId: 0 };
  const { affectedRows: changes = 0, insertId = 0 } = result as { affectedRows?: number; insertId?: number };
  return { rows: [], changes, insertId };
}
