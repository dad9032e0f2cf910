import type { AdvanceOperation, AdvanceResult } from "@holdpoint/core";
import { statusCode } from "../columns/codes.ts";
import { integer } from "../columns/read.ts";
import type { Context } from "../operations/program.ts";
import type { Prepared } from "./connections.ts";
import { entryColumnNames, entryTypes, entryValues } from "./entries.ts";
import { checkText } from "./transaction.ts";

/** Behind the operation's number and the entry's place. */
const types = entryTypes.slice(2);

/**
 * A step by itself: what the statement for many runs does, without its lists, which for one run are most of what it costs, here
 * and in the server. No row back: the run was not its owner's to change.
 */
const text = `
  with raised as (
    update run set seq = seq + 1, entry_count = entry_count + 1, head = $5, updated_at = $6, stalls = least(stalls, 1)
    where pk = $2 and namespace + 0 = $1 and epoch = $3 and status + 0 = ${statusCode.running} and head = $4
    returning pk, seq
  )
  insert into journal (run_pk, seq, ${entryColumnNames})
  select pk, seq, ${types.map((type, i) => `$${7 + i}::${type}`).join(", ")} from raised
  returning seq`;

/** Whether it is one entry of a run that goes on: what a step leaves behind. */
export function isOneEntry({ entries, then }: AdvanceOperation): boolean {
  return entries.length === 1 && then.type === "continue";
}

/** Applies one such operation; null where the row was not as it should be, which has to be looked into. */
export function appendOne(context: Context, operation: AdvanceOperation): Prepared<(AdvanceResult | null)[]> {
  const { pk, epoch, previousHead, head, at, entries } = operation;
  const values = [context.namespace, pk, epoch, previousHead, head, at, ...entries.flatMap(entryValues)];
  for (const value of values) if (typeof value === "string") checkText(value);
  return {
    query: { name: "append_one", text, values },
    read([row]) {
      if (row === undefined) return [null];
      const seq = integer(row, "seq");
      return [{ type: "advanced", seq, firstSeq: seq, repeated: false }];
    },
  };
}
