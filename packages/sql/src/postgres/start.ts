import type { StartOperation, StartResult } from "@holdpoint/core";
import { bornRow } from "@holdpoint/core";
import { bornColumns as columns } from "../columns/born.ts";
import { changeType } from "../columns/codes.ts";
import { integer } from "../columns/read.ts";
import type { SqlRow } from "../driver/driver.ts";
import type { ArrayType } from "../driver/postgres-arrays.ts";
import type { Context } from "../operations/program.ts";
import type { Prepared } from "./connections.ts";
import { entryColumnNames, entryColumns, entryNames, entryNamesAndTypes } from "./entries.ts";
import { lists } from "./lists.ts";

const names = columns.map(([name]) => name).join(", ");
const wantedNames = columns.map(([name]) => `wanted.${name}`).join(", ");
const wanted = lists(
  columns.map(([name, type]) => [name, type as ArrayType]),
  2,
);
const entry = lists([["wanted", "bigint"], ["place", "bigint"], ...entryNamesAndTypes], wanted.next);

/**
 * Creates any number of runs with their entries in one statement. An id that is taken, by a run, by a tombstone or by
 * somebody who inserts it at this moment, gives no row back. Each id is looked up (`offset 0` keeps the look-up from becoming a join,
 * for which all runs of the namespace would be read).
 */
const text = `
  with wanted as (
    ${wanted.text}
  ), born as (
    insert into run (namespace, generation, key_held, epoch, stalls, streamed, entry_count, updated_at, ${names})
    select $1, 1, 0, 0, 0, 0, wanted.seq, wanted.created_at, ${wantedNames} from wanted
    where not exists (select 1 from run where run.namespace = $1 and run.id = wanted.id offset 0)
      and not exists (select 1 from tombstone where tombstone.namespace = $1 and tombstone.id = wanted.id offset 0)
    order by wanted.n
    on conflict (namespace, id, generation) do nothing
    returning pk, id, created_at
  ), recorded as (
    insert into journal (run_pk, seq, ${entryColumnNames})
    select born.pk, entry.place, ${entryNames.map((name) => `entry.${name}`).join(", ")}
    from (${entry.text}) as entry join wanted on wanted.n = entry.wanted join born on born.id = wanted.id
  ), followed as (
    insert into feed (namespace, run_pk, what, at)
    select $1, pk, ${changeType.of("run.started")}, created_at from born
  )
  select wanted.n, born.pk from born join wanted on wanted.id = born.id`;

/** Starts runs of different ids; null where the id is taken, which has to be looked into. */
export function startRuns(context: Context, operations: readonly StartOperation[]): Prepared<(StartResult | null)[]> {
  const values = [
    context.namespace,
    ...wanted.values(columns.map(([, , of]) => operations.map(of))),
    ...entry.values(entryColumns(operations.map(({ run }) => run.entries))),
  ];
  return { query: { name: "start_many", text, values }, read: (rows) => started(context, operations, rows) };
}

function started(
  context: Context,
  operations: readonly StartOperation[],
  rows: readonly SqlRow[],
): (StartResult | null)[] {
  const results: (StartResult | null)[] = operations.map(() => null);
  for (const row of rows) {
    const i = integer(row, "n") - 1;
    const { run: created } = operations[i] as StartOperation;
    const count = created.entries.length;
    const run = { ...bornRow(context.name, integer(row, "pk"), 1, created), seq: count, entryCount: count };
    results[i] = { type: "started", created: true, run, tombstone: null };
    context.news.ready = true;
  }
  return results;
}
