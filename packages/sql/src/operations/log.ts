import type { LogHead, LogLine, LogOperation, LogPage, LogResult, Refused } from "@holdpoint/core";
import { logFault, nextLogLine } from "@holdpoint/core";
import { blob, blobOrNull, integer, text, textOrNull } from "../columns/read.ts";
import type { SqlRow } from "../driver/driver.ts";
import type { Context, Program } from "./program.ts";
import { all, call, one, run } from "./program.ts";

function readLine(row: SqlRow): LogLine {
  return {
    n: integer(row, "n"),
    at: integer(row, "at"),
    body: text(row, "body"),
    key: textOrNull(row, "key"),
    hash: blob(row, "hash"),
  };
}

/** The log's head is locked before it is read, so that of several who append each follows the one before. */
export function* appendLog(context: Context, operation: LogOperation): Program<LogResult | Refused> {
  const reason = logFault(operation);
  if (reason !== null) return { type: "refused", reason };
  const { log } = operation;
  if (operation.lines.length === 0) return { type: "logged", lines: [] };
  const row = yield* headOf(context, log);
  const pk = integer(row, "pk");
  const before: LogHead = { n: integer(row, "n"), at: integer(row, "at"), hash: blobOrNull(row, "hash") };
  let head = before;
  const lines: LogLine[] = [];
  for (const line of operation.lines) {
    const known = line.key === null ? null : yield* one("logLineByKey", pk, line.key);
    if (known !== null) {
      lines.push(readLine(known));
      continue;
    }
    const next = nextLogLine(head, log, line);
    yield call("insertLogLine", pk, next.n, next.at, next.key, next.body, next.hash);
    lines.push(next);
    head = next;
  }
  if (head !== before) yield* run("moveLogHead", head.n, head.at, head.hash, pk);
  return { type: "logged", lines };
}

/** The head of a log, locked; made where there is none. */
export function* headOf({ namespace }: Context, log: string): Program<SqlRow> {
  const known = yield* one("logHead", namespace, log);
  if (known !== null) return known;
  yield* run("insertLogHead", namespace, log);
  const made = yield* one("logHead", namespace, log);
  if (made === null) throw new TypeError("the head of a log vanished while it was made");
  return made;
}

export function* logLines({ namespace }: Context, log: string, page: LogPage): Program<LogLine[]> {
  const { after = 0, before = Number.MAX_SAFE_INTEGER, from, until, newestFirst = false, limit } = page;
  const head = yield* one("logHead", namespace, log);
  if (head === null) return [];
  const pk = integer(head, "pk");
  const start = from === undefined ? 1 : yield* firstFrom(pk, from);
  const end = until === undefined ? null : yield* firstFrom(pk, until);
  if (start === null) return [];
  const statement = newestFirst ? "logLinesDown" : "logLinesUp";
  const rows = yield* all(statement, pk, Math.max(after, start - 1), Math.min(before, end ?? before), limit);
  return rows.map(readLine);
}

/** The number of the first line from a time on; null when there is none. */
function* firstFrom(pk: number, at: number): Program<number | null> {
  const row = yield* one("firstLogLineFrom", pk, at);
  return row === null ? null : integer(row, "n");
}
