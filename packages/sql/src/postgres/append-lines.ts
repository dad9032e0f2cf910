import type { LogHead, LogLine, LogOperation, LogResult, Refused } from "@holdpoint/core";
import { logFault, nextLogLine } from "@holdpoint/core";
import { blobOrNull, integer } from "../columns/read.ts";
import type { ArrayType } from "../driver/postgres-arrays.ts";
import { appendLog, headOf } from "../operations/log.ts";
import type { Context } from "../operations/program.ts";
import type { Connected } from "./connections.ts";
import { packed } from "./entries.ts";
import type { ProgramRunner } from "./transaction.ts";

const types = ["bigint", "bigint", "text", "bytea"] as ArrayType[];

const text = `
  with moved as (update log_head set n = $2, at = $3, hash = $4 where pk = $1)
  insert into log_line (log_pk, n, at, body, hash)
  select $1, line.n, line.at, line.body, line.hash
  from unnest($5::bigint[], $6::bigint[], $7::text[], $8::bytea[]) as line (n, at, body, hash)`;

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
  const { log, lines: given } = operation;
  if (given.length < 2 || given.some(({ key }) => key !== null) || logFault(operation) !== null)
    return runner.run(appendLog(context, operation));
  const row = await runner.run(headOf(context, log));
  let head: LogHead = { n: integer(row, "n"), at: integer(row, "at"), hash: blobOrNull(row, "hash") };
  const lines: LogLine[] = [];
  for (const line of given) {
    const next = nextLogLine(head, log, line);
    lines.push(next);
    head = next;
  }
  const columns = packed(types, [
    lines.map(({ n }) => n),
    lines.map(({ at }) => at),
    lines.map(({ body }) => body),
    lines.map(({ hash }) => hash),
  ]);
  await connected.query({
    name: "append_lines",
    text,
    values: [integer(row, "pk"), head.n, head.at, head.hash, ...columns],
  });
  return { type: "logged", lines };
}
