import { StepFailedError, type TimeoutError, ValidationError } from "../errors.ts";
import type { Entry } from "../store/store.ts";
import type { StepInfo, StepOptions } from "../workflow/context.ts";
import { afterFailure } from "../workflow/retry.ts";
import type { Execution, Startable } from "./execution.ts";
import type { KeyRecord } from "./ledger.ts";
import type { OpenCall } from "./operation.ts";
import { askOperator } from "./operator.ts";
import { type Scope, sites } from "./scope.ts";
import { StepAttempt } from "./step-attempt.ts";
import { cachedResult } from "./step-cache.ts";

type StepFunction<T> = (info: StepInfo) => T | Promise<T>;

const noOptions = Object.freeze({});

/** Opens a step: gives back what is recorded, or runs it once nothing recorded is left. */
export function callStep<T>(
  execution: Execution,
  scope: Scope,
  name: string,
  fn: StepFunction<T>,
  options: StepOptions<Awaited<T>> = noOptions,
): Promise<Awaited<T>> {
  const call = execution.open<Awaited<T>>(scope.key("step", name), "step", scope);
  new StepCall(execution, call, name, fn as StepFunction<Awaited<T>>, options).begin();
  return call.promise;
}

/** One step of one run, over all its attempts. */
class StepCall<T> implements Startable {
  readonly call: OpenCall<T>;
  private readonly execution: Execution;
  private readonly name: string;
  private readonly fn: StepFunction<T>;
  private readonly options: StepOptions<T>;
  private record: KeyRecord | null = null;
  private attempt = 1;
  /** The attempt in progress; a result of another one is ignored. */
  private current: StepAttempt | null = null;

  constructor(execution: Execution, call: OpenCall<T>, name: string, fn: StepFunction<T>, options: StepOptions<T>) {
    this.execution = execution;
    this.call = call;
    this.name = name;
    this.fn = fn;
    this.options = options;
  }

  begin(): void {
    const { call } = this;
    call.onEntry = (entry) => this.settle(entry);
    this.record = this.execution.reach(call);
    call.onCancel = (reason) => this.cancel(reason);
    if (this.record === null) return this.execution.startLater(this);
    call.onVoid = () => {
      this.attempt = 1;
      this.execution.startLater(this);
    };
    if (!this.record.settled) this.continueFrom(this.record);
  }

  /** Goes on where an earlier worker stopped: after recorded attempts, or after a start whose end nobody saw. */
  private continueFrom(record: KeyRecord): void {
    const last = record.attempts.at(-1);
    const announced = record.opens.at(-1)?.attempt ?? 0;
    this.attempt = Math.max(last?.attempt ?? 0, 0) + 1;
    if (this.options.once && record.opens.length > 0 && announced > (last?.attempt ?? 0)) {
      this.resolveUnknown(this.firstUnknown(record));
      return;
    }
    if (!last) return this.execution.startLater(this);
    const { retryAt } = this.execution.decode(last.payload) as { retryAt: number };
    this.execution.timers.add(retryAt, () => this.execution.startLater(this));
  }

  private firstUnknown(record: KeyRecord): number {
    const known = new Set(record.attempts.map((entry) => entry.attempt));
    return record.opens.find((entry) => !known.has(entry.attempt))?.attempt ?? 1;
  }

  start(): void {
    const { execution, options } = this;
    execution.executing++;
    if (options.cache && this.attempt === 1) {
      cachedResult<T>(execution, options.cache).then(
        (hit) => (hit ? this.succeeded(hit.value, '{"cached":true}') : this.announce()),
        () => this.announce(),
      );
      return;
    }
    this.announce();
  }

  /** `once` and heartbeat steps say durably that they start, before they do. */
  private announce(): void {
    const { execution, options, call } = this;
    if (!call.open || execution.ended) return;
    if (!options.once && options.heartbeat === undefined) return this.run();
    const now = execution.host.clock.now();
    execution.write(
      {
        key: call.key,
        phase: this.attempt === 1 ? execution.phase("opened") : execution.phase(`opened:${this.attempt}`),
        kind: "step",
        outcome: null,
        payload: null,
        startedAt: now,
        endedAt: now,
        attempt: this.attempt,
        measures: null,
        committed: () => {
          if (call.open && !execution.ended) this.run();
        },
      },
      true,
    );
  }

  private run(): void {
    const { execution, call } = this;
    const attempt = new StepAttempt(
      execution,
      call.key,
      this.attempt,
      this.options,
      this.record?.beat ?? null,
      (error) => this.timedOut(error),
    );
    this.current = attempt;
    attempt.arm();
    let result: T | Promise<T>;
    try {
      result = sites.run(call.scope.stepSite(execution), this.fn, attempt);
    } catch (error) {
      return this.ended(attempt, error);
    }
    if (result instanceof Promise || isThenable(result)) {
      result.then(
        (value) => this.completed(attempt, value),
        (error: unknown) => this.ended(attempt, error),
      );
    } else this.completed(attempt, result);
  }

  private completed(attempt: StepAttempt, value: T): void {
    if (this.current !== attempt) return;
    attempt.disarm();
    this.succeeded(value, attempt.measured());
  }

