import type { AdvanceOperation, AdvanceResult } from "@holdpoint/core";
import { runStatus, statusCode } from "../columns/codes.ts";
import { blob, integer } from "../columns/read.ts";
import type { SqlRow, SqlValue } from "../driver/driver.ts";
import { endingOf } from "../operations/plain.ts";
import type { Context } from "../operations/program.ts";
import { insertEntry } from "../operations/start.ts";
import type { MysqlConnected } from "./connections.ts";
import { isUnguarded } from "./errors.ts";
import { fill, list, literal, tuple } from "./literal.ts";
import { inserts, intoFeed } from "./rows.ts";
import { writingStatements } from "./statements.ts";
import type { MysqlProgramRunner } from "./transaction.ts";

/** How many runs one update raises: the server takes the list as so many selects, and has a stack to do it on. */
const mostAtOnce = 200;
/** Fewer than these are raised one by one: to have a list at all costs the server as much as five updates (400 µs). */
const fewestAtOnce = 5;

/** An operation with the number its run had when it was looked at. */
interface Raise {
  operation: AdvanceOperation;
  before: number;
}

const inputColumns =
  "pk, epoch, expected, previous, head, count, at, ending, status, waiting, wake_at, ready_at, note, outcome";
const names = inputColumns.split(", ");

/** Values in the order of `inputColumns`. */
function inputOf({ operation, before }: Raise): string[] {
  const { pk, epoch, previousHead, head, entries, at } = operation;
  const { kind, status, waiting, wakeAt, readyAt, note, outcome } = endingOf(operation);
  const values = [pk, epoch, before, previousHead, head, entries.length, at, kind, status, waiting, wakeAt, readyAt];
  return [...values, note, outcome].map(literal);
}

/** What an append sets. No assignment reads what another one sets: the server makes them one after the other. */
const assignments = `
  run.seq = run.seq + input.count, run.entry_count = run.entry_count + input.count, run.head = input.head,
  run.updated_at = input.at, run.status = input.status,
  run.stalls = case when input.ending > 0 then 0 when input.count > 0 then least(run.stalls, 1) else run.stalls end,
  run.waiting = case when input.ending = 0 then run.waiting else input.waiting end,
  run.wake_at = case when input.ending = 0 then run.wake_at else input.wake_at end,
  run.ready_at = coalesce(input.ready_at, run.ready_at),
  run.note = case when input.ending = 0 then run.note else input.note end,
  run.outcome = case when input.ending = 2 then input.outcome else run.outcome end,
  run.phase = case when input.ending = 2 then null else run.phase end,
  run.key_held = case when input.ending = 2 then 0 else run.key_held end,
  run.finished_at = case when input.ending = 2 then input.at else run.finished_at end`;
/** The fence: it finds the row when it is its owner's to change and stands where the entries begin. */
const fence = `run.epoch = input.epoch and run.status = ${statusCode.running} and run.seq = input.expected
  and run.head = input.previous`;

/** Groups that are raised by one update each, in the order of `pk`. */
function groupsOf(raises: readonly Raise[]): Raise[][] {
  const sorted = raises.toSorted((a, b) => a.operation.pk - b.operation.pk);
  const size = sorted.length < fewestAtOnce ? 1 : mostAtOnce;
  return Array.from({ length: Math.ceil(sorted.length / size) }, (_, i) => sorted.slice(i * size, (i + 1) * size));
}

/** The same for one run that goes on, without what only an ending sets. */
function raisingOne(namespace: number, { operation, before }: Raise): string {
  const { pk, epoch, head, previousHead, at, entries } = operation;
  const count = entries.length;
  const stalls = count > 0 ? 1 : Number.MAX_SAFE_INTEGER;
  return fill(writingStatements.append, [count, count, head, at, stalls, pk, namespace, epoch, before, previousHead]);
}

/** Fence, order and head of any number of runs. A list of rows to join with that both servers know is a union of selects. */
function raising(namespace: number, raises: readonly Raise[]): string {
  const [first] = raises;
  if (first !== undefined && raises.length === 1 && first.operation.then.type === "continue") {
    return raisingOne(namespace, first);
  }
  const input = raises.map((raise, i) => {
    const row = inputOf(raise);
    return `select ${(i === 0 ? row.map((value, n) => `${value} as ${names[n]}`) : row).join(", ")}`;
  });
  return `
    update (${input.join(" union all ")}) as input straight_join run on run.pk = input.pk set ${assignments}
    where run.namespace = ${namespace} and ${fence}`;
}

