import type { Operation } from "@holdpoint/core";

/** The runs that a batch will touch, as far as the operations name them. */
export interface NamedRuns {
  pks: Set<number>;
  ids: Set<string>;
  holds: Set<string>;
}

function nameRuns(operation: Operation, { pks, ids, holds }: NamedRuns): void {
  switch (operation.type) {
    case "advance": {
      pks.add(operation.pk);
      const { then } = operation;
      if (then.type === "finish") for (const { to } of then.deliveries) "pk" in to ? pks.add(to.pk) : ids.add(to.id);
      return;
    }
    case "start":
      if (operation.signal !== null) ids.add(operation.run.id);
      if (operation.debounce?.replaces) pks.add(operation.debounce.replaces.pk);
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
    case "putRecord":
    case "dropRecord":
    case "log":
      return;
    case "schedule":
      for (const { to } of operation.deliveries) "pk" in to ? pks.add(to.pk) : ids.add(to.id);
      return;
  }
}

/** Null when the batch names none. */
export function namedRuns(operations: readonly Operation[]): NamedRuns | null {
  const named: NamedRuns = { pks: new Set(), ids: new Set(), holds: new Set() };
  for (const operation of operations) nameRuns(operation, named);
  return named.pks.size + named.ids.size + named.holds.size === 0 ? null : named;
}
