import { emptyRoster } from "../hold/directory.ts";
import { passTime } from "../hold/timers.ts";
import type { HoldOperation, HoldRow } from "../store/store.ts";
import { documentOf, operationOf } from "./hold-acting.ts";
import { progressOf } from "./hold-view.ts";
import type { EngineParts } from "./parts.ts";
import { RunAnswers } from "./run-answers.ts";

/** How many due holds are handled at once. */
const batch = 100;
/** After a failure of the store, or when nothing that is due could be moved, so long until the next look, in ms. */
const pauseMs = 1000;
/** How often a shared store is asked without being told: whoever opened a hold may be gone and its word lost, in ms. */
const pollMs = 5000;

/**
 * Acts on holds whose deadline has passed: each in one transaction with its audit line and the run's mail.
 * It takes effect when that transaction commits: a decision committed earlier wins, however late the sweeper is.
 */
export class Sweeper {
  private readonly parts: EngineParts;
  private cancel: (() => void) | null = null;
  private stopPolling: (() => void) | null = null;
  private armedFor = Number.POSITIVE_INFINITY;
  private sweeping = false;
  private stopped = true;
  private answers: RunAnswers;

  constructor(parts: EngineParts) {
    this.parts = parts;
    this.answers = new RunAnswers(parts);
  }

  /** Questions that the code of runs answers here are answered. */
  async idle(): Promise<void> {
    await this.answers.idle();
  }

  start(): void {
    this.stopped = false;
    void this.look();
    if (this.parts.store.shared) this.poll();
  }

  stop(): void {
    this.stopped = true;
    this.answers.stop();
    this.answers = new RunAnswers(this.parts);
    this.disarm();
    this.stopPolling?.();
    this.stopPolling = null;
  }

  private poll(): void {
    const again = (): void => {
      this.poll();
      void this.look();
    };
    this.stopPolling = this.parts.clock.timer(pollMs, again, { unref: true, poll: true });
  }

  private disarm(): void {
    this.cancel?.();
    this.cancel = null;
    this.armedFor = Number.POSITIVE_INFINITY;
  }

  /** A hold with this deadline exists now. */
  expect(time: number): void {
    if (this.stopped || time >= this.armedFor) return;
    this.cancel?.();
    this.armedFor = time;
    const { clock } = this.parts;
    const due = (): void => {
      // Whatever becomes of this sweep: a time that has passed must not stand in the way of the next one.
      this.disarm();
      void this.sweep();
    };
    this.cancel = clock.timer(Math.max(0, time - clock.now()), due, { unref: true });
  }

  /** Asks the store when the next deadline is: another process may have opened a hold. */
  async look(notBefore = 0): Promise<void> {
    const { store, namespace, clock } = this.parts;
    try {
      const next = await store.nextHoldAt(namespace);
      if (next !== null) this.expect(Math.max(next, notBefore));
    } catch {
      // Nobody else may know of the next deadline.
      this.expect(clock.now() + pauseMs);
    }
  }

  /** Handles everything due; returns how many holds moved. One at a time: the one under way looks again at its end. */
  async sweep(): Promise<number> {
    if (this.sweeping) return 0;
    this.sweeping = true;
    this.disarm();
    const { store, namespace, clock } = this.parts;
    let moved = 0;
    try {
      for (;;) {
        const due = await store.dueHolds(namespace, clock.now(), batch);
        const results = await Promise.all(due.map((row) => this.act(row)));
        const some = results.filter(Boolean).length;
        moved += some;
        if (due.length < batch || some === 0) break;
      }
    } catch (error) {
      this.parts.worker.trouble.failed(error);
      if (!this.stopped) this.expect(clock.now() + pauseMs);
    } finally {
      this.sweeping = false;
    }
    if (!this.stopped) await this.look(moved === 0 ? clock.now() + pauseMs : 0);
    return moved;
  }

  private async act(row: HoldRow): Promise<boolean> {
    const operation = deadlineOperation(this.parts, row, this.parts.clock.now());
    if (!operation) return this.answers.take(row);
    const result = await this.parts.committer.submit(operation);
    return result.type === "moved";
  }
}

/** What time does to a hold by `now`: a pure function of what is stored. Null when nothing is due. */
function deadlineOperation(
  parts: Pick<EngineParts, "encodeInline" | "codec">,
  row: HoldRow,
  now: number,
): HoldOperation | null {
  if (row.status !== "open") return null;
  const document = documentOf(parts, row);
  const progress = progressOf(row, parts.codec);
  const evidence = Buffer.from(row.evidenceHash).toString("hex");
  const round = row.revision - progress.moves;
  const { title, workflow } = row;
  const move = passTime({ title, workflow, document, evidence, progress, round, roster: emptyRoster, now });
  // Named by what it does, so that of ten workers that do it at once one writes it.
  return move && operationOf(parts, row, move, now, { channel: "deadline", name: `timer:${row.revision}` });
}
