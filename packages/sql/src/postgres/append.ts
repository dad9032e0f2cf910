import type { AdvanceOperation, AdvanceResult } from "@holdpoint/core";
import { statusCode } from "../columns/codes.ts";
import { textOrNull } from "../columns/read.ts";
import type { SqlRow, SqlValue } from "../driver/driver.ts";
import type { ArrayType } from "../driver/postgres-arrays.ts";
import { endingOf } from "../operations/plain.ts";
import type { Context } from "../operations/program.ts";
import type { Prepared, Query } from "./connections.ts";
import { entryColumnNames, entryColumns, entryLists, entryNames, entryNamesAndTypes } from "./entries.ts";
import { few } from "./few.ts";
import { lists } from "./lists.ts";

/** Columns of an operation: whose run it is of, and what becomes of that. */
const operationColumns: readonly (readonly [name: string, type: ArrayType])[] = [
  ["pk", "bigint"],
  ["epoch", "bigint"],
  ["expected", "bigint"],
  ["previous", "bytea"],
  ["head", "bytea"],
  ["count", "bigint"],
  ["at", "bigint"],
  ["ending", "smallint"],
  ["status", "smallint"],
  ["waiting", "smallint"],
  ["wake_at", "bigint"],
  ["ready_at", "bigint"],
  ["note", "text"],
  ["result", "text"],
];

const input = lists(operationColumns, 3);
const entry = lists([["operation", "bigint"], ["place", "bigint"], ...entryNamesAndTypes], input.next);

/**
 * Proves epoch, head and (where it ends) number of each run, and raises the number. A run that was not its owner's to change gives no row back.
 * What `continue` finds as the run's number tells of mail that came in between. Rows are found by their key and by nothing else (`+ 0`): one
 * index more seems to promise few rows, and has all that are running.
 */
const raise = `
    update run set
      seq = run.seq + input.count, entry_count = run.entry_count + input.count, head = input.head, updated_at = input.at,
      status = input.status,
      stalls = case when input.ending > 0 then 0 when input.count > 0 then least(run.stalls, 1) else run.stalls end,
      waiting = case when input.ending = 0 then run.waiting else input.waiting end,
      wake_at = case when input.ending = 0 then run.wake_at else input.wake_at end,
      ready_at = coalesce(input.ready_at, run.ready_at),
      note = case when input.ending = 0 then run.note else input.note end,
      outcome = case when input.ending = 2 then input.result else run.outcome end,
      phase = case when input.ending = 2 then null else run.phase end,
      key_held = case when input.ending = 2 then 0 else run.key_held end,
      finished_at = case when input.ending = 2 then input.at else run.finished_at end
    from input
    where run.pk = input.pk and run.namespace + 0 = $1 and run.epoch = input.epoch and run.status + 0 = ${statusCode.running}
      and run.head = input.previous and (input.ending = 0 or run.seq = input.expected)`;

const follow = `
    insert into feed (namespace, run_pk, what, at)
    select $1, pk, case status when ${statusCode.delayed} then ${statusCode.ready} else status end, at
    from raised where ending > 0`;

const answer = "select array_agg(n)::text as ns, array_agg(before)::text as befores from raised";

/**
 * Fence, order and record of any number of runs in one statement, so one round trip and one commit. An entry is inserted with the number
 * its run had plus its place.
 */
const text = `
  with input as (${input.text} ${few(2)}), raised as (${raise}
    returning input.n, run.pk, run.seq - input.count as before, input.ending, input.status, input.at
  ), recorded as (
    insert into journal (run_pk, seq, ${entryColumnNames})
    select raised.pk, raised.before + entry.place, ${entryNames.map((name) => `entry.${name}`).join(", ")}
    from (${entry.text}) as entry join raised on raised.n = entry.operation
  ), followed as (${follow})
  ${answer}`;

const single = lists(
  [...operationColumns.filter(([name]) => name !== "head" && name !== "count"), ...entryNamesAndTypes],
  3,
);

