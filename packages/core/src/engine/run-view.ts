import type { Attributes, RunRow, RunStatus, Waiting } from "../store/store.ts";

/** A run as an application, a command or a screen sees it. */
export interface Run {
  id: string;
  generation: number;
  workflow: string;
  version: number;
  status: RunStatus;
  /** What a parked run waits for. */
  waiting: Waiting;
  /** `success`, `rejected`, an author's word; `failed` or `cancelled` otherwise; null while it lives. */
  outcome: string | null;
  phase: "compensating" | null;
  /** Why it failed, diverged or is held, in a sentence. */
  note: string | null;
  queue: string;
  priority: number;
  thread: string | null;
  attributes: Attributes;
  progress: { done: number; total: number } | null;
  createdBy: string | null;
  createdAt: Date;
  updatedAt: Date;
  finishedAt: Date | null;
  /** When it goes on by itself. */
  wakeAt: Date | null;
  forkedFrom: { id: string; seq: number } | null;
  /** Entries in its journal. */
  entries: number;
}

const dateOf = (time: number | null): Date | null => (time === null ? null : new Date(time));

export function viewRun(row: RunRow): Run {
  return {
    id: row.id,
    generation: row.generation,
    workflow: row.workflow,
    version: row.version,
    status: row.status,
    waiting: row.waiting,
    outcome: row.outcome,
    phase: row.phase,
    note: row.note,
    queue: row.queue,
    priority: row.priority,
    thread: row.thread,
    attributes: row.attributes,
    progress: row.progress,
    createdBy: row.createdBy,
    createdAt: new Date(row.createdAt),
    updatedAt: new Date(row.updatedAt),
    finishedAt: dateOf(row.finishedAt),
    wakeAt: dateOf(row.wakeAt),
    forkedFrom: row.forkedFrom,
    entries: row.entryCount,
  };
}
