import { TimeoutError } from "../errors.ts";
import type { Entry, StoredPayload } from "../store/store.ts";
import type { Measures, StepInfo } from "../workflow/context.ts";
import type { Execution } from "./execution.ts";
import { clearProgress, showProgress } from "./progress.ts";
import type { StepPlan } from "./step-options.ts";

export type StepFunction<T> = (info: StepInfo) => T | Promise<T>;

/** The heartbeats of one step, over all its attempts. */
export class Pulse {
  /** The details recorded last. */
  last: StoredPayload | null = null;
  private attempt = 0;
  private count = 0;

  constructor(recorded: Entry | null | undefined) {
    if (!recorded) return;
    this.last = recorded.payload;
    this.attempt = recorded.attempt;
    this.count = Number(/^beat:\d+\.(\d+)/.exec(recorded.phase)?.[1] ?? 0);
  }

  /** The phase of the next one: numbered on where an earlier worker stopped. */
  next(attempt: number): string {
    if (attempt !== this.attempt) this.count = 0;
    this.attempt = attempt;
    return `beat:${attempt}.${++this.count}`;
  }
}

/** What an attempt needs to know of its step. */
export interface AttemptedStep {
  readonly execution: Execution;
  readonly key: string;
  readonly name: string;
  readonly plan: Pick<StepPlan<never>, "timeoutMs" | "silenceMs" | "mode">;
  pulse(): Pulse;
  timedOut(error: TimeoutError): void;
}

/** The author's function, or what a test has put in its place. */
export function standInFor<T>(step: AttemptedStep, fn: StepFunction<T>): StepFunction<T> {
  const { standIn } = step.execution.host;
  if (standIn === undefined) return fn;
  const { id: runId, workflow } = step.execution.row;
  return standIn({ runId, workflow, step: step.name, key: step.key }, fn) as StepFunction<T>;
}

/** The same, with whoever wants to be around it. */
export function surrounded<T>(step: AttemptedStep, attempt: number, fn: StepFunction<T>): StepFunction<T> {
  const { host, turn } = step.execution;
  const { aroundStep } = host;
  if (aroundStep === undefined || turn === null) return fn;
  const { key, name } = step;
  return (info) => aroundStep({ turn, key, name, attempt }, () => fn(info)) as T | Promise<T>;
}

/** One attempt: what the author's function is given, and its clocks. */
export class StepAttempt implements StepInfo {
  readonly attempt: number;
  readonly startedAt: number;
  private readonly step: AttemptedStep;
  private controller: AbortController | null = null;
  private stopTimeout: (() => void) | null = null;
  private stopSilence: (() => void) | null = null;
  private beatAt = Number.NEGATIVE_INFINITY;
  private noted: Measures | null = null;
  private over = false;
  /** It has shown how far it is. */
  private shows = false;

  constructor(step: AttemptedStep, attempt: number) {
    this.step = step;
    this.attempt = attempt;
    this.startedAt = step.execution.host.clock.now();
  }

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    return this.controller.signal;
  }

  /** With the generation: what a run does again after `continueAsNew` is another thing. */
  get idempotencyKey(): string {
    const { row } = this.step.execution;
    return `${row.id}${row.generation === 1 ? "" : `.${row.generation}`}/${this.step.key}`;
  }

  get lastHeartbeat(): unknown {
    const { last } = this.step.pulse();
    return last ? this.step.execution.decode(last) : undefined;
  }

  /** Functions of their own, so that an author may take them out of the object. */
  get heartbeat(): (details?: unknown) => void {
    return (details) => this.beat(details);
  }

  get measure(): (measures: Measures) => void {
    return (measures) => this.note(measures);
  }

  get progress(): (value: unknown) => void {
    return (value) => this.show(value);
  }

  abort(reason: Error): void {
    this.controller ??= new AbortController();
    this.controller.abort(reason);
  }

  arm(): void {
    const { timeoutMs } = this.step.plan;
    if (timeoutMs !== null) {
      this.stopTimeout = this.step.execution.host.clock.timer(timeoutMs, () =>
        this.step.timedOut(new TimeoutError(`step "${this.step.name}"`, timeoutMs)),
      );
    }
    this.listen();
  }

  private listen(): void {
    const { silenceMs } = this.step.plan;
    if (silenceMs === null || this.over) return;
    this.stopSilence?.();
    this.stopSilence = this.step.execution.host.clock.timer(silenceMs, () =>
      this.step.timedOut(new TimeoutError(`step "${this.step.name}" was silent: its heartbeat`, silenceMs)),
    );
  }

  /** It has ended, or nobody waits for its end any more. */
  disarm(): void {
    this.over = true;
    if (this.shows) clearProgress(this.step.execution, this.step.key);
    this.stopTimeout?.();
    this.stopSilence?.();
    this.stopTimeout = null;
    this.stopSilence = null;
  }

  private beat(details: unknown): void {
    const { execution, key, plan } = this.step;
    if (plan.silenceMs === null || this.over || execution.ended) return;
    this.listen();
    const now = execution.host.clock.now();
    if (now - this.beatAt < Math.max(1000, plan.silenceMs / 3)) return;
    this.beatAt = now;
    const pulse = this.step.pulse();
    const payload = execution.encode(details, `heartbeat of step "${this.step.name}"`);
    pulse.last = payload?.ref ? execution.plain(details) : payload;
    execution.write(
      {
        key,
        phase: execution.phase(pulse.next(this.attempt)),
        kind: "step",
        outcome: null,
        payload,
        startedAt: this.startedAt,
        endedAt: now,
        attempt: this.attempt,
        measures: null,
        committed: null,
      },
      true,
    );
  }

  private show(value: unknown): void {
    const { execution, key, name } = this.step;
    if (this.over || execution.ended || !execution.host.live) return;
    this.shows = true;
    showProgress(execution, { key, name, attempt: this.attempt, value, at: new Date(execution.host.clock.now()) });
  }

  private note(measures: Measures): void {
    const tools = [...(this.noted?.tools ?? []), ...(measures.tools ?? [])];
    this.noted = { ...this.noted, ...measures, ...(tools.length > 0 ? { tools } : {}) };
  }

  /** What goes beside the entry for metrics; null when there is nothing to say. */
  measured(): string | null {
    const { mode } = this.step.plan;
    if (this.noted === null && mode === undefined) return null;
    return JSON.stringify({ ...(mode === undefined ? {} : { declared: mode }), ...this.noted });
  }
}
