import type { LogHead, LogLine, LogOperation, LogResult, Refused } from "@holdpoint/core";
import { logFault, nextLogLine } from "@holdpoint/core";
import { blobOrNull, integer } from "../columns/read.ts";
import type { SqlRow } from "../driver/driver.ts";
import type { ArrayType } from "../driver/postgres-arrays.ts";
import { appendLog, headOf } from "../operations/log.ts";
import type { Context } from "../operations/program.ts";
import type { Connected, Query } from "./connections.ts";
import { packed } from "./entries.ts";
import type { ProgramRunner } from "./transaction.ts";

const types = ["bigint", "bigint", "text", "bytea"] as ArrayType[];

const text = `
  with moved as (update log_head set n = $2, at = $3, hash = $4 where pk = $1)
  insert into log_line (log_pk, n, at, body, hash)
  select $1, line.n, line.at, line.body, line.hash
  from unnest($5::bigint[], $6::bigint[], $7::text[], $8::bytea[]) as line (n, at, body, hash)`;

/** A log whose head is locked, and where that stands. */
export interface LockedLog {
  pk: number;
  head: LogHead;
}

export const lockedLog = (row: SqlRow): LockedLog => ({
  pk: integer(row, "pk"),
  head: { n: integer(row, "n"), at: integer(row, "at"), hash: blobOrNull(row, "hash") },
});

/** Whether one statement appends them: of lines with keys some may be there. */
export const isPlainAppend = (operation: LogOperation): boolean =>
  operation.lines.length > 0 && operation.lines.every(({ key }) => key === null) && logFault(operation) === null;

/** The statement that appends lines to a log whose head is locked, and the log as it stands then. */
export function appending({ pk, head }: LockedLog, { log, lines: given }: LogOperation) {
  const lines: LogLine[] = [];
  let last = head;
  for (const line of given) {
    const next = nextLogLine(last, log, line);
    lines.push(next);
    last = next;
  }
  const columns = packed(types, [
    lines.map(({ n }) => n),
    lines.map(({ at }) => at),
    lines.map(({ body }) => body),
    lines.map(({ hash }) => hash),
  ]);
  const query: Query = { name: "append_lines", text, values: [pk, last.n, last.at, last.hash, ...columns] };
  return { query, lines, then: { pk, head: last } satisfies LockedLog };
}

/**
 * Appends lines in one statement behind the look at the log's head, which locks it. A hundred by themselves cost a millisecond of the
 * client, and as much of the server. Lines with keys, of which some may be there, are the program's.
 */
export async function appendLines(
  connected: Connected,
  runner: ProgramRunner,
  context: Context,
  operation: LogOperation,
): Promise<LogResult | Refused> {
  if (operation.lines.length < 2 || !isPlainAppend(operation)) return runner.run(appendLog(context, operation));
  const locked = lockedLog(await runner.run(headOf(context, operation.log)));
  const { query, lines } = appending(locked, operation);
  await connected.query(query);
  return { type: "logged", lines };
}
