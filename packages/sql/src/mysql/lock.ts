import type { Operation } from "@holdpoint/core";
import { integer } from "../columns/read.ts";
import { namedRuns } from "../operations/named-runs.ts";
import { list, literal } from "./literal.ts";
import type { MysqlProgramRunner } from "./transaction.ts";

/**
 * Locks the runs of a batch in the order of `pk`, so that no two batches wait for each other: a parent that cancels its
 * child, and the child that finishes at that moment, take the parent first. Keys are looked up before, because rows are
 * locked in the order in which they are read, and only a list of keys is read in its order.
 */
export async function lockRuns(
  runner: MysqlProgramRunner,
  namespace: number,
  operations: readonly Operation[],
): Promise<void> {
  const named = namedRuns(operations);
  if (named === null) return;
  const pks = new Set(named.pks);
  const ids = [...named.ids].map(
    (id) =>
      `(select pk from run where namespace = ${namespace} and id = ${literal(id)} order by generation desc limit 1)`,
  );
  const holds = [...named.holds].map(
    (id) => `(select run_pk as pk from hold where namespace = ${namespace} and id = ${literal(id)})`,
  );
  const lookups = [...ids, ...holds];
  if (lookups.length > 0) {
    for (const row of await runner.rows(lookups.join(" union all "))) pks.add(integer(row, "pk"));
  }
  if (pks.size === 0) return;
  const sorted = [...pks].sort((a, b) => a - b);
  await runner.send(
    `select pk from run where pk in ${list(sorted)} and namespace = ${namespace} order by pk for update`,
  );
}
