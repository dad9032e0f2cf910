import type { Operation } from "@holdpoint/core";
import type { Query } from "./connections.ts";
import { checkText } from "./transaction.ts";

/** The runs that a batch will touch, as far as the operations name them. */
interface Named {
  pks: Set<number>;
  ids: Set<string>;
  holds: Set<string>;
}

function nameRuns(operation: Operation, { pks, ids, holds }: Named): void {
  switch (operation.type) {
    case "advance": {
      pks.add(operation.pk);
      const { then } = operation;
      if (then.type === "finish") for (const { to } of then.deliveries) "pk" in to ? pks.add(to.pk) : ids.add(to.id);
      return;
    }
    case "start":
      if (operation.signal !== null) ids.add(operation.run.id);
      return;
    case "deliver":
      "pk" in operation.to ? pks.add(operation.to.pk) : ids.add(operation.to.id);
      return;
    case "hold":
      holds.add(operation.holdId);
      return;
    case "seal":
      pks.add(operation.pk);
      for (const { to } of operation.deliveries) "pk" in to ? pks.add(to.pk) : ids.add(to.id);
      return;
    case "label":
      return;
    case "schedule":
      for (const { to } of operation.deliveries) "pk" in to ? pks.add(to.pk) : ids.add(to.id);
      return;
  }
}

/**
 * Locks the runs of a batch in the order of `pk`, so that no two batches wait for each other: a parent that cancels its
 * child, and the child that finishes at that moment, take the parent first. Null when there is nothing to lock.
 */
export function lockRuns(namespace: number, operations: readonly Operation[]): Query | null {
  const named: Named = { pks: new Set(), ids: new Set(), holds: new Set() };
  for (const operation of operations) nameRuns(operation, named);
  if (named.pks.size + named.ids.size + named.holds.size === 0) return null;
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
