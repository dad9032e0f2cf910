import type { LogOperation, NewLogLine } from "./log-rows.ts";
import type { Operation, OperationResult } from "./operations.ts";

/** One append takes so many. */
const most = 1000;

/**
 * What a batch appends to logs because it has created runs: for each log its lines, in the order of the starts. A store carries these out
 * in the transaction of the batch, behind it: the head of a log, for which all who append wait, is then locked as short as can be.
 */
export function linesOfStarts(
  operations: readonly Operation[],
  results: readonly (OperationResult | null)[],
): LogOperation[] {
  let lines: Map<string, NewLogLine[]> | null = null;
  for (let i = 0; i < operations.length; i++) {
    const operation = operations[i] as Operation;
    if (operation.type !== "start" || !operation.line) continue;
    const result = results[i];
    if (result?.type !== "started" || !result.created) continue;
    const { log, line } = operation.line;
    lines ??= new Map();
    const same = lines.get(log);
    if (same === undefined) lines.set(log, [line]);
    else same.push(line);
  }
  if (lines === null) return none;
  // In one order everywhere: two who append to the same logs must not wait for each other.
  const named = [...lines].sort(([a], [b]) => (a < b ? -1 : 1));
  return named.flatMap(([log, all]) => inPieces(log, all));
}

const none: LogOperation[] = [];

function inPieces(log: string, lines: readonly NewLogLine[]): LogOperation[] {
  const pieces: LogOperation[] = [];
  for (let at = 0; at < lines.length; at += most) pieces.push({ type: "log", log, lines: lines.slice(at, at + most) });
  return pieces;
}

/** Whether a batch may append to a log because it starts something. */
export const hasLines = (operations: readonly Operation[]): boolean =>
  operations.some((operation) => operation.type === "start" && operation.line);
