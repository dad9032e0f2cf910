import type { SqlValue } from "../driver/driver.ts";
import { tuple } from "./literal.ts";

/** How long one statement grows at most while it can be two. */
const enough = 1 << 19;

/** One row: its values, or the text of what is in its parentheses. */
type Row = readonly SqlValue[] | string;

export const intoFeed = "insert into feed (namespace, run_pk, hold_pk, what, at)";

/** As few `insert`s as the rows need; each may be sent in a packet of its own. */
export function inserts(into: string, rows: readonly Row[]): string[] {
  const statements: string[] = [];
  let values: string[] = [];
  let size = 0;
  for (const row of rows) {
    const text = typeof row === "string" ? row : tuple(row);
    if (size > 0 && size + text.length > enough) {
      statements.push(`${into} values ${values.join(", ")}`);
      values = [];
      size = 0;
    }
    values.push(text);
    size += text.length;
  }
  if (values.length > 0) statements.push(`${into} values ${values.join(", ")}`);
  return statements;
}
