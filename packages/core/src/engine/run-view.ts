import type { Attributes, RunRow, RunStatus, Waiting } from "../store/store.ts";

/** A run as an application, a command or a screen sees it. */
export interface Run {
  /** Public id. */
  id: string;
  /** 1, or more after `ctx.continueAsNew`. */
  generation: number;
  /** The workflow's name. */
  workflow: string;
  /** The version it is on. */
  version: number;
  /** Where it stands. */
  status: RunStatus;
  /** What a parked run waits for. */
  waiting: Waiting;
  /** `success`, `rejected`, an author's word; `failed` or `cancelled` otherwise; null while it lives. */
  outcome: string | null;
  /** `compensating` while completed steps are being undone. */
  phase: "compensating" | null;
  /** Why it failed, diverged or is held, in a sentence. */
  note: string | null;
  /** The queue it goes through. */
  queue: string;
  /** Higher goes first. */
  priority: number;
  /** The conversation or case it belongs to. */
  thread: string | null;
  /** What it can be found by. */
  attributes: Attributes;
  /** What `ctx.progress` said last. */
  progress: { done: number; total: number } | null;
  /** Who started it. */
  createdBy: string | null;
  /** When it was started. */
  createdAt: Date;
  /** When it last wrote or got anything. */
  updatedAt: Date;
  /** When it ended. */
  finishedAt: Date | null;
  /** When it goes on by itself. */
  wakeAt: Date | null;
  /** The run it was forked from, and up to which number it has its record. */
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
