import type { AdvanceOperation, NewRun, Operation } from "@holdpoint/core";

/**
 * What a transaction may have done that somebody wants to hear of, written in that very transaction. It says where to look: whether it
 * is true is seen there, because a store may refuse one operation of a transaction and take the others.
 */
export type Trace =
  | { type: "started"; run: string; seed: string }
  | { type: "ended"; pk: number; head: string; seq: number; status: string; outcome: string; at: number }
  | { type: "waits"; pk: number; seq: number }
  | { type: "hold"; hold: string }
  | { type: "holdOf"; pk: number; key: string }
  | { type: "holdsOf"; pk: number };

/** Runs of our own that carry messages: nobody is told of them. */
export const isOurs = (workflow: string): boolean => workflow.startsWith("holdpoint.");

/** Where a transaction of these operations has to be looked at. */
export function tracesOf(operations: readonly Operation[]): Trace[] {
  return operations.flatMap((operation): Trace[] => {
    switch (operation.type) {
      case "start":
        return [operation.run].flatMap(startedBy);
      case "schedule":
        return operation.starts.flatMap(startedBy);
      case "advance":
        return ofAdvance(operation);
      case "hold":
        return [{ type: "hold", hold: operation.holdId }];
      case "seal": {
        const { pk, expectSeq, head, status, outcome, at } = operation;
        const ended = { type: "ended", pk, head: hex(head), seq: expectSeq + 1, status, outcome, at } as const;
        return [ended, { type: "holdsOf", pk }];
      }
      default:
        return [];
    }
  });
}

function ofAdvance({
  pk,
  expectSeq,
  entries,
  head,
  holds,
  closeHolds,
  reopenHolds,
  acceptHolds,
  children,
  ...operation
}: AdvanceOperation): Trace[] {
  const traces: Trace[] = children.flatMap(startedBy);
  for (const { id } of holds) traces.push({ type: "hold", hold: id });
  for (const { key } of [...closeHolds, ...reopenHolds, ...acceptHolds]) traces.push({ type: "holdOf", pk, key });
  const { then, at } = operation;
  const seq = expectSeq + entries.length;
  if (then.type === "finish")
    traces.push({ type: "ended", pk, head: hex(head), seq, status: then.status, outcome: then.outcome, at });
  if (then.type === "park" && waitsForSomebody(then)) traces.push({ type: "waits", pk, seq });
  return traces;
}

/** Not for a time, a retry or another run: for somebody who has to do something. */
export function waitsForSomebody({ status, waiting }: { status: string; waiting: string | null }): boolean {
  return status === "diverged" || (waiting !== null && ["hold", "operator", "signal"].includes(waiting));
}

const startedBy = ({ id, seed, workflow }: NewRun): Trace[] =>
  isOurs(workflow) ? [] : [{ type: "started", run: id, seed }];

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
