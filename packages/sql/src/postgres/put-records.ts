import { type PutRecordOperation, type PutRecordResult, recordFault } from "@holdpoint/core";
import { integer } from "../columns/read.ts";
import type { ArrayType } from "../driver/postgres-arrays.ts";
import type { Context } from "../operations/program.ts";
import type { Prepared } from "./connections.ts";
import { packed } from "./entries.ts";

const types = ["bigint", "text", "text", "text", "bigint", "bigint"] as ArrayType[];

const text = `
  with made as (
    insert into record (namespace, kind, id, revision, body, created_at, updated_at, expires_at)
    select $1, kind, id, at, body, at, at, expires_at
    from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[])
      as wanted (n, kind, id, body, at, expires_at)
    order by n
    on conflict (namespace, kind, id) do nothing
    returning kind, id
  )
  select wanted.n from unnest($2::bigint[], $3::text[], $4::text[]) as wanted (n, kind, id)
  join made on made.kind = wanted.kind and made.id = wanted.id`;

/** Whether it is a record that must not be there yet: many of them are one statement. */
export const isNewRecord = (operation: { type: string }): operation is PutRecordOperation =>
  operation.type === "putRecord" && (operation as PutRecordOperation).expected === "absent";

/**
 * Makes records that must not be there, of different names, in one statement: the keys of fifty encrypted runs that are started at once. Null where
 * there is one already, if only one that has expired, which has to be looked into; null for all where one of them cannot be.
 */
export function putRecords(
  context: Context,
  operations: readonly PutRecordOperation[],
): Prepared<(PutRecordResult | null)[]> | null {
  if (operations.some((operation) => recordFault(operation) !== null)) return null;
  const columns = packed(types, [
    operations.map((_, n) => n + 1),
    operations.map(({ kind }) => kind),
    operations.map(({ id }) => id),
    operations.map(({ body }) => body),
    operations.map(({ at }) => at),
    operations.map(({ expiresAt }) => expiresAt),
  ]);
  return {
    query: { name: "put_records", text, values: [context.namespace, ...columns] },
    read: (rows) => {
      const results: (PutRecordResult | null)[] = operations.map(() => null);
      for (const row of rows) {
        const n = integer(row, "n") - 1;
        results[n] = { type: "put", revision: (operations[n] as PutRecordOperation).at };
      }
      return results;
    },
  };
}
