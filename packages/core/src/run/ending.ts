import { CancelledError, CompensationError } from "../errors.ts";
import type { AdvanceOperation, Delivery, NewMail, StoredPayload } from "../store/store.ts";
import type { BodyResult } from "./body.ts";
import type { Execution } from "./execution.ts";
import { nextGeneration } from "./generation.ts";
import { randomSalt } from "./random-supply.ts";
import type { Scope } from "./scope.ts";

/** How the function's end becomes the run's end. The first call also drafts the final entry. */
export function finishOperation(
  execution: Execution,
  result: BodyResult,
  drafted: boolean,
): AdvanceOperation["then"] | ((head: Uint8Array) => AdvanceOperation["then"]) {
  if (result.type === "continued") {
    if (!drafted) {
      withdrawHolds(execution);
      draftEnd(execution, "ok", null, '{"continued":true}');
      // Sent with this write, which has no place for deliveries of its own.
      for (const id of childrenToCancel(execution)) execution.host.send(id, cancelMail(execution, "its parent ended"));
    }
    return (head) => ({ type: "continueAsNew", next: nextGeneration(execution, result.input, head) });
  }
  const ended = endOf(execution, result);
  execution.ending = { status: ended.status, workflow: execution.row.workflow, value: ended.value };
  if (!drafted) {
    withdrawHolds(execution);
    draftEnd(execution, ended.status === "completed" ? "ok" : "error", ended.payload, null);
  }
  return {
    type: "finish",
    status: ended.status,
    outcome: ended.outcome,
    note: ended.note,
    deliveries: deliveries(execution, ended),
  };
}

interface End {
  status: "completed" | "failed" | "cancelled";
  outcome: string;
  note: string | null;
  payload: StoredPayload | null;
  value: unknown;
}

function endOf(execution: Execution, result: BodyResult & { type: "returned" | "threw" }): End {
  if (result.type === "returned") {
    const { value, payload } = result;
    return { status: "completed", outcome: execution.outcomeWord ?? "success", note: null, payload, value };
  }
  const notUndone = result.notUndone ?? [];
  const error = notUndone.length > 0 ? new CompensationError(notUndone, result.error) : result.error;
  const status = execution.interrupted?.status ?? "failed";
  return {
    status,
    outcome: status,
    note: error instanceof Error ? error.message : String(error),
    payload: execution.encodeError(error),
    value: error,
  };
}

function draftEnd(
  execution: Execution,
  outcome: "ok" | "error",
  payload: StoredPayload | null,
  measures: string | null,
): void {
  const now = execution.host.clock.now();
  execution.write(
    {
      key: "run",
      phase: execution.phase("settled"),
      kind: "run",
      outcome,
      payload,
      startedAt: execution.row.createdAt,
      endedAt: now,
      attempt: execution.attempt,
      measures,
      committed: null,
    },
    true,
  );
}

/** Holds nobody answered are withdrawn with the run's end, in the same transaction. */
export function withdrawHolds(execution: Execution, within: Scope | null = null): void {
  for (const hold of execution.openHolds.values()) {
    if (hold.withdrawn || (within && !hold.call.scope.reachedBy(within))) continue;
    hold.withdrawn = true;
    closeHold(execution, execution.ledger.storedKey(hold.call.key));
  }
  if (within === null && execution.poison !== null) closeHold(execution, execution.poison);
}

function closeHold(execution: Execution, key: string): void {
  execution.writer.ride.closeHolds.push({
    key,
    status: "withdrawn",
    event: {
      actor: null,
      channel: "engine",
      action: "withdrawn",
      data: null,
      evidenceHash: null,
      at: execution.host.clock.now(),
      idempotencyKey: `withdrawn:${key}`,
    },
  });
}

function deliveries(execution: Execution, end: End): Delivery[] {
  const { row } = execution;
  const list: Delivery[] = [];
  if (row.parent) {
    list.push({
      to: { pk: row.parent.pk },
      mail: {
        kind: "child",
        key: row.parent.key,
        dedupe: `child:${row.parent.key}:${row.id}`,
        outcome: end.status === "completed" ? "ok" : "error",
        payload: end.payload?.ref ? execution.plain(end.value) : end.payload,
        sender: row.id,
        at: execution.host.clock.now(),
        salt: randomSalt(),
      },
    });
  }
  const reason = execution.interrupted ? reasonOf(execution.interrupted.error) : "its parent ended";
  for (const id of childrenToCancel(execution)) list.push({ to: { id }, mail: cancelMail(execution, reason) });
  return list;
}

/** Children that do not outlive their parent. */
function childrenToCancel(execution: Execution): string[] {
  return [...execution.children.values()].filter(({ done, close }) => !done && close === "cancel").map(({ id }) => id);
}

/** Why something was cancelled, without the word itself. */
export function reasonOf(error: Error): string {
  return error instanceof CancelledError ? String(error.details.reason) : error.message;
}

/** A cancellation from this run to one of its children; its dedupe makes repeating it harmless. */
export function cancelMail(execution: Execution, reason: string): NewMail {
  return {
    kind: "cancel",
    key: "",
    dedupe: `cancel:${execution.row.pk}`,
    outcome: null,
    payload: execution.plain({ reason }),
    sender: execution.row.id,
    at: execution.host.clock.now(),
    salt: randomSalt(),
  };
}
