import type { StartOperation, StartResult } from "@holdpoint/core";
import { bornRow } from "@holdpoint/core";
import { bornColumns } from "../columns/born.ts";
import { changeType } from "../columns/codes.ts";
import { integer, text } from "../columns/read.ts";
import type { Context } from "../operations/program.ts";
import { insertEntry } from "../operations/start.ts";
import { list } from "./literal.ts";
import { inserts, intoFeed } from "./rows.ts";
import type { MysqlProgramRunner } from "./transaction.ts";

const intoRun = `insert into run (namespace, generation, key_held, epoch, stalls, streamed, entry_count, updated_at, ${bornColumns
  .map(([name]) => name)
  .join(", ")})`;
const intoJournal =
  "insert into journal (run_pk, seq, `key`, phase, kind, outcome, codec, bytes, ref, started_at, duration, attempt, measures, mail_seen, hash)";

async function takenIds(runner: MysqlProgramRunner, namespace: number, ids: string): Promise<Set<string>> {
  const rows = await runner.rows(`
    select id from run where namespace = ${namespace} and id in ${ids}
    union all select id from tombstone where namespace = ${namespace} and id in ${ids}`);
  return new Set(rows.map((row) => text(row, "id")));
}

/**
 * Starts runs of different ids inside a transaction, in two round trips and what goes with the next one. Null in the place
 * of each whose id is taken, by a run or by a tombstone. Somebody who takes an id at this moment makes it fail as a whole.
 */
export async function startRuns(
  runner: MysqlProgramRunner,
  context: Context,
  operations: readonly StartOperation[],
): Promise<(StartResult | null)[]> {
  const { namespace, name } = context;
  const taken = await takenIds(runner, namespace, list(operations.map(({ run }) => run.id)));
  const free = operations.filter(({ run }) => !taken.has(run.id));
  if (free.length === 0) return operations.map(() => null);
  const rows = free.map((operation) => {
    const { createdAt, entries } = operation.run;
    return [namespace, 1, 0, 0, 0, 0, entries.length, createdAt, ...bornColumns.map(([, , of]) => of(operation))];
  });
  for (const statement of inserts(intoRun, rows)) await runner.send(statement);
  // Not counted on from the first key: where several servers write, keys are not consecutive.
  const keys = await runner.rows(`
    select pk, id from run
    where namespace = ${namespace} and id in ${list(free.map(({ run }) => run.id))} and generation = 1`);
  const pks = new Map(keys.map((row) => [text(row, "id"), integer(row, "pk")]));
  const pkOf = (id: string): number => {
    const pk = pks.get(id);
    if (pk === undefined) throw new TypeError("the insert of a run gave no key back");
    return pk;
  };
  const entries = free.flatMap(({ run }) =>
    run.entries.map((entry, i) => insertEntry(pkOf(run.id), i + 1, entry).parameters),
  );
  for (const statement of inserts(intoJournal, entries)) await runner.send(statement);
  const what = changeType.of("run.started");
  const changes = free.map(({ run }) => [namespace, pkOf(run.id), null, what, run.createdAt]);
  for (const statement of inserts(intoFeed, changes)) await runner.send(statement);
  context.news.ready = true;
  return operations.map(({ run: created }) => {
    if (taken.has(created.id)) return null;
    const count = created.entries.length;
    const run = { ...bornRow(name, pkOf(created.id), 1, created), seq: count, entryCount: count };
    return { type: "started", created: true, run, tombstone: null };
  });
}
