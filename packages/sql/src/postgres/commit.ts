import type { HoldOperation, Operation, OperationResult, PutRecordOperation } from "@holdpoint/core";
import { hasLines, linesOfStarts } from "@holdpoint/core";
import type { SqlRow } from "../driver/driver.ts";
import { apply } from "../operations/apply.ts";
import { operationsOf as operationsOfPart, type Part as PlainPart, partsOf } from "../operations/plain.ts";
import type { Context } from "../operations/program.ts";
import { Refusal } from "../operations/program.ts";
import { applyWhole } from "../operations/starts-lines.ts";
import { append } from "./append.ts";
import { appendLines } from "./append-lines.ts";
import { appendOne, isOneEntry } from "./append-one.ts";
import type { Connected, Prepared } from "./connections.ts";
import { isOwnFault } from "./errors.ts";
import { lockRuns } from "./lock.ts";
import { isPlainMove, moveHolds } from "./move-holds.ts";
import { isNewRecord, putRecords } from "./put-records.ts";
import { startRuns } from "./start.ts";
import { attempt, inTransaction, ProgramRunner } from "./transaction.ts";
import { inTwoRounds, PassedOver } from "./two-rounds.ts";

/** As the other databases have them, and moves of different holds and new records of different names, which here are one statement, too. */
type Part = PlainPart | { moves: HoldOperation[] } | { records: PutRecordOperation[] };

function operationsOf(part: Part): readonly Operation[] {
  if ("records" in part) return part.records;
  return "moves" in part ? part.moves : operationsOfPart(part);
}

function withMoves(plain: readonly PlainPart[]): Part[] {
  const parts: Part[] = [];
  for (const part of plain) {
    const operation = "other" in part ? part.other : null;
    const last = parts.at(-1);
    if (operation?.type === "hold" && isPlainMove(operation)) {
      const fits =
        last !== undefined && "moves" in last && !last.moves.some(({ holdId }) => holdId === operation.holdId);
      if (fits) last.moves.push(operation);
      else parts.push({ moves: [operation] });
    } else if (operation !== null && isNewRecord(operation)) {
      const { kind, id } = operation;
      const fits =
        last !== undefined && "records" in last && !last.records.some((one) => one.kind === kind && one.id === id);
      if (fits) last.records.push(operation);
      else parts.push({ records: [operation] });
    } else parts.push(part);
  }
  return parts;
}

/** What one statement makes of a part; null in the place of each operation that did not find things as they should be. */
function atOnce(context: Context, part: Part): Prepared<(OperationResult | null)[]> | null {
  if ("appends" in part) {
    const [first, second] = part.appends;
    const alone = first !== undefined && second === undefined && isOneEntry(first);
    return alone ? appendOne(context, first) : append(context, part.appends);
  }
  if ("moves" in part) return moveHolds(context, part.moves);
  if ("records" in part) return putRecords(context, part.records);
  return "starts" in part ? startRuns(context, part.starts) : null;
}

async function applyPart(connected: Connected, runner: ProgramRunner, context: Context, part: Part) {
  const prepared = atOnce(context, part);
  if (prepared !== null) await runner.settle();
  const operations = operationsOf(part);
  if ("other" in part && part.other.type === "log") return [await appendLines(connected, runner, context, part.other)];
  const found =
    prepared === null ? operations.map(() => null) : prepared.read((await connected.query(prepared.query)).rows);
  const results: OperationResult[] = [];
  for (const [i, result] of found.entries()) {
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
    for (const lines of linesOfStarts(operations, results)) {
      const result = await appendLines(connected, runner, context, lines);
      if (result.type === "refused") throw new Refusal(result.reason);
    }
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
      return runner.run(applyWhole(context, operation));
    });
    results.push(result instanceof Refusal ? { type: "refused", reason: result.message } : result);
  }
  return results;
}

function separately(connected: Connected, context: Context, operations: readonly Operation[]) {
  return inTransaction(connected, (runner) => oneByOne(connected, context, operations, runner));
}

/**
 * One statement for each part, all of them sent before the first is answered: one round trip. Several are one transaction, which
 * locks the runs first; a single one is a transaction of its own.
 */
async function allAtOnce(
  connected: Connected,
  context: Context,
  prepared: readonly Prepared<(OperationResult | null)[]>[],
  operations: readonly Operation[],
): Promise<(OperationResult | null)[]> {
  const [first] = prepared;
  if (first !== undefined && prepared.length === 1) return first.read((await connected.query(first.query)).rows);
  const locking = lockRuns(context.namespace, operations);
  const runner = new ProgramRunner(connected, "writing");
  runner.send("begin");
  if (locking !== null) connected.query(locking).catch(() => undefined);
  const sent = prepared.map(({ query }) => connected.query(query));
  for (const answer of sent) answer.catch(() => undefined);
  // After a statement that failed it rolls back.
  runner.send("commit");
  const answers: { rows: SqlRow[] }[] = [];
  try {
    for (const answer of sent) answers.push(await answer);
    await runner.settle();
  } catch (error) {
    await connected.exec("rollback").catch(() => undefined);
    throw error;
  }
  return prepared.flatMap(({ read }, i) => read(answers[i]?.rows ?? []));
}

/**
 * Applies a batch. The rule is a batch of plain appends, starts and decisions: a statement for each of the three, in one round trip, or two where
 * starts bring lines for logs or keys. Anything else is one transaction that locks its runs first.
 */
export async function commit(
  connected: Connected,
  context: Context,
  operations: readonly Operation[],
): Promise<OperationResult[]> {
  const parts = withMoves(partsOf(operations));
  if (parts.some((part) => "other" in part)) return inOne(connected, context, parts, operations);
  // What belongs together must not be looked into in a transaction of its own.
  const whole = hasLines(operations) || (parts.length > 1 && parts.some((part) => "records" in part));
  let results: (OperationResult | null)[];
  try {
    // All of them are made before one is sent: what cannot be put into words must not leave half a batch behind.
    const all = parts.map((part) => atOnce(context, part));
    const prepared = all.filter((one) => one !== null);
    if (prepared.length < all.length) return inOne(connected, context, parts, operations);
    if (whole) return await inTwoRounds(connected, context, prepared, operations);
    results = await allAtOnce(connected, context, prepared, operations);
  } catch (error) {
    if (error instanceof PassedOver) return inOne(connected, context, parts, operations);
    if (!isOwnFault(error)) throw error;
    return separately(connected, context, operations);
  }
  // What a statement passed over is looked into by itself: the others are written.
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
