import type { Operation } from "@holdpoint/core";
import { namedRuns } from "../operations/named-runs.ts";
import type { Query } from "./connections.ts";
import { checkText } from "./transaction.ts";

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
      select pk from run where namespace = $1 and pk in (
        select unnest($2::bigint[])
        union
        select newest.pk from unnest($3::text[]) as wanted (id) cross join lateral (
          select pk from run where namespace = $1 and run.id = wanted.id order by generation desc limit 1) newest
        union
        select run_pk from hold where namespace = $1 and id = any($4::text[]))
      order by pk for update`,
    values: [namespace, [...named.pks], [...named.ids], [...named.holds]],
  };
}
