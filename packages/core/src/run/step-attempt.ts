import { TimeoutError } from "../errors.ts";
import type { Entry } from "../store/store.ts";
import type { Measures, StepInfo, StepOptions } from "../workflow/context.ts";
import { durationMs } from "../workflow/duration.ts";
import type { Execution } from "./execution.ts";

/** One attempt: what the author's function is given, and its clocks. */
export class StepAttempt implements StepInfo {
  readonly attempt: number;
  readonly startedAt: number;
  private readonly execution: Execution;
  private readonly key: string;
  private readonly options: StepOptions<never>;
  private readonly lastBeat: Entry | null;
  private readonly onTimeout: (error: TimeoutError) => void;
  private controller: AbortController | null = null;
  private stopTimeout: (() => void) | null = null;
  private stopSilence: (() => void) | null = null;
  private beats = 0;
  private beatAt = Number.NEGATIVE_INFINITY;
  private noted: Measures | null = null;

  constructor(
    execution: Execution,
    key: string,
    attempt: number,
    options: StepOptions<never>,
    lastBeat: Entry | null,
    onTimeout: (error: TimeoutError) => void,
  ) {
    this.execution = execution;
    this.key = key;
    this.attempt = attempt;
    this.options = options;
    this.lastBeat = lastBeat;
    this.onTimeout = onTimeout;
    this.startedAt = execution.host.clock.now();
  }

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    return this.controller.signal;
  }

  get idempotencyKey(): string {
    return `${this.execution.row.id}/${this.key}`;
  }

  get lastHeartbeat(): unknown {
    return this.lastBeat ? this.execution.decode(this.lastBeat.payload) : undefined;
  }

  abort(reason: Error): void {
    this.controller ??= new AbortController();
    this.controller.abort(reason);
  }

  arm(): void {
    const { timeout } = this.options;
    if (timeout !== undefined) {
      const limit = durationMs(timeout, `${this.key} timeout`);
      const error = () => this.onTimeout(new TimeoutError(this.key, limit));
      this.stopTimeout = this.execution.host.clock.timer(limit, error);
    }
    this.listen();
  }

  private listen(): void {
    const { heartbeat } = this.options;
    if (heartbeat === undefined) return;
    this.stopSilence?.();
    const limit = durationMs(heartbeat, `${this.key} heartbeat`);
    this.stopSilence = this.execution.host.clock.timer(limit, () =>
      this.onTimeout(new TimeoutError(`${this.key} heartbeat`, limit)),
    );
  }

  disarm(): void {
    this.stopTimeout?.();
    this.stopSilence?.();
    this.stopTimeout = null;
    this.stopSilence = null;
  }

  heartbeat(details?: unknown): void {
    if (this.options.heartbeat === undefined || this.execution.ended) return;
    this.listen();
    const now = this.execution.host.clock.now();
    const gap = Math.max(1000, durationMs(this.options.heartbeat, `${this.key} heartbeat`) / 3);
    if (now - this.beatAt < gap) return;
    this.beatAt = now;
    this.beats++;
    this.execution.write(
      {
        key: this.key,
        phase: this.execution.phase(`beat:${this.attempt}.${this.beats}`),
        kind: "step",
        outcome: null,
        payload: this.execution.encode(details, `heartbeat of ${this.key}`),
        startedAt: this.startedAt,
        endedAt: now,
        attempt: this.attempt,
        measures: null,
        committed: null,
      },
      true,
    );
  }

  measure(measures: Measures): void {
    const tools = [...(this.noted?.tools ?? []), ...(measures.tools ?? [])];
    this.noted = { ...this.noted, ...measures, ...(tools.length > 0 ? { tools } : {}) };
  }

  /** What goes beside the entry for metrics; null when there is nothing to say. */
  measured(): string | null {
    const { mode } = this.options;
    if (this.noted === null && mode === undefined) return null;
    return JSON.stringify({ ...(mode === undefined ? {} : { declared: mode }), ...this.noted });
  }
}
