import { ValidationError } from "@holdpoint/core";
import { type SqlBool, sql } from "kysely";
import { integer, integerOrNull } from "../columns/read.ts";
import type { SqlRow } from "../driver/driver.ts";

/** When a hold without a time is due: after all that have one. */
const never = Number.MAX_SAFE_INTEGER;

/** What holds are sorted by whose order is `due`; then the severest come first, then the oldest. */
export const dueAt = sql<number>`coalesce(hold.next_at, ${sql.lit(never)})`;

/** A hold's place in that order, behind which the next page begins. */
export const dueCursorOf = (row: SqlRow): string =>
  [integerOrNull(row, "next_at") ?? never, integer(row, "severity"), integer(row, "pk")].join("_");

/** What stands behind a place. Throws `ValidationError` for a cursor of another order. */
export function dueBehind(cursor: string) {
  const [at, severity, pk, ...more] = cursor.split("_").map(Number);
  const numbers = [at, severity, pk].every((one) => one !== undefined && Number.isSafeInteger(one));
  if (!numbers || more.length > 0) throw new ValidationError("cursor", [{ path: "", message: "is not one of ours" }]);
  return sql<SqlBool>`(${dueAt} > ${at} or (${dueAt} = ${at} and (hold.severity < ${severity}
    or (hold.severity = ${severity} and hold.pk > ${pk}))))`;
}
