import { expiredPerSweep, recordFault } from "../../record/limits.ts";
import type {
  DropRecordOperation,
  DropRecordResult,
  PutRecordOperation,
  PutRecordResult,
  RecordPage,
  RecordRow,
} from "../record-rows.ts";
import type { Millis, Refused } from "../store.ts";
import { compareIds } from "./compare-ids.ts";
import type { Space } from "./space.ts";

function isThere({ expiresAt }: RecordRow, now: Millis): boolean {
  return expiresAt === null || expiresAt > now;
}

export function record(space: Space, kind: string, id: string, now: Millis): RecordRow | null {
  const row = space.records.get(kind)?.get(id);
  return row !== undefined && isThere(row, now) ? { ...row } : null;
}

export function putRecord(space: Space, operation: PutRecordOperation): PutRecordResult | Refused {
  const reason = recordFault(operation);
  if (reason !== null) return { type: "refused", reason };
  const { kind, id, body, expiresAt, expected, at } = operation;
  const before = record(space, kind, id, at);
  if (expected !== "any" && (before?.revision ?? "absent") !== expected) return { type: "changed", record: before };
  const revision = (space.records.get(kind)?.get(id)?.revision ?? at - 1) + 1;
  const row = { kind, id, revision, body, createdAt: before?.createdAt ?? at, updatedAt: at, expiresAt };
  let ofKind = space.records.get(kind);
  if (ofKind === undefined) space.records.set(kind, (ofKind = new Map()));
  ofKind.set(id, row);
  return { type: "put", revision };
}

export function dropRecord(space: Space, { kind, id, expected, at }: DropRecordOperation): DropRecordResult {
  const before = record(space, kind, id, at);
  if (expected !== "any" && before?.revision !== expected) return { type: "changed", record: before };
  space.records.get(kind)?.delete(id);
  return { type: "dropped" };
}

export function records(space: Space, kind: string, { prefix = "", after, limit, now }: RecordPage): RecordRow[] {
  return [...(space.records.get(kind)?.values() ?? [])]
    .filter((row) => isThere(row, now) && row.id.startsWith(prefix))
    .filter(({ id }) => after === undefined || compareIds(id, after) > 0)
    .sort((a, b) => compareIds(a.id, b.id))
    .slice(0, limit)
    .map((row) => ({ ...row }));
}

export function sweepRecords(space: Space, now: Millis): number {
  let swept = 0;
  for (const ofKind of space.records.values()) {
    for (const row of ofKind.values()) {
      if (isThere(row, now)) continue;
      if (swept === expiredPerSweep) return swept;
      ofKind.delete(row.id);
      swept += 1;
    }
  }
  return swept;
}