  private succeeded(value: T, measures: string | null): void {
    const { execution, call } = this;
    if (!call.open || execution.ended) return;
    let payload: ReturnType<Execution["encode"]>;
    try {
      payload = execution.encode(value, `result of step "${this.name}"`);
    } catch (error) {
      this.failed(error, measures);
      return;
    }
    const startedAt = this.current?.startedAt ?? execution.host.clock.now();
    this.current = null;
    execution.executing--;
    if (this.options.cache) cachedResult.put(execution, this.options.cache, payload);
    execution.writeResult(this.draft("ok", payload, startedAt, measures), call, (seq) => this.deliver(value, seq));
  }

  private draft(
    outcome: "ok" | "error",
    payload: ReturnType<Execution["encode"]>,
    startedAt: number,
    measures: string | null,
  ) {
    return {
      key: this.call.key,
      phase: this.execution.phase("settled"),
      kind: "step" as const,
      outcome,
      payload,
      startedAt,
      endedAt: this.execution.host.clock.now(),
      attempt: this.attempt,
      measures,
      committed: null,
    };
  }

  /** A recorded result, handed out in its turn. */
  private settle(entry: Entry): void {
    if (entry.outcome === "ok") this.deliver(this.execution.decode(entry.payload) as T, entry.seq);
    else
      this.call.reject(
        new StepFailedError(this.call.key, this.name, entry.attempt, this.execution.decode(entry.payload)),
      );
  }

  private deliver(value: T, seq: number): void {
    const { compensate, retry } = this.options;
    if (compensate && seq > this.execution.inheritedSeq) {
      this.execution.undo.push({
        key: this.call.key,
        name: this.name,
        scope: this.call.scope,
        retry,
        run: (info) => compensate(value, info),
      });
    }
    this.call.resolve(value);
  }

  // ── Failing ───────────────────────────────────────────────────────────────────────────────────────

  private ended(attempt: StepAttempt, error: unknown): void {
    if (this.current !== attempt) return;
    attempt.disarm();
    this.failed(error, attempt.measured());
  }

  private timedOut(error: TimeoutError): void {
    const attempt = this.current;
    if (!attempt) return;
    attempt.abort(error);
    attempt.disarm();
    if (!this.options.once) return this.failed(error, attempt.measured());
    this.current = null;
    this.execution.executing--;
    this.resolveUnknown(this.attempt);
  }

  private failed(error: unknown, measures: string | null): void {
    const { execution, call, attempt } = this;
    const startedAt = this.current?.startedAt ?? execution.host.clock.now();
    this.current = null;
    execution.executing--;
    if (!call.open || execution.ended) return;
    const verdict = afterFailure(
      this.options.retry,
      attempt,
      error,
      execution.host.clock.random(),
      `step "${this.name}"`,
    );
    if (!verdict.retry) {
      const payload = execution.encodeError(error);
      execution.writeResult(this.draft("error", payload, startedAt, measures), call, () =>
        call.reject(new StepFailedError(call.key, this.name, attempt, execution.decode(payload))),
      );
      return;
    }
    const now = execution.host.clock.now();
    const retryAt = now + verdict.delayMs;
    execution.pendingResults++;
    execution.write(
      {
        key: call.key,
        phase: execution.phase(`attempt:${attempt}`),
        kind: "step",
        outcome: "error",
        payload: execution.encodeAttempt(error, retryAt),
        startedAt,
        endedAt: now,
        attempt,
        measures,
        committed: () => {
          execution.pendingResults--;
          this.attempt = attempt + 1;
          if (call.open) execution.timers.add(retryAt, () => call.open && execution.startLater(this));
          execution.schedule();
        },
      },
      true,
    );
  }

  private cancel(reason: Error): void {
    const attempt = this.current;
    if (!attempt) return;
    this.current = null;
    this.execution.executing--;
    attempt.abort(reason);
    attempt.disarm();
    if (this.options.once) {
      const { scope, key } = this.call;
      const number = this.attempt;
      this.execution.unknown.push(async () => {
        await askOperator(this.execution, scope.shield(), key, this.name, number);
      });
    }
  }

  // ── `once`: what nobody saw end is asked of a person ──────────────────────────────────────────────

  private resolveUnknown(attempt: number): void {
    const { execution, call } = this;
    askOperator(execution, call.scope, call.key, this.name, attempt).then(
      (answer) => {
        if (!call.open || execution.ended) return;
        if (answer.action === "run") {
          this.attempt = attempt + 1;
          const again = this.record?.opens.some((entry) => entry.attempt === attempt + 1);
          const known = this.record?.attempts.some((entry) => entry.attempt === attempt + 1);
          if (again && !known) this.resolveUnknown(attempt + 1);
          else if (again && this.record) this.continueFrom(this.record);
          else execution.startLater(this);
          return;
        }
        if (this.record?.settled) return;
        const ok = answer.action === "happened";
        const payload = ok
          ? execution.encode(answer.result, `result of step "${this.name}"`)
          : execution.encodeError(
              new ValidationError(this.name, [{ path: "", message: answer.reason ?? "stopped by an operator" }]),
            );
        this.attempt = attempt;
        execution.startLater({
          call,
          start: () =>
            execution.writeResult(
              this.draft(ok ? "ok" : "error", payload, execution.host.clock.now(), null),
              call,
              (seq) =>
                ok
                  ? this.deliver(answer.result as T, seq)
                  : call.reject(new StepFailedError(call.key, this.name, attempt, execution.decode(payload))),
            ),
        });
      },
      (error: unknown) => call.reject(error),
    );
  }
}

function isThenable<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
