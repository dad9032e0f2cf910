import type { HoldEvent, HoldRow } from "@holdpoint/core";
import { CorruptionError } from "@holdpoint/core";
import type { SqlRow } from "../driver/driver.ts";
import { holdStatus, originCode, severityCode } from "./codes.ts";
import { readPayload } from "./payload.ts";
import { blob, blobOrNull, integer, integerOrNull, text, textOrNull } from "./read.ts";

/** A `hold` row joined with its run's id and workflow and its form's bytes. */
export function readHold(row: SqlRow): HoldRow {
  const request = readPayload(row, "request_");
  if (request === null) throw new CorruptionError(`hold ${text(row, "id")} has no request`);
  return {
    id: text(row, "id"),
    runPk: integer(row, "run_pk"),
    runId: text(row, "run_id"),
    workflow: text(row, "workflow"),
    key: text(row, "key"),
    name: text(row, "name"),
    origin: originCode.word(row.origin),
    status: holdStatus.word(row.status),
    title: text(row, "title"),
    severity: severityCode.word(row.severity),
    form: blobOrNull(row, "form"),
    request,
    evidenceHash: blob(row, "evidence_hash"),
    actionHash: blob(row, "action_hash"),
    nextAt: integerOrNull(row, "next_at"),
    revision: integer(row, "revision"),
    progress: readPayload(row, "progress_"),
    decision: readPayload(row, "decision_"),
    decidedBy: textOrNull(row, "decided_by"),
    openedAt: integer(row, "opened_at"),
    closedAt: integerOrNull(row, "closed_at"),
  };
}

export function readHoldEvent(row: SqlRow): HoldEvent {
  return {
    n: integer(row, "n"),
    actor: textOrNull(row, "actor"),
    channel: text(row, "channel"),
    address: textOrNull(row, "address"),
    action: text(row, "action"),
    data: readPayload(row),
    salt: blobOrNull(row, "salt"),
    evidenceHash: blobOrNull(row, "evidence_hash"),
    at: integer(row, "at"),
    idempotencyKey: textOrNull(row, "idempotency_key"),
    hash: blobOrNull(row, "hash"),
  };
}
