import { sha256 } from "../journal/sha256.ts";
import type { LogLine, NewLogLine } from "../store/log-rows.ts";

/**
 * The link that binds a line of a log to all before it: which log, which number, when, under which name, what. Every store
 * computes it alike as it writes the line.
 *
 * @param previous the link of the line before; null for the first
 */
export function logLink(
  previous: Uint8Array | null,
  log: string,
  { n, at, key, body }: Omit<LogLine, "hash">,
): Uint8Array {
  const parts = [previous ?? new Uint8Array(0), Buffer.from(JSON.stringify([log, n, at, key])), Buffer.from(body)];
  const lengths = Buffer.alloc(4 * parts.length);
  for (const [index, part] of parts.entries()) lengths.writeUInt32BE(part.length, 4 * index);
  // A plain array: as stores give bytes back.
  return new Uint8Array(sha256(Buffer.concat([lengths, ...parts])));
}

/** Where a log stands: what the next line follows. */
export interface LogHead {
  n: number;
  at: number;
  hash: Uint8Array | null;
}

/** The line as it follows the head: numbered, not earlier than the last one, and linked to it. */
export function nextLogLine(head: LogHead, log: string, { at, body, key }: NewLogLine): LogLine {
  const line = { n: head.n + 1, at: Math.max(at, head.at), body, key };
  return { ...line, hash: logLink(head.hash, log, line) };
}

/**
 * The number of the first line that does not follow from the one before it (edited, inserted, moved or cut out); null when
 * all do. What was cut off at the end only an anchor shows: compare the last line's hash with one that was kept elsewhere.
 *
 * @param lines in order, without gaps
 * @param previous the line before the first of them; null when that is the log's first
 */
export function brokenLogLine(
  log: string,
  lines: readonly LogLine[],
  previous: Pick<LogLine, "n" | "hash"> | null = null,
): number | null {
  let before = previous;
  for (const line of lines) {
    const follows = line.n === (before?.n ?? 0) + 1;
    if (!follows || Buffer.compare(logLink(before?.hash ?? null, log, line), line.hash) !== 0) return line.n;
    before = line;
  }
  return null;
}
