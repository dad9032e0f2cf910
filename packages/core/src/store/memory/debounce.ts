import type { Debounce, Debounced, NewRun, RunPk, StartResult } from "../store.ts";
import type { MemoryRun } from "./rows.ts";
import { newMemoryRun, recordedEntry, runRow } from "./rows.ts";
import type { Space } from "./space.ts";
import { createRun, insertChunks } from "./start.ts";

const nameOf = (workflow: string, key: string): string => `${workflow}\u0000${key}`;

/** The run that a key means, while it waits for its delayed start and nobody has claimed it. */
function waitingRun(space: Space, workflow: string, key: string): { run: MemoryRun; firstAt: number } | null {
  const known = space.debounces.get(nameOf(workflow, key));
  const run = known && space.current.get(known.runId);
  const waits = run?.row.status === "ready" && run.delayed && run.row.epoch === 0 && run.row.generation === 1;
  return known && waits ? { run, firstAt: known.firstAt } : null;
}

export function debounced(space: Space, workflow: string, key: string): Debounced | null {
  const found = waitingRun(space, workflow, key);
  return found === null ? null : { run: runRow(found.run), firstAt: found.firstAt };
}

const moved: StartResult = { type: "started", created: false, run: null, tombstone: null };

/** A start with a debounce key whose id is free, or is that of the run whose place it takes. */
export function startDebounced(
  space: Space,
  nextPk: () => RunPk,
  run: NewRun,
  { key, replaces, firstAt }: Debounce,
): StartResult {
  const found = waitingRun(space, run.workflow, key);
  if (replaces === null) {
    if (found !== null || space.current.has(run.id) || space.tombstones.has(run.id)) return { ...moved };
    space.debounces.set(nameOf(run.workflow, key), { runId: run.id, firstAt });
    return { type: "started", created: true, run: runRow(createRun(space, nextPk, run, null)), tombstone: null };
  }
  if (found?.run.row.pk !== replaces.pk || Buffer.compare(found.run.row.head, replaces.head) !== 0) return { ...moved };
  replaceRun(space, found.run, run);
  return { type: "started", created: false, run: runRow(found.run), tombstone: null };
}

function replaceRun(space: Space, run: MemoryRun, next: NewRun): void {
  const { pk, generation, seq, entryCount, namespace } = run.row;
  space.unindex(run);
  run.row = { ...newMemoryRun(namespace, pk, generation, next).row, seq, entryCount };
  run.delayed = next.readyAt > next.createdAt;
  run.entries = next.entries.map((entry, i) => recordedEntry(entry, i + 1));
  insertChunks(run, next.chunks);
  space.index(run);
}
