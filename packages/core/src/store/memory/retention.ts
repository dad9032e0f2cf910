import { holdEventDigest } from "../../hold/event-chain.ts";
import type { Erasure, RetentionRequest, RunPk, StoredPayload, Tombstone } from "../store.ts";
import { erasedCodec, isFinished } from "../transitions.ts";
import type { MemoryRun } from "./rows.ts";
import type { Space } from "./space.ts";

export function retain(
  space: Space,
  request: RetentionRequest,
): { removed: number; tombstones: number; holds: number } {
  const result = { removed: 0, tombstones: 0, holds: 0 };
  for (const run of finishedRoots(space)) {
    if (result.removed >= request.limit) break;
    const tree = finishedTree(space, run, request.finishedBefore);
    if (tree === null) continue;
    for (const member of tree) remove(space, member, request.now);
    result.removed += 1;
  }
  for (const tombstone of [...space.tombstones.values()]) {
    if (tombstone.removedAt >= request.tombstonesBefore) continue;
    space.tombstones.delete(tombstone.id);
    result.tombstones += 1;
  }
  for (const [key, { expiresAt }] of space.cache) if (expiresAt <= request.now) space.cache.delete(key);
  for (const [name, { runId }] of space.debounces) {
    const run = space.current.get(runId);
    if (!run?.delayed || run.row.status !== "ready") space.debounces.delete(name);
  }
  for (const [name, arrival] of space.limiters) if (arrival < request.now) space.limiters.delete(name);
  for (const schedule of space.schedules.values()) {
    schedule.firings = schedule.firings.filter(({ row }) => row.at >= request.finishedBefore);
  }
  if (request.holdsBefore !== null) {
    for (const hold of [...space.holds.values()]) {
      if (space.runs.has(hold.row.runPk) || (hold.row.closedAt ?? hold.row.openedAt) >= request.holdsBefore) continue;
      space.holds.delete(hold.row.id);
      if (hold.due !== null) space.dueHolds.remove(hold.due);
      result.holds += 1;
    }
  }
  if (result.removed > 0) keep(space.created, (run) => space.runs.has(run.row.pk));
  if (result.holds > 0) keep(space.openedHolds, (hold) => space.holds.get(hold.row.id) === hold);
  return result;
}

/** Removes from a list in place whatever does not stay. */
function keep<T>(list: T[], stays: (item: T) => boolean): void {
  let kept = 0;
  for (const item of list) if (stays(item)) list[kept++] = item;
  list.length = kept;
}

/** Current generations of runs that no other run's end takes along, oldest end first. */
function finishedRoots(space: Space): MemoryRun[] {
  const isRoot = ({ row, nextPk }: MemoryRun): boolean =>
    nextPk === null && row.finishedAt !== null && (row.parent === null || row.parent.close === "abandon");
  const ended = ({ row }: MemoryRun): number => row.finishedAt ?? 0;
  return [...space.runs.values()].filter(isRoot).sort((a, b) => ended(a) - ended(b) || a.row.pk - b.row.pk);
}

/** A run with its earlier generations and their children, if all of them finished before then; otherwise null. */
function finishedTree(space: Space, root: MemoryRun, before: number): MemoryRun[] | null {
  const tree: MemoryRun[] = [];
  const open = [root];
  for (let run = open.pop(); run !== undefined; run = open.pop()) {
    for (let generation: MemoryRun | null = run; generation !== null; generation = generation.previous) {
      const { status, finishedAt } = generation.row;
      if (!isFinished(status) || finishedAt === null || finishedAt >= before) return null;
      tree.push(generation);
      for (const pk of generation.children ?? []) {
        const child = space.runs.get(pk);
        if (child !== undefined && child.nextPk === null && child.row.parent?.close === "cancel") open.push(child);
      }
    }
  }
  return tree;
}

function remove(space: Space, run: MemoryRun, now: number): void {
  const { row } = run;
  space.runs.delete(row.pk);
  if (space.current.get(row.id) !== run || !isFinished(row.status)) return;
  space.current.delete(row.id);
  const tombstone: Tombstone = {
    id: row.id,
    workflow: row.workflow,
    inputDigest: row.inputDigest,
    status: row.status as Tombstone["status"],
    outcome: row.outcome ?? "",
    head: row.head,
    entryCount: row.entryCount,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt ?? now,
    removedAt: now,
  };
  space.tombstones.set(row.id, tombstone);
}

const nothing = new Uint8Array(0);

function erasedPayload(digest: Uint8Array | undefined): StoredPayload {
  return { codec: erasedCodec, bytes: digest ?? nothing, ref: false };
}

export function erase(space: Space, pk: RunPk, erasure: Erasure): boolean {
  const run = space.runs.get(pk);
  if (run === undefined) return false;
  const { row } = run;
  const { expectSeq } = erasure;
  if (expectSeq !== undefined && (!isFinished(row.status) || row.seq !== expectSeq)) return false;
  const entryDigests = new Map(erasure.entries.map(({ seq, digest }) => [seq, digest]));
  const mailDigests = new Map(erasure.mail.map(({ n, digest }) => [n, digest]));
  // New objects: whoever read the old ones before keeps what was read.
  run.entries = run.entries.map((entry) =>
    entry.payload === null ? entry : { ...entry, payload: erasedPayload(entryDigests.get(entry.seq)) },
  );
  run.mail = run.mail.map((mail) => ({
    ...mail,
    payload: mail.payload === null ? null : erasedPayload(mailDigests.get(mail.n)),
    salt: null,
  }));
  run.chunks = null;
  run.stream = null;
  run.labels = null;
  row.attributes = {};
  row.salt = null;
  row.note = `erased${erasure.by === null ? "" : ` by ${erasure.by}`}`;
  row.updatedAt = erasure.at;
  for (const hold of run.holds?.values() ?? []) {
    hold.row.title = "";
    hold.row.request = erasedPayload(undefined);
    if (hold.row.progress !== null) hold.row.progress = erasedPayload(undefined);
    if (hold.row.decision !== null) hold.row.decision = erasedPayload(undefined);
    hold.events = hold.events.map((event) =>
      event.data === null || event.data.codec === erasedCodec
        ? event
        : { ...event, data: erasedPayload(holdEventDigest(event)), salt: null },
    );
  }
  return true;
}