const intoJournal =
  "insert into journal (run_pk, seq, `key`, phase, kind, outcome, codec, bytes, ref, started_at, duration, attempt, measures, mail_seen, hash)";

/** What the feed says of an operation that ends its run's turn. */
const changeOf =
  (namespace: number) =>
  ({ operation }: Raise): SqlValue[][] => {
    const { kind, status } = endingOf(operation);
    if (kind === 0) return [];
    return [[namespace, operation.pk, null, status === statusCode.delayed ? statusCode.ready : status, operation.at]];
  };

/**
 * The update and the inserts behind it. Guarded, the first row's key is null unless the update found every row as it should
 * be: nothing else can stop what follows in one round trip.
 */
function script(namespace: number, raises: readonly Raise[], guarded: boolean): string[] {
  const rows: string[] = [];
  for (const { operation, before } of raises) {
    for (const [i, entry] of operation.entries.entries()) {
      const [pk, ...rest] = insertEntry(operation.pk, before + i + 1, entry).parameters;
      rows.push(
        guarded && rows.length === 0
          ? `(if(row_count() = ${raises.length}, ${pk}, null), ${tuple(rest).slice(1)}`
          : tuple([pk ?? null, ...rest]),
      );
    }
  }
  return [
    raising(namespace, raises),
    ...inserts(intoJournal, rows),
    ...inserts(intoFeed, raises.flatMap(changeOf(namespace))),
  ];
}

function advanced(context: Context, { operation, before }: Raise): AdvanceResult {
  const { entries, then } = operation;
  const count = entries.length;
  if (then.type === "park" && then.status === "ready") context.news.ready = true;
  return { type: "advanced", seq: before + count, firstSeq: count === 0 ? 0 : before + 1, repeated: false };
}

/**
 * Appends to different runs in one round trip and one transaction, as if no mail had come in between and nobody else had
 * taken a run. Null when one is otherwise: then nothing is written, and all of it is looked into.
 */
export async function appendAtOnce(
  connected: MysqlConnected,
  context: Context,
  operations: readonly AdvanceOperation[],
): Promise<AdvanceResult[] | null> {
  const raises = operations.map((operation) => ({ operation, before: operation.expectSeq }));
  const statements = ["start transaction"];
  for (const group of groupsOf(raises)) {
    // An update that no insert follows has nothing that could stop it.
    if (group.every(({ operation }) => operation.entries.length === 0)) return null;
    statements.push(...script(context.namespace, group, true));
  }
  statements.push("commit");
  if (statements.reduce((size, { length }) => size + 3 * length, 0) > connected.room) return null;
  try {
    await connected.script(statements);
  } catch (error) {
    if (!isUnguarded(error)) throw error;
    await connected.script(["rollback"]);
    return null;
  }
  return operations.map((operation) => advanced(context, { operation, before: operation.expectSeq }));
}

/** The number of the run before the append, when the row is its owner's to change; else null. */
function fenced(row: SqlRow | undefined, operation: AdvanceOperation): number | null {
  if (row === undefined || integer(row, "epoch") !== operation.epoch || runStatus.word(row.status) !== "running") {
    return null;
  }
  if (Buffer.compare(blob(row, "head"), operation.previousHead) !== 0) return null;
  const seq = integer(row, "seq");
  return operation.then.type === "continue" || seq === operation.expectSeq ? seq : null;
}

/**
 * The same inside a transaction that has locked the runs: they are looked at, and what is as it should be is sent with the
 * transaction's next statement. Null in the place of each operation that is otherwise, which has to be looked into.
 */
export async function appendLocked(
  runner: MysqlProgramRunner,
  context: Context,
  operations: readonly AdvanceOperation[],
): Promise<(AdvanceResult | null)[]> {
  const { namespace } = context;
  const pks = operations.map(({ pk }) => pk).sort((a, b) => a - b);
  const rows = await runner.rows(
    `select pk, epoch, status, seq, head from run where pk in ${list(pks)} and namespace = ${namespace}`,
  );
  const found = new Map(rows.map((row) => [integer(row, "pk"), row]));
  const raises: Raise[] = [];
  const results = operations.map((operation) => {
    const before = fenced(found.get(operation.pk), operation);
    if (before === null) return null;
    raises.push({ operation, before });
    return advanced(context, { operation, before });
  });
  for (const group of groupsOf(raises)) {
    for (const statement of script(namespace, group, false)) await runner.send(statement);
  }
  return results;
}
