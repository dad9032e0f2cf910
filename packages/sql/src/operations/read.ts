import type {
  History,
  HistoryRange,
  HoldEvent,
  HoldRow,
  RunPk,
  RunRow,
  RunStatus,
  StoredPayload,
  StoreSizes,
  Tombstone,
  WorkerRow,
} from "@holdpoint/core";
import { runStatus, severityCode } from "../columns/codes.ts";
import { readHold, readHoldEvent } from "../columns/hold.ts";
import { readEntry, readMail } from "../columns/journal.ts";
import { readPayload } from "../columns/payload.ts";
import { blob, integer, text } from "../columns/read.ts";
import { readRun } from "../columns/run.ts";
import { readTombstone, readWorker } from "../columns/worker.ts";
import type { SqlRow } from "../driver/driver.ts";
import type { Context, Program } from "./program.ts";
import { all, one, values } from "./program.ts";

/** @param claimed runs that are known to be in the namespace, because a claim has just given them away */
export function* history(
  context: Context,
  wanted: readonly HistoryRange[],
  hashes: boolean,
  claimed?: ReadonlySet<RunPk>,
): Program<History[]> {
  const found: History[] = [];
  const statement = hashes ? "entriesAfter" : "entriesToReplay";
  for (const { pk, after, until } of wanted) {
    const isHere = claimed?.has(pk) || (yield* one("inNamespace", pk, context.namespace)) !== null;
    if (!isHere) found.push({ entries: [], mail: [] });
    else if (until !== undefined) {
      const entries = (yield* values("entriesBetween", pk, after, until)).map(readEntry);
      found.push({ entries, mail: (yield* all("mailBetween", pk, after, until)).map(readMail) });
    } else {
      const entries = (yield* values(statement, pk, after)).map(readEntry);
      found.push({ entries, mail: (yield* all("mailAfter", pk, after)).map(readMail) });
    }
  }
  return found;
}

export function* unread(
  { namespace }: Context,
  owned: readonly { pk: RunPk; epoch: number; seq: number }[],
): Program<{ pk: RunPk; seq: number; fenced: boolean }[]> {
  const news: { pk: RunPk; seq: number; fenced: boolean }[] = [];
  for (const { pk, epoch, seq } of owned) {
    const row = yield* one("fenceOf", pk, namespace);
    const fenced = row === null || integer(row, "epoch") !== epoch || runStatus.word(row.status) !== "running";
    const now = row === null ? seq : integer(row, "seq");
    if (fenced || now > seq) news.push({ pk, seq: now, fenced });
  }
  return news;
}

export function* chunks(
  { namespace }: Context,
  pk: RunPk,
  hashes: readonly Uint8Array[],
): Program<(Uint8Array | null)[]> {
  const found: (Uint8Array | null)[] = [];
  const known = (yield* one("inNamespace", pk, namespace)) !== null;
  for (const hash of hashes) {
    const row = known ? yield* one("chunk", pk, hash) : null;
    found.push(row === null ? null : blob(row, "bytes"));
  }
  return found;
}

export function* workers({ namespace }: Context): Program<WorkerRow[]> {
  return (yield* all("workers", namespace)).map(readWorker);
}

function runOrNull(row: SqlRow | null, name: string): RunRow | null {
  return row === null ? null : readRun(row, name);
}

export function* runById({ name, namespace }: Context, id: string): Program<RunRow | null> {
  return runOrNull(yield* one("runById", namespace, id), name);
}

export function* runByPk({ name, namespace }: Context, pk: RunPk): Program<RunRow | null> {
  return runOrNull(yield* one("runByPk", pk, namespace), name);
}

export function* generations({ name, namespace }: Context, id: string): Program<RunRow[]> {
  return (yield* all("generations", namespace, id)).map((row) => readRun(row, name));
}

export function* children({ name, namespace }: Context, pk: RunPk): Program<RunRow[]> {
  return (yield* all("children", pk, namespace)).map((row) => readRun(row, name));
}

export function* tombstone({ namespace }: Context, id: string): Program<Tombstone | null> {
  const row = yield* one("tombstone", namespace, id);
  return row === null ? null : readTombstone(row);
}

export function* stream(
  { namespace }: Context,
  pk: RunPk,
  after: number,
  limit: number,
): Program<{ n: number; bytes: Uint8Array }[]> {
  if ((yield* one("inNamespace", pk, namespace)) === null) return [];
  const rows = yield* all("streamAfter", pk, after, limit);
  return rows.map((row) => ({ n: integer(row, "n"), bytes: blob(row, "bytes") }));
}

export function* labels(
  { namespace }: Context,
  pk: RunPk,
): Program<{ key: string; label: string; by: string | null; at: number }[]> {
  if ((yield* one("inNamespace", pk, namespace)) === null) return [];
  return (yield* all("labels", pk)).map((row) => ({
    key: text(row, "key"),
    label: text(row, "label"),
    by: text(row, "by") || null,
    at: integer(row, "at"),
  }));
}

export function* hold({ namespace }: Context, id: string): Program<HoldRow | null> {
  const row = yield* one("holdById", namespace, id);
  return row === null ? null : readHold(row);
}

export function* holdByKey({ namespace }: Context, pk: RunPk, key: string): Program<HoldRow | null> {
  const row = yield* one("holdByKey", pk, key, namespace);
  return row === null ? null : readHold(row);
}

export function* holdEvents({ namespace }: Context, id: string): Program<HoldEvent[]> {
  return (yield* all("holdEvents", namespace, id)).map(readHoldEvent);
}

export function* dueHolds({ namespace }: Context, now: number, limit: number): Program<HoldRow[]> {
  return (yield* all("dueHolds", namespace, now, limit)).map(readHold);
}

export function* nextHoldAt({ namespace }: Context): Program<number | null> {
  const row = yield* one("nextHoldAt", namespace);
  return row === null ? null : integer(row, "next_at");
}

export function* cached({ namespace }: Context, key: string, now: number): Program<StoredPayload | null> {
  const row = yield* one("cached", namespace, key, now);
  return row === null ? null : readPayload(row);
}

/** How much there is, but for the bytes. */
export function* counts({ namespace }: Context): Program<Omit<StoreSizes, "bytes">> {
  const runs: Record<RunStatus, number> = {
    ready: 0,
    running: 0,
    parked: 0,
    paused: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
    diverged: 0,
  };
  for (const row of yield* all("runCounts", namespace)) runs[runStatus.word(row.status)] += integer(row, "n");
  const waiting = (row: SqlRow) => ({ count: integer(row, "n"), oldest: integer(row, "oldest") });
  const queues = (yield* all("queueCounts", namespace)).map((row) => ({ queue: text(row, "queue"), ...waiting(row) }));
  const holds = (yield* all("holdCounts", namespace)).map((row) => ({
    severity: severityCode.word(row.severity),
    ...waiting(row),
  }));
  return { runs, openHolds: holds.reduce((sum, { count }) => sum + count, 0), queues, holds };
}
