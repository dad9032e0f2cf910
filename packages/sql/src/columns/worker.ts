import type { Capability, Tombstone, WorkerRow } from "@holdpoint/core";
import { CorruptionError } from "@holdpoint/core";
import type { SqlRow } from "../driver/driver.ts";
import { runStatus } from "./codes.ts";
import { blob, integer, text } from "./read.ts";

export function readWorker(row: SqlRow): WorkerRow {
  return {
    incarnation: text(row, "incarnation"),
    host: text(row, "host"),
    bootId: text(row, "boot_id"),
    pid: integer(row, "pid"),
    leaseUntil: integer(row, "lease_until"),
    capabilities: JSON.parse(text(row, "capabilities")) as Capability[],
  };
}

export function readTombstone(row: SqlRow): Tombstone {
  const status = runStatus.word(row.status);
  if (status !== "completed" && status !== "failed" && status !== "cancelled") {
    throw new CorruptionError(`the tombstone of ${text(row, "id")} is not of a finished run`);
  }
  return {
    id: text(row, "id"),
    workflow: text(row, "workflow"),
    inputDigest: blob(row, "input_digest"),
    status,
    outcome: text(row, "outcome"),
    head: blob(row, "head"),
    entryCount: integer(row, "entry_count"),
    createdAt: integer(row, "created_at"),
    finishedAt: integer(row, "finished_at"),
    removedAt: integer(row, "removed_at"),
  };
}
