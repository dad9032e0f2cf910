import type { AdvanceOperation, AdvanceResult } from "@holdpoint/core";
import { statusCode } from "../columns/codes.ts";
import { textOrNull } from "../columns/read.ts";
import type { SqlRow, SqlValue } from "../driver/driver.ts";
import type { ArrayType } from "../driver/postgres-arrays.ts";
import { endingOf } from "../operations/plain.ts";
import type { Context } from "../operations/program.ts";
import type { Prepared } from "./connections.ts";
import { entryColumnNames, entryColumns, entryTypes, packed } from "./entries.ts";
import { few } from "./few.ts";

/**
 * Fence, order and record of any number of runs in one statement, so one round trip and one commit. `raised` takes each
 * run's row, proves epoch, head and (where it ends) number, and raises the number; an entry is inserted with the number
 * its run had plus its place. A run that was not its owner's to change gives no row back. What `continue` finds as the
 * run's number tells of mail that came in between. Rows are found by their key and by nothing else (`+ 0`): one index more seems
 * to promise few rows, and has all that are running.
 */
const text = `
  with input as (
    select * from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[], $6::bytea[], $7::bigint[], $8::bigint[],
      $9::smallint[], $10::smallint[], $11::smallint[], $12::bigint[], $13::bigint[], $14::text[], $15::text[])
    with ordinality as input (pk, epoch, expected, previous, head, count, at, ending, status, waiting, wake_at, ready_at,
      note, outcome, n)
    ${few(16 + entryTypes.length)}
  ), raised as (
    update run set
      seq = run.seq + input.count, entry_count = run.entry_count + input.count, head = input.head, updated_at = input.at,
      status = input.status,
      stalls = case when input.ending > 0 then 0 when input.count > 0 then least(run.stalls, 1) else run.stalls end,
      waiting = case when input.ending = 0 then run.waiting else input.waiting end,
      wake_at = case when input.ending = 0 then run.wake_at else input.wake_at end,
      ready_at = coalesce(input.ready_at, run.ready_at),
      note = case when input.ending = 0 then run.note else input.note end,
      outcome = case when input.ending = 2 then input.outcome else run.outcome end,
      phase = case when input.ending = 2 then null else run.phase end,
      key_held = case when input.ending = 2 then 0 else run.key_held end,
      finished_at = case when input.ending = 2 then input.at else run.finished_at end
    from input
    where run.pk = input.pk and run.namespace + 0 = $1 and run.epoch = input.epoch and run.status + 0 = ${statusCode.running}
      and run.head = input.previous and (input.ending = 0 or run.seq = input.expected)
    returning input.n, run.pk, run.seq - input.count as before, input.ending, input.status, input.at
  ), recorded as (
    insert into journal (run_pk, seq, ${entryColumnNames})
    select raised.pk, raised.before + entry.place, ${entryColumnNames
      .split(", ")
      .map((name) => `entry.${name}`)
      .join(", ")}
    from unnest(${entryTypes.map((type, i) => `$${16 + i}::${type}[]`).join(", ")}) as entry (n, place, ${entryColumnNames})
    join raised on raised.n = entry.n
  ), followed as (
    insert into feed (namespace, run_pk, what, at)
    select $1, pk, case status when ${statusCode.delayed} then ${statusCode.ready} else status end, at
    from raised where ending > 0
  )
  select array_agg(n)::text as ns, array_agg(before)::text as befores from raised`;

const types = [
  ...("bigint bigint bigint bytea bytea bigint bigint smallint smallint smallint bigint bigint text text".split(
    " ",
  ) as ArrayType[]),
  ...entryTypes,
];

function runColumns(operations: readonly AdvanceOperation[]): SqlValue[][] {
  const endings = operations.map(endingOf);
  return [
    operations.map(({ pk }) => pk),
    operations.map(({ epoch }) => epoch),
    operations.map(({ expectSeq }) => expectSeq),
    operations.map(({ previousHead }) => previousHead),
    operations.map(({ head }) => head),
    operations.map(({ entries }) => entries.length),
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

/** Applies plain operations of different runs; null where the row was not as it should be, which has to be looked into. */
export function append(context: Context, operations: readonly AdvanceOperation[]): Prepared<(AdvanceResult | null)[]> {
  // Rows are taken in the order of the list: everybody takes them in the order of `pk`.
  const ordered = [...operations].sort((a, b) => a.pk - b.pk);
  const columns = [...runColumns(ordered), ...entryColumns(ordered.map(({ entries }) => entries))];
  const values = [context.namespace, ...packed(types, columns), ordered.length];
  const read = ([row]: readonly SqlRow[]): (AdvanceResult | null)[] => {
    const results = advanced(context, ordered, row ?? {});
    return operations.map((operation) => results.get(operation) ?? null);
  };
  return { query: { name: "append_many", text, values }, read };
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
