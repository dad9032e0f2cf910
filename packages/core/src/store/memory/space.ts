import type { LogLine } from "../log-rows.ts";
import type { RecordRow } from "../record-rows.ts";
import type { Millis, RunPk, RunStatus, StoredPayload, StoreSignal, Tombstone, WorkerRow } from "../store.ts";
import { isFinished } from "../transitions.ts";
import { Feed } from "./feed.ts";
import { IndexedHeap } from "./indexed-heap.ts";
import type { MemoryHold, MemoryRun } from "./rows.ts";
import type { MemorySchedule } from "./schedules.ts";

/** Ready runs of one queue, workflow and version. */
export interface MemoryLane {
  queue: string;
  workflow: string;
  version: number;
  ready: IndexedHeap<MemoryRun>;
}

/** How many runs of a queue are running, and of each key running or holding its slot. */
export interface MemoryQueue {
  running: number;
  runningByKey: Map<string, number>;
  heldByKey: Map<string, number>;
}

const byUrgency = ({ row: a }: MemoryRun, { row: b }: MemoryRun): boolean => {
  if (a.priority !== b.priority) return a.priority > b.priority;
  return a.readyAt !== b.readyAt ? a.readyAt < b.readyAt : a.pk < b.pk;
};

/** When a run wakes by the clock alone: a parked one at `wakeAt`, a delayed one at `readyAt`. */
export function wakeTime(run: MemoryRun): Millis {
  return run.row.status === "parked" ? (run.row.wakeAt ?? 0) : run.row.readyAt;
}

/** All data of one namespace, with the indexes that make nothing a scan. */
export class Space {
  readonly name: string;
  readonly runs = new Map<RunPk, MemoryRun>();
  /** Public id to the current generation. */
  readonly current = new Map<string, MemoryRun>();
  /** Every run in order of creation, for pages; may contain removed ones. */
  readonly created: MemoryRun[] = [];
  readonly lanes = new Map<string, MemoryLane>();
  readonly queues = new Map<string, MemoryQueue>();
  readonly wake = new IndexedHeap<MemoryRun>((a, b) => {
    const x = wakeTime(a);
    const y = wakeTime(b);
    return x !== y ? x < y : a.row.pk < b.row.pk;
  });
  readonly holds = new Map<string, MemoryHold>();
  readonly feed = new Feed();
  readonly openedHolds: MemoryHold[] = [];
  readonly dueHolds = new IndexedHeap<MemoryHold>((a, b) => {
    const x = a.row.nextAt ?? 0;
    const y = b.row.nextAt ?? 0;
    return x !== y ? x < y : a.pk < b.pk;
  });
  readonly schedules = new Map<string, MemorySchedule>();
  /** By kind and id, expired ones included until they are swept. */
  readonly records = new Map<string, Map<string, RecordRow>>();
  readonly logs = new Map<string, { lines: LogLine[]; byKey: Map<string, LogLine> }>();
  /** By workflow and key: the run it means, or meant. */
  readonly debounces = new Map<string, { runId: string; firstAt: Millis }>();
  /** When the next start of a queue, or of a key in it, would be due: `queue` or `queue NUL key`. */
  readonly limiters = new Map<string, Millis>();
  readonly workers = new Map<string, WorkerRow>();
  readonly tombstones = new Map<string, Tombstone>();
  readonly cache = new Map<string, { value: StoredPayload; expiresAt: Millis }>();
  readonly documents = new Map<string, Uint8Array>();
  readonly listeners = new Set<(signal: StoreSignal) => void>();
  /** What the commit under way has to tell. */
  pending = { ready: false, hold: false, deadline: false, mail: null as Set<RunPk> | null };

  constructor(name: string) {
    this.name = name;
  }

  /** The one place where a run changes its status, so that no index is forgotten. */
  moveTo(run: MemoryRun, status: RunStatus): void {
    this.unindex(run);
    const before = run.row.status;
    run.row.status = status;
    if (status !== "running") run.row.owner = null;
    if (status !== "parked") run.row.waiting = null;
    if (before === "running" && status !== "running") this.#occupy(run, -1);
    else if (before !== "running" && status === "running") this.#occupy(run, 1);
    if (isFinished(status) && run.keyHeld) this.holdKey(run, false);
    this.index(run);
  }

  index(run: MemoryRun): void {
    const { status, wakeAt } = run.row;
    if (status === "ready" && !run.delayed) {
      run.ready = this.#lane(run).ready.push(run);
      this.pending.ready = true;
    } else if (status === "ready" || (status === "parked" && wakeAt !== null)) {
      run.wake = this.wake.push(run);
      if (status === "ready") this.pending.ready = true;
    }
  }

  unindex(run: MemoryRun): void {
    if (run.ready !== null) {
      this.#lane(run).ready.remove(run.ready);
      run.ready = null;
    }
    if (run.wake !== null) {
      this.wake.remove(run.wake);
      run.wake = null;
    }
  }

  queue(name: string): MemoryQueue {
    let queue = this.queues.get(name);
    if (queue === undefined) {
      queue = { running: 0, runningByKey: new Map(), heldByKey: new Map() };
      this.queues.set(name, queue);
    }
    return queue;
  }

  /** Takes or gives back the run's slot of its concurrency key. */
  holdKey(run: MemoryRun, held: boolean): void {
    if (run.row.concurrencyKey === null || run.keyHeld === held) return;
    run.keyHeld = held;
    change(this.queue(run.row.queue).heldByKey, run.row.concurrencyKey, held ? 1 : -1);
  }

  #occupy(run: MemoryRun, by: 1 | -1): void {
    const queue = this.queue(run.row.queue);
    queue.running += by;
    if (run.row.concurrencyKey !== null) change(queue.runningByKey, run.row.concurrencyKey, by);
  }

  #lane({ row }: MemoryRun): MemoryLane {
    const name = `${row.queue}\u0000${row.workflow}\u0000${row.version}`;
    let lane = this.lanes.get(name);
    if (lane === undefined) {
      lane = { queue: row.queue, workflow: row.workflow, version: row.version, ready: new IndexedHeap(byUrgency) };
      this.lanes.set(name, lane);
    }
    return lane;
  }

  /** Tells the listeners what happened since the last time. */
  announce(): void {
    const { ready, hold, deadline, mail } = this.pending;
    if (!ready && !hold && mail === null) return;
    this.pending = { ready: false, hold: false, deadline: false, mail: null };
    for (const listener of this.listeners) {
      if (ready) listener({ type: "ready" });
      if (hold) listener({ type: "hold", deadline });
      if (mail !== null) for (const pk of mail) listener({ type: "mail", pk });
    }
  }
}

function change(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
