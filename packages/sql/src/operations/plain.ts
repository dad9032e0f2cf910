import type { AdvanceOperation, Millis, Operation, StartOperation } from "@holdpoint/core";
import { runStatus, statusCode, waitingFor } from "../columns/codes.ts";

/** Whether the operation is entries and an ending that touches no other row: then many of them are one statement. */
export function isPlain(operation: Operation): operation is AdvanceOperation {
  if (operation.type !== "advance") return false;
  const { chunks, stream, holds, closeHolds, reopenHolds, acceptHolds, children, then } = operation;
  return (
    then.type !== "continueAsNew" &&
    (then.type !== "finish" || then.deliveries.length === 0) &&
    operation.attributes === null &&
    operation.progress === null &&
    operation.version === null &&
    operation.phase === null &&
    chunks.length + stream.length + children.length === 0 &&
    holds.length + closeHolds.length + reopenHolds.length + acceptHolds.length === 0
  );
}

/** What a plain operation leaves in its run's row; `kind` null is none of the plain ones. */
export interface PlainEnding {
  kind: 0 | 1 | 2 | null;
  status: number;
  waiting: number | null;
  wakeAt: Millis | null;
  /** Null leaves it as it is. */
  readyAt: Millis | null;
  note: string | null;
  outcome: string | null;
}

/** Kinds as the statements compare them: 0 goes on, 1 parks, 2 finishes. */
export function endingOf({ then, at }: AdvanceOperation): PlainEnding {
  const ending = { waiting: null, wakeAt: null, readyAt: null, note: null, outcome: null };
  switch (then.type) {
    case "park": {
      const ready = then.status === "ready";
      return {
        kind: 1,
        status: ready && then.wakeAt !== null ? statusCode.delayed : runStatus.of(then.status),
        waiting: then.status === "parked" && then.waiting !== null ? waitingFor.of(then.waiting) : null,
        wakeAt: ready ? null : then.wakeAt,
        readyAt: ready ? (then.wakeAt ?? at) : null,
        note: then.note,
        outcome: null,
      };
    }
    case "finish":
      return { ...ending, kind: 2, status: runStatus.of(then.status), note: then.note, outcome: then.outcome };
    case "continue":
      return { ...ending, kind: 0, status: statusCode.running };
    case "continueAsNew":
      return { ...ending, kind: null, status: statusCode.running };
  }
}

/** Whether the operation is a run with its first entries and nothing else: then many of them are one statement. */
export function isPlainStart(operation: Operation): operation is StartOperation {
  if (operation.type !== "start" || operation.signal !== null || operation.debounce) return false;
  const { mail, chunks, numbers } = operation.run;
  return mail.length === 0 && chunks.length === 0 && numbers === null;
}

/** Operations that can be one statement: appends of different runs, starts of different ids, or a single other one. */
export type Part = { appends: AdvanceOperation[] } | { starts: StartOperation[] } | { other: Operation };

/** Neighbours are put together, so that the order of the batch stays what it was. */
export function partsOf(operations: readonly Operation[]): Part[] {
  const parts: Part[] = [];
  const named = new Set<number | string>();
  const begin = (part: Part): void => {
    named.clear();
    parts.push(part);
  };
  for (const operation of operations) {
    const last = parts.at(-1);
    if (isPlain(operation)) {
      if (last === undefined || !("appends" in last) || named.has(operation.pk)) begin({ appends: [operation] });
      else last.appends.push(operation);
      named.add(operation.pk);
    } else if (isPlainStart(operation)) {
      if (last === undefined || !("starts" in last) || named.has(operation.run.id)) begin({ starts: [operation] });
      else last.starts.push(operation);
      named.add(operation.run.id);
    } else begin({ other: operation });
  }
  return parts;
}

export function operationsOf(part: Part): readonly Operation[] {
  return "appends" in part ? part.appends : "starts" in part ? part.starts : [part.other];
}