/**
 * The same where each run has exactly one entry, whose hash is the run's new head: the rule. The entry comes with its run, so that the
 * server neither unfolds nor joins a second list.
 */
const singleText = `
  with input as (${single.text} ${few(2)}), raised as (${raise
    .replaceAll("input.count > 0", "true")
    .replaceAll("input.count", "1")
    .replaceAll("input.head", "input.hash")}
    returning input.n, run.pk, run.seq - 1 as before, input.ending, input.status, input.at, ${entryNames
      .map((name) => `input.${name} as entry_${name}`)
      .join(", ")}
  ), recorded as (
    insert into journal (run_pk, seq, ${entryColumnNames})
    select pk, before + 1, ${entryNames.map((name) => `entry_${name}`).join(", ")} from raised
  ), followed as (${follow})
  ${answer}`;

const isSingle = ({ entries: [first, second], head }: AdvanceOperation): boolean =>
  first !== undefined && second === undefined && first.hash === head;

/** Values of the columns of `operationColumns`, without `head` and `count` where each has one entry. */
function operationValues(operations: readonly AdvanceOperation[], single: boolean): SqlValue[][] {
  const endings = operations.map(endingOf);
  return [
    operations.map(({ pk }) => pk),
    operations.map(({ epoch }) => epoch),
    operations.map(({ expectSeq }) => expectSeq),
    operations.map(({ previousHead }) => previousHead),
    ...(single ? [] : [operations.map(({ head }) => head), operations.map(({ entries }) => entries.length)]),
    operations.map(({ at }) => at),
    endings.map(({ kind }) => kind),
    endings.map(({ status }) => status),
    endings.map(({ waiting }) => waiting),
    endings.map(({ wakeAt }) => wakeAt),
    endings.map(({ readyAt }) => readyAt),
    endings.map(({ note }) => note),
    endings.map(({ outcome }) => outcome),
  ];
}

function query(namespace: number, operations: readonly AdvanceOperation[]): Query {
  const entries = operations.map((operation) => operation.entries);
  if (operations.every(isSingle)) {
    const columns = [...operationValues(operations, true), ...entryLists(entries.flat())];
    return {
      name: "append_single",
      text: singleText,
      values: [namespace, operations.length, ...single.values(columns)],
    };
  }
  const values = [...input.values(operationValues(operations, false)), ...entry.values(entryColumns(entries))];
  return { name: "append_many", text, values: [namespace, operations.length, ...values] };
}

/** Applies plain operations of different runs; null where the row was not as it should be, which has to be looked into. */
export function append(context: Context, operations: readonly AdvanceOperation[]): Prepared<(AdvanceResult | null)[]> {
  // Rows are taken in the order of the list: everybody takes them in the order of `pk`.
  const ordered = [...operations].sort((a, b) => a.pk - b.pk);
  const read = ([row]: readonly SqlRow[]): (AdvanceResult | null)[] => {
    const results = advanced(context, ordered, row ?? {});
    return operations.map((operation) => results.get(operation) ?? null);
  };
  return { query: query(context.namespace, ordered), read };
}

/** The numbers of a list as PostgreSQL writes it, `{1,2}`; nothing when there is none. */
function numbers(list: string | null): number[] {
  return list === null ? [] : list.slice(1, -1).split(",").map(Number);
}

function advanced(
  context: Context,
  operations: readonly AdvanceOperation[],
  row: SqlRow,
): Map<AdvanceOperation, AdvanceResult> {
  const results = new Map<AdvanceOperation, AdvanceResult>();
  const befores = numbers(textOrNull(row, "befores"));
  numbers(textOrNull(row, "ns")).forEach((n, i) => {
    const operation = operations[n - 1] as AdvanceOperation;
    const before = befores[i] as number;
    const { entries, then } = operation;
    const count = entries.length;
    const firstSeq = count === 0 ? 0 : before + 1;
    results.set(operation, { type: "advanced", seq: before + count, firstSeq, repeated: false });
    if (then.type === "park" && then.status === "ready") context.news.ready = true;
  });
  return results;
}
