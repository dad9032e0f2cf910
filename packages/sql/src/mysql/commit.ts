import type { Operation, OperationResult } from "@holdpoint/core";
import { hasLines } from "@holdpoint/core";
import { apply } from "../operations/apply.ts";
import { operationsOf, type Part, partsOf } from "../operations/plain.ts";
import type { Context } from "../operations/program.ts";
import { Refusal } from "../operations/program.ts";
import { appendStartsLines, applyWhole } from "../operations/starts-lines.ts";
import { appendAtOnce, appendLocked } from "./append.ts";
import type { MysqlConnected } from "./connections.ts";
import { isOwnFault } from "./errors.ts";
import { lockRuns } from "./lock.ts";
import { startRuns } from "./start.ts";
import { attempt, inTransaction, type MysqlProgramRunner } from "./transaction.ts";

/** What a few statements make of a part; null in the place of each operation that did not find things as they should be. */
async function atOnce(runner: MysqlProgramRunner, context: Context, part: Part): Promise<(OperationResult | null)[]> {
  if ("appends" in part) return appendLocked(runner, context, part.appends);
  return "starts" in part ? startRuns(runner, context, part.starts) : [null];
}

async function applyPart(runner: MysqlProgramRunner, context: Context, part: Part): Promise<OperationResult[]> {
  const operations = operationsOf(part);
  const results: OperationResult[] = [];
  for (const [i, result] of (await atOnce(runner, context, part)).entries()) {
    // What the statements did not find as it should be, the program explains.
    results.push(result ?? (await runner.run(apply(context, operations[i] as Operation))));
  }
  return results;
}

/** All of it in one transaction, as fast as it goes. */
function together(
  connected: MysqlConnected,
  context: Context,
  parts: readonly Part[],
  operations: readonly Operation[],
) {
  return inTransaction(connected, async (runner) => {
    await lockRuns(runner, context.namespace, operations);
    const results: OperationResult[] = [];
    for (const part of parts) results.push(...(await applyPart(runner, context, part)));
    if (hasLines(operations)) await runner.run(appendStartsLines(context, operations, results));
    return results;
  });
}

/** One by one in a transaction that somebody has begun, so that what cannot be written is refused alone. */
export async function oneByOne(
  runner: MysqlProgramRunner,
  context: Context,
  operations: readonly Operation[],
): Promise<OperationResult[]> {
  const results: OperationResult[] = [];
  for (const operation of operations) {
    const result = await attempt(runner, async () => {
      await lockRuns(runner, context.namespace, [operation]);
      return runner.run(applyWhole(context, operation));
    });
    results.push(result instanceof Refusal ? { type: "refused", reason: result.message } : result);
  }
  return results;
}

function separately(connected: MysqlConnected, context: Context, operations: readonly Operation[]) {
  return inTransaction(connected, (runner) => oneByOne(runner, context, operations));
}

/**
 * Applies a batch. The rule is a batch of appends: one round trip, which is a transaction of its own. Anything else is one
 * transaction that locks its runs first.
 */
export async function commit(
  connected: MysqlConnected,
  context: Context,
  operations: readonly Operation[],
): Promise<OperationResult[]> {
  const parts = partsOf(operations);
  const [first] = parts;
  try {
    if (parts.length === 1 && first !== undefined && "appends" in first) {
      const results = await appendAtOnce(connected, context, first.appends);
      if (results !== null) return results;
    }
    return await together(connected, context, parts, operations);
  } catch (error) {
    if (!isOwnFault(error)) throw error;
    return separately(connected, context, operations);
  }
}
