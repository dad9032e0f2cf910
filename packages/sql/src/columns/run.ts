import type { Attributes, RunRow } from "@holdpoint/core";
import { CorruptionError } from "@holdpoint/core";
import type { SqlRow } from "../driver/driver.ts";
import { parentClose, runStatus, waitingFor } from "./codes.ts";
import { blob, blobOrNull, integer, integerOrNull, text, textOrNull } from "./read.ts";

/** Attributes as JSON text; null when there are none. */
export function attributesText(attributes: Attributes): string | null {
  for (const name in attributes) if (attributes[name] !== undefined) return JSON.stringify(attributes);
  return null;
}

export function readAttributes(stored: string | null): Attributes {
  if (stored === null) return {};
  const value: unknown = JSON.parse(stored);
  if (typeof value !== "object" || value === null) throw new CorruptionError("attributes are not an object");
  return value as Attributes;
}

/** A `run` row joined with its owner's `incarnation`. */
export function readRun(row: SqlRow, namespace: string): RunRow {
  const status = runStatus.word(row.status);
  const parentPk = integerOrNull(row, "parent_pk");
  const forkedFrom = textOrNull(row, "forked_from");
  const done = integerOrNull(row, "progress_done");
  return {
    pk: integer(row, "pk"),
    namespace,
    id: text(row, "id"),
    generation: integer(row, "generation"),
    workflow: text(row, "workflow"),
    version: integer(row, "version"),
    spec: integer(row, "spec"),
    codeHash: textOrNull(row, "code_hash"),
    status,
    waiting: row.waiting === null ? null : waitingFor.word(row.waiting),
    outcome: textOrNull(row, "outcome"),
    phase: row.phase === null ? null : "compensating",
    queue: text(row, "queue"),
    priority: integer(row, "priority"),
    concurrencyKey: textOrNull(row, "concurrency_key"),
    readyAt: integer(row, "ready_at"),
    wakeAt: integerOrNull(row, "wake_at"),
    epoch: integer(row, "epoch"),
    // The column keeps the last owner, who has a head start; only a running run belongs to somebody.
    owner: status === "running" && "incarnation" in row ? textOrNull(row, "incarnation") : null,
    seq: integer(row, "seq"),
    stalls: integer(row, "stalls"),
    seed: text(row, "seed"),
    salt: blobOrNull(row, "salt"),
    head: blob(row, "head"),
    entryCount: integer(row, "entry_count"),
    parent:
      parentPk === null
        ? null
        : { pk: parentPk, key: text(row, "parent_key"), close: parentClose.word(row.parent_close) },
    forkedFrom: forkedFrom === null ? null : { id: forkedFrom, seq: integer(row, "forked_seq") },
    thread: textOrNull(row, "thread"),
    inputDigest: blob(row, "input_digest"),
    attributes: readAttributes(textOrNull(row, "attributes")),
    progress: done === null ? null : { done, total: integer(row, "progress_total") },
    streamed: integer(row, "streamed"),
    note: textOrNull(row, "note"),
    createdBy: textOrNull(row, "created_by"),
    createdAt: integer(row, "created_at"),
    updatedAt: integer(row, "updated_at"),
    finishedAt: integerOrNull(row, "finished_at"),
  };
}
