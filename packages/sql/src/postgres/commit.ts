import type { Operation, OperationResult } from "@holdpoint/core";
import { apply } from "../operations/apply.ts";
import { operationsOf, type Part, partsOf } from "../operations/plain.ts";
import type { Context } from "../operations/program.ts";
import { Refusal } from "../operations/program.ts";
import { append } from "./append.ts";
import type { Connected } from "./connections.ts";
import { isOwnFault } from "./errors.ts";
import { lockRuns } from "./lock.ts";
import { startRuns } from "./start.ts";
import { attempt, inTransaction, ProgramRunner } from "./transaction.ts";

/** What one statement makes of a part; null in the place of each operation that did not find things as they should be. */
async function atOnce(connected: Connected, context: Context, part: Part): Promise<(OperationResult | null)[]> {
  if ("appends" in part) return append(connected, context, part.appends);
  return "starts" in part ? startRuns(connected, context, part.starts) : [null];
}

async function applyPart(connected: Connected, runner: ProgramRunner, context: Context, part: Part) {
  if (!("other" in part)) await runner.settle();
  const operations = operationsOf(part);
  const results: OperationResult[] = [];
  for (const [i, result] of (await atOnce(connected, context, part)).entries()) {
    // What the statement did not find as it should be, the program explains.
    results.push(result ?? (await runner.run(apply(context, operations[i] as Operation))));
  }
  return results;
}

async function lock(connected: Connected, runner: ProgramRunner, context: Context, operations: readonly Operation[]) {
  const query = lockRuns(context.namespace, operations);
  if (query === null) return;
  await connected.query(query);
  await runner.settle();
}

/** All of it in one transaction, as fast as it goes. */
function together(connected: Connected, context: Context, parts: readonly Part[], operations: readonly Operation[]) {
  return inTransaction(connected, async (runner) => {
    await lock(connected, runner, context, operations);
    const results: OperationResult[] = [];
    for (const part of parts) results.push(...(await applyPart(connected, runner, context, part)));
    return results;
  });
}

/** One by one in a transaction that somebody has begun, so that what cannot be written is refused alone. */
export async function oneByOne(
  connected: Connected,
  context: Context,
  operations: readonly Operation[],
  runner = new ProgramRunner(connected, "writing"),
): Promise<OperationResult[]> {
  const results: OperationResult[] = [];
  for (const operation of operations) {
    const result = await attempt(runner, async () => {
      await lock(connected, runner, context, [operation]);
      return runner.run(apply(context, operation));
    });
    results.push(result instanceof Refusal ? { type: "refused", reason: result.message } : result);
  }
  return results;
}

function separately(connected: Connected, context: Context, operations: readonly Operation[]) {
  return inTransaction(connected, (runner) => oneByOne(connected, context, operations, runner));
}

/**
 * Applies a batch. The rule is a batch of plain appends, or of starts: one statement, which is its own transaction. Anything else is one
 * transaction that locks its runs first.
 */
export async function commit(
  connected: Connected,
  context: Context,
  operations: readonly Operation[],
): Promise<OperationResult[]> {
  const parts = partsOf(operations);
  const [first] = parts;
  if (first === undefined || parts.length > 1 || "other" in first) return inOne(connected, context, parts, operations);
  let results: (OperationResult | null)[];
  try {
    results = await atOnce(connected, context, first);
  } catch (error) {
    if (!isOwnFault(error)) throw error;
    return separately(connected, context, operations);
  }
  // What the statement passed over is looked into by itself: the others are written.
  const rest = operations.filter((_, i) => results[i] === null);
  if (rest.length === 0) return results as OperationResult[];
  const others = rest.map((other) => ({ other }));
  const explained = await inOne(connected, context, others, rest);
  return results.map((result) => result ?? (explained.shift() as OperationResult));
}

async function inOne(
  connected: Connected,
  context: Context,
  parts: readonly Part[],
  operations: readonly Operation[],
): Promise<OperationResult[]> {
  try {
    return await together(connected, context, parts, operations);
  } catch (error) {
    if (!isOwnFault(error)) throw error;
    return separately(connected, context, operations);
  }
}
