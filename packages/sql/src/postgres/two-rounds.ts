import type { Operation, OperationResult } from "@holdpoint/core";
import { linesOfStarts } from "@holdpoint/core";
import type { SqlRow } from "../driver/driver.ts";
import { headOf } from "../operations/log.ts";
import type { Context, Program } from "../operations/program.ts";
import { one, Refusal } from "../operations/program.ts";
import { appending, isPlainAppend, type LockedLog, lockedLog } from "./append-lines.ts";
import type { Connected, Prepared } from "./connections.ts";
import { lockRuns } from "./lock.ts";
import { inTransaction, type ProgramRunner } from "./transaction.ts";

function* knownHead({ namespace }: Context, log: string): Program<SqlRow | null> {
  return yield* one("logHead", namespace, log);
}

/** The logs that a batch may append to because it starts something, in the one order in which they are locked. */
function logsOf(operations: readonly Operation[]): string[] {
  const named = operations.flatMap((one) => (one.type === "start" && one.line ? [one.line.log] : []));
  return [...new Set(named)].sort();
}

/** A statement passed something over, and nothing of the batch was written: what it was is looked into before any log is locked. */
export class PassedOver extends Error {}

/**
 * A batch with what its starts append to logs, in one transaction and two round trips: with the first go all statements and behind them the locks of the
 * logs' heads, with the second the lines, which can be linked then, and the end. All of it or nothing: a run without its line, or without the key it is
 * encrypted with, is never there.
 *
 * @throws PassedOver
 */
export function inTwoRounds(
  connected: Connected,
  context: Context,
  prepared: readonly Prepared<(OperationResult | null)[]>[],
  operations: readonly Operation[],
): Promise<OperationResult[]> {
  return inTransaction(connected, async (runner) => {
    const locking = lockRuns(context.namespace, operations);
    if (locking !== null) runner.note(connected.query(locking));
    const sent = prepared.map(({ query }) => quiet(connected.query(query)));
    const heads = logsOf(operations).map((log) => ({ log, row: quiet(runner.run(knownHead(context, log))) }));
    // All is under way: what failed first says why.
    await runner.settle();
    const results: OperationResult[] = [];
    for (const [i, answer] of sent.entries()) {
      const { rows } = await answer;
      for (const result of prepared[i]?.read(rows) ?? []) {
        if (result === null) throw new PassedOver();
        results.push(result);
      }
    }
    const logs = new Map<string, LockedLog>();
    for (const { log, row } of heads) logs.set(log, lockedLog((await row) ?? (await runner.run(headOf(context, log)))));
    appendAll(connected, runner, logs, operations, results);
    return results;
  });
}

/** Sends the lines; the transaction fails when they cannot be written. */
function appendAll(
  connected: Connected,
  runner: ProgramRunner,
  logs: Map<string, LockedLog>,
  operations: readonly Operation[],
  results: readonly OperationResult[],
): void {
  for (const lines of linesOfStarts(operations, results)) {
    // Its reason is found when each is written by itself.
    if (!isPlainAppend(lines)) throw new Refusal(`lines for the log ${lines.log} cannot be written`);
    const { query, then } = appending(logs.get(lines.log) as LockedLog, lines);
    runner.note(connected.query(query));
    logs.set(lines.log, then);
  }
}

/** What fails is found out where it is waited for. */
function quiet<T>(answer: Promise<T>): Promise<T> {
  answer.catch(() => undefined);
  return answer;
}
