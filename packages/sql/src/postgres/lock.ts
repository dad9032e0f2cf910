import type { Operation } from "@holdpoint/core";
import { namedRuns } from "../operations/named-runs.ts";
import type { Query } from "./connections.ts";
import { few } from "./few.ts";
import { checkText } from "./transaction.ts";

/** More than a batch names: the limit is there for the plan alone. */
const most = 1_000_000_000;

/**
 * Locks the runs of a batch in the order of `pk`, so that no two batches wait for each other: a parent that cancels its
 * child, and the child that finishes at that moment, take the parent first. Null when there is nothing to lock.
 */
export function lockRuns(namespace: number, operations: readonly Operation[]): Query | null {
  const named = namedRuns(operations);
  if (named === null) return null;
  for (const name of [...named.ids, ...named.holds]) checkText(name);
  return {
    name: "lock_runs",
    text: `
      with wanted as (
        select unnest((select $2::bigint[])) as pk
        union
        select newest.pk from unnest((select $3::text[])) as wanted (id) cross join lateral (
          select pk from run where namespace = $1 and run.id = wanted.id order by generation desc limit 1) newest
        union
        select run_pk from unnest((select $4::text[])) as wanted (id) cross join lateral (
          select run_pk from hold where namespace = $1 and hold.id = wanted.id limit 1) held
      )
      select run.pk from (select * from (select * from wanted ${few(5)}) as few ${few(5)}) as wanted
      join run on run.pk = wanted.pk where run.namespace + 0 = $1
      order by run.pk for update of run`,
    values: [namespace, [...named.pks], [...named.ids], [...named.holds], most],
  };
}
