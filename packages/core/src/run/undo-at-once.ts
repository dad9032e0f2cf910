import { TimeoutError } from "../errors.ts";
import type { StepInfo } from "../workflow/context.ts";
import { durationMs } from "../workflow/duration.ts";
import { afterFailure, type RetryPolicy } from "../workflow/retry.ts";
import type { Execution } from "./execution.ts";
import { type AttemptedStep, Pulse, StepAttempt, standInFor } from "./step-attempt.ts";

/** How one attempt to undo it ended; `threw` because `undefined` can be thrown. */
type Attempted = { threw: false } | { threw: true; error: unknown };

/**
 * Undoes a step that was done and whose result cannot be recorded, at once: the value exists nowhere but here.
 *
 * It is no recorded step of its own, as `undo NAME` at the run's end is. The step is not on record, so after a crash
 * it is done again: an undo on record would then pass for the undoing of what was done the second time. So the undo goes before
 * the one write that says that the step failed, and a crash before that write repeats both.
 */
export class UndoAtOnce implements AttemptedStep {
  readonly execution: Execution;
  readonly key: string;
  readonly name: string;
  private readonly undo: (info: StepInfo) => unknown;
  private readonly retry: RetryPolicy | undefined;
  /** As long as all of a run's cleaning up may take: a run that is to end waits for it. */
  private readonly limitMs: number;
  private readonly until: number;
  private readonly pulses = new Pulse(null);
  private current: { attempt: StepAttempt; end: (how: Attempted) => void } | null = null;

  constructor(step: AttemptedStep, undo: (info: StepInfo) => unknown, retry: RetryPolicy | undefined) {
    const { execution } = step;
    this.execution = execution;
    this.key = `${step.key}/undo`;
    this.name = `undo ${step.name}`;
    this.undo = undo;
    this.retry = retry;
    this.limitMs = durationMs(execution.workflow.options.cleanupTimeout ?? "5m", "cleanupTimeout");
    this.until = execution.host.clock.now() + this.limitMs;
  }

  get plan(): AttemptedStep["plan"] {
    return { timeoutMs: Math.max(1, this.until - this.execution.host.clock.now()), silenceMs: null };
  }

  pulse(): Pulse {
    return this.pulses;
  }

  timedOut(): void {
    const { current } = this;
    const error = new TimeoutError("cleanup", this.limitMs);
    current?.end({ threw: true, error });
    current?.attempt.abort(error);
  }

  /** Undoes it, as often as the step's policy allows; gives back why it could not be, or null. */
  async run(): Promise<string | null> {
    const { execution } = this;
    const { clock } = execution.host;
    for (let number = 1; ; number++) {
      if (!execution.ended && !execution.host.leaseHeld()) execution.abandon({ type: "fenced" });
      if (execution.ended) return "this worker lost the run";
      const ended = await this.attempt(number);
      if (!ended.threw) return null;
      const { error } = ended;
      const verdict = afterFailure(this.retry, number, error, clock.random(), `step "${this.name}"`);
      const over = execution.closing ?? (this.until <= clock.now() ? new TimeoutError("cleanup", this.limitMs) : null);
      if (over || !verdict.retry || clock.now() + verdict.delayMs >= this.until) return this.reason(number, error);
      await new Promise<void>((resolve) => clock.timer(verdict.delayMs, resolve));
    }
  }

  private reason(attempts: number, error: unknown): string {
    const why = error instanceof Error ? error.message : String(error);
    return `step "${this.name}" failed after ${attempts} attempt${attempts === 1 ? "" : "s"}: ${why}`;
  }

  private attempt(number: number): Promise<Attempted> {
    return new Promise((resolve) => {
      const attempt = new StepAttempt(this, number);
      const end = (how: Attempted): void => {
        attempt.disarm();
        this.current = null;
        resolve(how);
      };
      this.current = { attempt, end };
      attempt.arm();
      const undone = async (): Promise<unknown> =>
        await this.execution.callStep(standInFor<unknown>(this, this.undo), attempt);
      undone().then(
        () => end({ threw: false }),
        (error: unknown) => end({ threw: true, error }),
      );
    });
  }
}
