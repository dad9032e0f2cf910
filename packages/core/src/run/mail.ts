import { CancelledError, TimeoutError } from "../errors.ts";
import type { Entry, Mail } from "../store/store.ts";
import { durationMs } from "../workflow/duration.ts";
import type { Execution } from "./execution.ts";
import type { LedgerReader } from "./ledger.ts";
import type { MigrationPlan } from "./migration.ts";
import type { Call } from "./operation.ts";
import { callSleep } from "./sleep.ts";

/** What a retry says. */
export interface RetryNotes {
  /** The number of what failed: the run goes on just before it. Null for a diverged run, which is only tried again. */
  from: number | null;
  /** Decisions that came too late to count: their holds had been closed by then. */
  superseded?: readonly number[];
  /** How many values stood in the run's stream then. */
  streamed?: number;
}

/** Reads, for a run's ledger, the mail and entries that concern the run as a whole. */
export class RunMail implements LedgerReader {
  private readonly execution: Execution;

  constructor(execution: Execution) {
    this.execution = execution;
  }

  migration(mail: Mail): MigrationPlan {
    return this.execution.decode(mail.payload) as MigrationPlan;
  }

  retryFrom(mail: Mail): number | null {
    return (this.execution.decode(mail.payload) as RetryNotes | undefined)?.from ?? null;
  }

  retried(mail: Mail): void {
    const { streamed } = this.execution.decode(mail.payload) as RetryNotes;
    this.execution.retried(mail.at, streamed);
  }

  superseded(mail: Mail): readonly number[] {
    return (this.execution.decode(mail.payload) as RetryNotes).superseded ?? [];
  }

  unstart(call: Call): void {
    this.execution.unstart(call);
  }

  refusedMail(entry: Entry): number {
    return (this.execution.decode(entry.payload) as { mail: number }).mail;
  }

  positional(mail: Mail): void {
    offerPositional(this.execution, mail);
  }

  operator(): void {
    this.execution.poison = null;
  }

  cleanup(measures: string): void {
    const [attempt, after] = (JSON.parse(measures) as { cleanup: [number, number] }).cleanup;
    this.execution.cleanedAfter.set(attempt, after);
  }

  runEntry(entry: Entry): void {
    const { execution } = this;
    if (entry.kind === "hold") execution.poison = entry.key;
    if (entry.key === "run/attempt") (execution.failedTries ??= new Set()).add(entry.phase);
    if (entry.kind === "version") execution.startedOn ??= (execution.decode(entry.payload) as { from: number }).from;
    if (entry.key === refusedKey) this.refusal(entry);
    if (entry.key !== timeoutKey) return;
    const limit = execution.decode(entry.payload) as number;
    execution.timedOut = true;
    execution.ledger.offer({
      seq: entry.seq,
      time: entry.endedAt,
      call: null,
      deliver: () => !execution.ledger.isVoided(entry.seq) && timeOut(execution, limit),
    });
  }

  private refusal(entry: Entry): void {
    const { execution } = this;
    const error = execution.decode(entry.payload) as Error;
    execution.recordedRefusals++;
    execution.ledger.offer({
      seq: entry.seq,
      time: entry.endedAt,
      call: null,
      deliver: () => {
        if (execution.ledger.isVoided(entry.seq)) return false;
        // What rode along with it and was not written then is not to be written now, either.
        execution.writer.drop();
        execution.replayedAttributes = null;
        return execution.endRefused(error);
      },
    });
  }
}

/** Mail without a key takes its place in the order like any completion. */
function offerPositional(execution: Execution, mail: Mail): void {
  const act = actions[mail.kind];
  if (!act) return;
  execution.ledger.offer({
    seq: mail.n,
    time: mail.at,
    call: null,
    deliver: () => !execution.ledger.isVoided(mail.n) && act(execution, mail),
  });
}

const actions: Partial<Record<Mail["kind"], (execution: Execution, mail: Mail) => boolean>> = {
  /** Everything due by its time fires, one thing at a time, the earliest first. */
  tick(execution, mail) {
    const timer = execution.timers.takeDue(mail.at, mail.n);
    if (timer) {
      timer.due(false);
      offerPositional(execution, mail);
    }
    // Whether it still finds a timer or not (a replay knows how a back-off ended): its time is the run's time.
    return true;
  },
  cancel(execution, mail) {
    if (execution.result?.type === "continued") execution.passedOn = [...execution.passedOn, mail];
    // It may be the answer to the hold that stopped the run.
    if (mail.dedupe?.startsWith("hold:")) execution.poison = null;
    const { reason } = (execution.decode(mail.payload) ?? { reason: "cancelled" }) as { reason: string };
    return interrupt(execution, new CancelledError(reason), "cancelled");
  },
  pause(execution, mail) {
    if (execution.result?.type === "continued") execution.passedOn = [...execution.passedOn, mail];
    execution.paused = true;
    return false;
  },
  resume(execution) {
    execution.paused = false;
    return false;
  },
};

/** Ends the author's code where it waits: every open call rejects, and so does every later one outside a shield. */
export function interrupt(execution: Execution, error: Error, status: "cancelled" | "failed"): boolean {
  execution.paused = false;
  if (execution.interrupted || execution.result) return false;
  if (execution.cleaning) {
    execution.interruptedMeanwhile ??= { error, status };
    return false;
  }
  execution.interrupted = { error, status };
  startCleanupClock(execution);
  execution.cancelScope(execution.root, error);
  return true;
}

/** From now on the run has so much time to end: to undo its steps, and for what its code does in shields. */
export function startCleanupClock(execution: Execution): void {
  if (execution.cleanupClock) return;
  const limit = durationMs(execution.workflow.options.cleanupTimeout ?? "5m", "cleanupTimeout");
  const scope = execution.root.shield("cleanup clock");
  execution.cleanupClock = scope;
  callSleep(execution, scope, limit).then(
    () => execution.closeAll(new TimeoutError("cleanup", limit)),
    () => {},
  );
}

export function stopCleanupClock(execution: Execution): void {
  const scope = execution.cleanupClock;
  execution.cleanupClock = null;
  if (scope) execution.cancelScope(scope, new CancelledError("cleanup is done"));
}

/** The key under which a run's own timeout is recorded when its worker's clock saw it first. */
export const timeoutKey = "run/timeout";

/** The key under which it is recorded that the store refused something of the run that was no step's result. */
export const refusedKey = "run/refused";

/** `workflow({ timeout })` has passed. */
export function timeOut(execution: Execution, limitMs: number): boolean {
  return interrupt(execution, new TimeoutError(`workflow "${execution.workflow.name}"`, limitMs, timeoutKey), "failed");
}
