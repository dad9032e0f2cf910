import type { Operation, OperationResult } from "@holdpoint/core";
import { linesOfStarts } from "@holdpoint/core";
import { apply } from "./apply.ts";
import { appendLog } from "./log.ts";
import { type Context, type Program, Refusal } from "./program.ts";

/** One operation with everything that comes with it. */
export function* applyWhole(context: Context, operation: Operation): Program<OperationResult> {
  const result = yield* apply(context, operation);
  yield* appendStartsLines(context, [operation], [result]);
  return result;
}

/** Appends what starts bring with them to their logs. Throws `Refusal` where a line cannot be: its start is undone, too. */
export function* appendStartsLines(
  context: Context,
  operations: readonly Operation[],
  results: readonly (OperationResult | null)[],
): Program<void> {
  for (const lines of linesOfStarts(operations, results)) {
    const result = yield* appendLog(context, lines);
    if (result.type === "refused") throw new Refusal(result.reason);
  }
}
