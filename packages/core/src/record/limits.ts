import type { LogOperation } from "../store/log-rows.ts";
import type { PutRecordOperation } from "../store/record-rows.ts";

/** The largest body of a record or a line of a log, in bytes of UTF-8. */
export const maxRecordBytes = 1_048_576;
/** How many lines one operation appends at most. */
const maxLogLines = 1_000;
const maxKind = 64;
const maxId = 500;
/** How many expired records one sweep removes at most. */
export const expiredPerSweep = 500;

/** What every store refuses alike, as a sentence; null when there is nothing to refuse. */
export function recordFault(operation: Pick<PutRecordOperation, "kind" | "id" | "body">): string | null {
  const { kind, id, body } = operation;
  const what = `record ${kind} ${id.slice(0, 40)}`;
  return (
    nameFault("kind of a record", kind, maxKind) ?? nameFault("id of a record", id, maxId) ?? bodyFault(what, body)
  );
}

/** The same for lines of a log. */
export function logFault({ log, lines }: Pick<LogOperation, "log" | "lines">): string | null {
  const named = nameFault("name of a log", log, maxKind);
  if (named !== null) return named;
  if (lines.length > maxLogLines) {
    return `${lines.length} lines for the log ${log} at once; append up to ${maxLogLines} at a time`;
  }
  for (const { key, body } of lines) {
    const fault =
      (key === null ? null : nameFault("key of a log's line", key, maxId)) ?? bodyFault(`line of the log ${log}`, body);
    if (fault !== null) return fault;
  }
  return null;
}

function nameFault(what: string, name: string, most: number): string | null {
  const length = [...name].length;
  if (length < 1 || length > most) return `the ${what} has ${length} characters; it must have 1 to ${most}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f]/.test(name) || !name.isWellFormed()) {
    return `the ${what} has control characters or half of a surrogate pair; leave them out`;
  }
  return null;
}

function bodyFault(what: string, body: string): string | null {
  // No UTF-16 unit has more than three bytes in UTF-8: most bodies need not be counted.
  const bytes = body.length * 3 <= maxRecordBytes ? 0 : Buffer.byteLength(body);
  if (bytes > maxRecordBytes) {
    return `the body of ${what} has ${bytes} bytes; at most ${maxRecordBytes} are kept: store the large part elsewhere and refer to it`;
  }
  if (body.includes("\u0000") || !body.isWellFormed()) {
    return `the body of ${what} has a NUL or half of a surrogate pair; write it with JSON.stringify`;
  }
  return null;
}
