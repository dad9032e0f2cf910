import { createHash } from "node:crypto";
import type { Execution } from "./execution.ts";

/** What an attempt shows of itself, as it is kept. */
export interface ShownProgress {
  key: string;
  name: string;
  attempt: number;
  value: unknown;
  at: Date;
}

/** As often as this is written at most, in ms: whoever looks on sees a text grow, and the store hardly notices. */
const writeEveryMs = 250;
/** So long it stays after the last write, in ms: a worker that died takes its word no more. */
const keptMs = 10 * 60_000;

/** Where the progress of a run's steps is kept. */
export const progressPlace = (runId: string): string =>
  createHash("sha256").update(`progress\0${runId}`).digest("base64url");

/** What the steps of one execution show, written together and not too often. Nothing of it is part of the record. */
class ProgressBoard {
  private readonly execution: Execution;
  private readonly shown = new Map<string, ShownProgress>();
  private writtenAt = Number.NEGATIVE_INFINITY;
  private waiting = false;
  /** Raised by every change. */
  private revision = 0;

  constructor(execution: Execution) {
    this.execution = execution;
  }

  show(progress: ShownProgress): void {
    this.shown.set(progress.key, progress);
    this.revision++;
    this.soon();
  }

  clear(key: string): void {
    if (!this.shown.delete(key)) return;
    this.revision++;
    this.soon();
  }

  /** At once where nothing was written lately, else when its time has come: with what is there by then. */
  private soon(): void {
    if (this.waiting) return;
    this.waiting = true;
    const { clock } = this.execution.host;
    clock.timer(Math.max(0, this.writtenAt + writeEveryMs - clock.now()), () => void this.write());
  }

  private async write(): Promise<void> {
    const { execution } = this;
    const { revision } = this;
    const expiresAt = execution.host.clock.now() + keptMs;
    const place = progressPlace(execution.row.id);
    try {
      await execution.host.cachePut(place, execution.plain([...this.shown.values()]), expiresAt);
    } catch (error) {
      // Nothing depends on it: the answer itself is recorded, and the store's own trouble is told elsewhere.
      execution.log.warn("the progress of steps could not be shown", { error: String(error) });
    }
    this.writtenAt = execution.host.clock.now();
    this.waiting = false;
    if (this.revision > revision) this.soon();
  }
}

const boards = new WeakMap<Execution, ProgressBoard>();

/** Shows how far an attempt is. */
export function showProgress(execution: Execution, progress: ShownProgress): void {
  let board = boards.get(execution);
  if (!board) boards.set(execution, (board = new ProgressBoard(execution)));
  board.show(progress);
}

/** An attempt has ended. */
export function clearProgress(execution: Execution, key: string): void {
  boards.get(execution)?.clear(key);
}
