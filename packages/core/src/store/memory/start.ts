import type { NewRun, RunPk, StartOperation, StartResult } from "../store.ts";
import { isFinished } from "../transitions.ts";
import { deliver, insertMail } from "./deliver.ts";
import { hex } from "./hex.ts";
import type { MemoryRun } from "./rows.ts";
import { newMemoryRun, recordedEntry, runRow } from "./rows.ts";
import type { Space } from "./space.ts";

export function insertChunks(run: MemoryRun, chunks: NewRun["chunks"]): void {
  for (const chunk of chunks) {
    run.chunks ??= new Map();
    const name = hex(chunk.hash);
    // Copied: a chunk is a view of a large value, which would otherwise be kept whole.
    if (!run.chunks.has(name)) run.chunks.set(name, chunk.bytes.slice());
  }
}

/** Adds a run (or its next generation) and makes it ready. The id must be free. */
export function createRun(space: Space, nextPk: () => RunPk, run: NewRun, previous: MemoryRun | null): MemoryRun {
  const created = newMemoryRun(space.name, nextPk(), (previous?.row.generation ?? 0) + 1, run);
  const { numbers } = run;
  let last = 0;
  for (const [i, entry] of run.entries.entries()) {
    last = numbers?.entries[i] ?? last + 1;
    created.entries.push(recordedEntry(entry, last));
  }
  created.row.seq = last;
  created.row.entryCount = run.entries.length;
  insertChunks(created, run.chunks);
  for (const [i, mail] of run.mail.entries()) {
    const n = numbers?.mail[i];
    if (n !== undefined) created.row.seq = n - 1;
    insertMail(created, mail);
    last = Math.max(last, created.row.seq);
  }
  created.row.seq = last;
  space.runs.set(created.row.pk, created);
  space.current.set(run.id, created);
  space.created.push(created);
  if (run.parent !== null) {
    const parent = space.runs.get(run.parent.pk);
    if (parent !== undefined) (parent.children ??= []).push(created.row.pk);
  }
  created.previous = previous;
  if (previous?.keyHeld) space.holdKey(created, true);
  space.index(created);
  space.feed.addRun(created, "started", run.createdAt);
  return created;
}

export function start(space: Space, nextPk: () => RunPk, operation: StartOperation): StartResult {
  const { run, signal } = operation;
  const existing = space.current.get(run.id);
  if (existing !== undefined) {
    if (signal !== null && !isFinished(existing.row.status)) {
      deliver(space, { type: "deliver", to: { pk: existing.row.pk }, mail: signal, allowedIn: null });
    }
    return { type: "started", created: false, run: runRow(existing), tombstone: null };
  }
  const tombstone = space.tombstones.get(run.id);
  if (tombstone !== undefined) return { type: "started", created: false, run: null, tombstone: { ...tombstone } };
  const created = createRun(space, nextPk, run, null);
  if (signal !== null) insertMail(created, signal);
  return { type: "started", created: true, run: runRow(created), tombstone: null };
}
