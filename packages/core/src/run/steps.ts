import { CancelledError, CompensationError, StepFailedError, type StoreError, type TimeoutError } from "../errors.ts";
import type { Entry, StoredPayload } from "../store/store.ts";
import type { StepOptions } from "../workflow/context.ts";
import { afterFailure } from "../workflow/retry.ts";
import type { Recipient } from "./completion.ts";
import type { Startable } from "./effects.ts";
import type { Execution } from "./execution.ts";
import type { CallHandler, OpenCall } from "./operation.ts";
import type { KeyRecord } from "./record-book.ts";
import type { Scope } from "./scope.ts";
import { type AttemptedStep, Pulse, StepAttempt, type StepFunction, standInFor, surrounded } from "./step-attempt.ts";
import { cachedNote, fillCache, readCache } from "./step-cache.ts";
import { planStep, type StepPlan } from "./step-options.ts";
import type { RunTimer } from "./timers.ts";
import type { NotUndone } from "./undo.ts";
import { UndoAtOnce } from "./undo-at-once.ts";
import { Unknown, type UnknownStep } from "./unknown.ts";
import type { Draft } from "./writer.ts";

/** Opens a step: gives back what is recorded, or runs it once nothing recorded is left. */
export function callStep<T>(
  execution: Execution,
  scope: Scope,
  name: string,
  fn: StepFunction<T>,
  options?: StepOptions<Awaited<T>>,
): Promise<Awaited<T>> {
  const plan = planStep(name, fn, options);
  const call = execution.open<Awaited<T>>(scope.key("step", name), "step", scope);
  new StepCall(execution, call, name, fn as StepFunction<Awaited<T>>, plan).begin();
  return call.promise;
}

/** One step of one run, over all its attempts. */
export class StepCall<T> implements Startable, CallHandler, AttemptedStep, UnknownStep, Recipient {
  readonly call: OpenCall<T>;
  readonly execution: Execution;
  readonly name: string;
  readonly plan: StepPlan<T>;
  protected readonly fn: StepFunction<T>;
  /** What is recorded, while the step goes on from there. */
  private record: KeyRecord | null = null;
  /** What it gave, on its way to the journal. */
  private value: T | undefined;
  /** Taken from the cache. */
  private cached = false;
  private attempt = 1;
  /** The attempt that has announced itself. */
  private announced = 0;
  /** The attempt in progress; a result of another one is ignored. */
  protected current: StepAttempt | null = null;
  /** It counts among the effects in progress. */
  private engaged = false;
  private beats: Pulse | null = null;
  /** Raised when it goes on from another part of the record: what was set going before leads nowhere any more. */
  course = 0;
  /** Questions about attempts nobody saw end, by key. */
  private unknowns: Map<string, Unknown> | null = null;
  private backOff: RunTimer | null = null;

  constructor(execution: Execution, call: OpenCall<T>, name: string, fn: StepFunction<T>, plan: StepPlan<T>) {
    this.execution = execution;
    this.call = call;
    this.name = name;
    this.fn = fn;
    this.plan = plan;
  }

  get key(): string {
    return this.call.key;
  }

  pulse(): Pulse {
    this.beats ??= new Pulse(this.record?.beat);
    return this.beats;
  }

  begin(): void {
    const { call } = this;
    call.handler = this;
    const record = this.execution.reach(call);
    if (record === null) this.execution.startLater(this);
    else this.onVoid(record);
  }

  /** Goes on from what is recorded. */
  onVoid(record: KeyRecord): void {
    this.record = record;
    this.course++;
    if (this.backOff) this.backOff.active = false;
    if (this.plan.once) {
      for (const { attempt, phase } of record.opens) {
        if (this.execution.ledger.has(this.questionKey(attempt, phase))) this.question(attempt, phase);
      }
    }
    if (!record.settled) this.pursue(1);
  }

  /** Goes on at attempt `number`, as the record says: it failed, nobody saw its end, or it is to be made now. */
  pursue(number: number): void {
    const { execution, record } = this;
    let next = number;
    let last: Entry | undefined;
    for (let failed = attemptIn(record?.attempts, next); failed; failed = attemptIn(record?.attempts, next)) {
      last = failed;
      next++;
    }
    this.attempt = next;
    const opened = attemptIn(record?.opens, next);
    if (opened) {
      this.announced = next;
      if (this.plan.once) return this.question(next, opened.phase).resolve();
    }
    if (!last) return execution.startLater(this);
    const { retryAt } = execution.decode(last.payload) as { retryAt: number };
    this.retryAt(retryAt, last.seq);
  }

  private retryAt(time: number, recordedAt: number): void {
    const begin = (): void => {
      if (this.call.open) this.execution.startLater(this);
    };
    this.backOff = this.execution.timers.add(time, begin, recordedAt);
  }

  // ── One attempt ───────────────────────────────────────────────────────────────────────────────────

  start(): void {
    const { execution, plan } = this;
    this.engage();
    if (plan.cache === null || this.attempt > 1) return this.announce();
    readCache<T>(execution, plan.cache).then(
      (hit) => (hit ? this.succeeded(hit.value, `{${cachedNote}}`, true) : this.announce()),
      () => this.announce(),
    );
  }

  protected engage(): void {
    if (this.engaged) return;
    this.engaged = true;
    this.execution.executing++;
  }

  protected release(): void {
    if (!this.engaged) return;
    this.engaged = false;
    this.execution.executing--;
  }

  protected get dead(): boolean {
    return !this.call.open || this.execution.ended;
  }

  /** `once` and heartbeat steps say durably that they start, before they do. */
  private announce(): void {
    const { execution, plan, attempt } = this;
    if (this.dead) return;
    if ((!plan.once && plan.silenceMs === null) || this.announced === attempt) return this.run();
    this.announced = attempt;
    const phase = execution.phase(attempt === 1 ? "opened" : `opened:${attempt}`);
    const draft = this.draft(phase, null, null, execution.host.clock.now(), null);
    // Not at once: a cancellation may have come in before the announcement.
    const begun = { call: this.call, begun: true, start: () => this.run() };
    draft.committed = {
      committed: () => {
        if (!this.dead) execution.startLater(begun);
      },
    };
    execution.write(draft, true);
  }

  /** The function of this attempt. */
  protected function(): StepFunction<T> {
    return this.fn;
  }

  protected run(): void {
    const { execution, plan } = this;
    // Announcing it, or looking its result up, took a while: the worker may have been stopped in it and lost the run.
    const waited = plan.once || plan.silenceMs !== null || plan.cache !== null;
    if (waited && !execution.host.leaseHeld()) return execution.abandon({ type: "fenced" });
    const attempt = new StepAttempt(this, this.attempt);
    this.current = attempt;
    attempt.arm();
    let result: T | Promise<T>;
    try {
      result = execution.callStep(surrounded(this, this.attempt, standInFor(this, this.function())), attempt);
    } catch (error) {
      return this.threw(attempt, error);
    }
    if (result instanceof Promise || isThenable(result)) {
      result.then(
        (value) => this.returned(attempt, value),
        (error: unknown) => this.threw(attempt, error),
      );
    } else this.returned(attempt, result);
  }

  private returned(attempt: StepAttempt, value: T): void {
    if (this.current !== attempt) return;
    attempt.disarm();
    this.succeeded(value, attempt.measured());
  }

  protected threw(attempt: StepAttempt, error: unknown): void {
    if (this.current !== attempt) return;
    attempt.disarm();
    this.failed(error, attempt.measured());
  }

  timedOut(error: TimeoutError): void {
    const attempt = this.current;
    if (!attempt) return;
    attempt.disarm();
    if (this.plan.once) {
      this.current = null;
      this.release();
      this.question(this.attempt, this.execution.phase("")).resolve();
    } else this.failed(error, attempt.measured());
    attempt.abort(error);
  }

  // ── Its end ───────────────────────────────────────────────────────────────────────────────────────

  private succeeded(value: T, measures: string | null, cached = false): void {
    const { execution, call } = this;
    if (this.dead) return;
    let payload: StoredPayload | null;
    try {
      payload = execution.encode(value, `result of step "${this.name}"`);
    } catch (error) {
      const fail = (error: unknown): void => this.failed(error, measures);
      return this.unrecordable(value, cached, error, measures, fail);
    }
    this.value = value;
    this.cached = cached;
    execution.writeResult(this.result(this.ended("ok", payload, measures)), call, this);
  }

  /** What is written of a result. */
  protected result(draft: Draft): Draft {
    return draft;
  }

  /** The store took what it gave for unusable: it has failed, and a second attempt would not help. */
  refused({ measures }: Draft, error: StoreError): void {
    this.unrecordable(this.value as T, this.cached, error, measures, () => this.failedForGood(error, measures));
  }

  /** It was done, but what it gave cannot be recorded: it is undone while the value is here, and then it has failed. */
  protected unrecordable(
    value: T,
    cached: boolean,
    error: unknown,
    measures: string | null,
    fail: (error: unknown) => void,
  ): void {
    const { execution, call, plan, current } = this;
    const { compensate, retry } = plan;
    if (!compensate || cached || (!call.open && call.scope.keeps)) return fail(error);
    // Should its branch be closed meanwhile: it is known how it ended, and the run waits for it to be undone.
    this.current = null;
    this.announced = 0;
    execution.pendingResults++;
    const undone = new UndoAtOnce(this, (info) => compensate(value, info), retry).run().then((reason) => {
      execution.pendingResults--;
      if (execution.ended) return this.release();
      this.current = current;
      if (reason !== null) this.failedForGood(new CompensationError([{ key: this.key, reason }], error), measures);
      else if (call.open) fail(error);
      // Nobody waits for it any more. It is recorded all the same: a replay would ask what became of it.
      else this.failedForGood(error, measures);
    });
    undone.catch((fault: unknown) => execution.broke(fault));
  }

  /** Its result is recorded. */
  recorded(seq: number): void {
    const { execution, plan, cached, value } = this;
    // Not before: after a crash in between, this run would take its own result for another run's.
    if (plan.cache && !cached) fillCache(execution, plan.cache, value as T);
    this.deliver(value as T, cached ? 0 : seq);
  }

  recordedLate(seq: number): void {
    this.succeededLate(this.cached ? 0 : seq, () => this.value);
  }

  protected failed(error: unknown, measures: string | null): void {
    const { execution, call, attempt, plan } = this;
    if (this.dead) return this.release();
    const random = plan.retry ? execution.host.clock.random() : 0;
    const verdict = afterFailure(plan.retry, attempt, error, random, `step "${this.name}"`);
    if (!verdict.retry) return this.failedForGood(verdict.error, measures);
    const retryAt = execution.host.clock.now() + verdict.delayMs;
    const draft = this.ended("error", execution.encodeAttempt(error, retryAt), measures);
    draft.phase = execution.phase(`attempt:${attempt}`);
    execution.pendingResults++;
    draft.committed = {
      committed: (seq) => {
        execution.pendingResults--;
        this.attempt = attempt + 1;
        if (call.open) this.retryAt(retryAt, seq);
        execution.schedule();
      },
      dropped: () => {
        execution.pendingResults--;
      },
    };
    execution.write(draft, true);
  }

  private failedForGood(error: unknown, measures: string | null): void {
    const { execution, call, attempt } = this;
    const payload = execution.encodeError(error);
    execution.writeResult(this.ended("error", payload, measures), call, {
      recorded: (seq) => this.reject(attempt, payload, seq),
      recordedLate: (seq) => this.noteLeft(execution.decode(payload), seq),
    });
  }

  /** An operator said what became of an attempt nobody saw end. */
  happened(attempt: number, value: unknown): void {
    this.attempt = attempt;
    this.succeeded(value as T, null);
  }

  givenUp(attempt: number, error: Error): void {
    this.attempt = attempt;
    this.failedForGood(error, null);
  }

  private ended(outcome: "ok" | "error", payload: StoredPayload | null, measures: string | null): Draft {
    const { execution } = this;
    const startedAt = this.current?.startedAt ?? execution.host.clock.now();
    this.current = null;
    this.release();
    return this.draft(execution.phase("settled"), outcome, payload, startedAt, measures);
  }

  private draft(
    phase: string,
    outcome: Draft["outcome"],
    payload: StoredPayload | null,
    startedAt: number,
    measures: string | null,
  ): Draft {
    const endedAt = this.execution.host.clock.now();
    const { key } = this.call;
    const { attempt } = this;
    return { key, phase, kind: "step", outcome, payload, startedAt, endedAt, attempt, measures, committed: null };
  }

  /** A recorded result, handed out in its turn. */
  onEntry(entry: Entry): void {
    if (entry.outcome === "ok") this.deliver(this.execution.decode(entry.payload) as T, seqOf(entry));
    else this.reject(entry.attempt, entry.payload, entry.seq);
  }

  private deliver(value: T, seq: number): void {
    if (seq > this.execution.inheritedSeq) this.undoable(value);
    this.call.resolve(value);
  }

  /** Its result was recorded, but its branch had been closed before. */
  onLate(entry: Entry): void {
    if (!this.plan.compensate) return;
    if (entry.outcome === "ok") this.succeededLate(seqOf(entry), () => this.execution.decode(entry.payload));
    else this.noteLeft(this.execution.decode(entry.payload), entry.seq);
  }

  private succeededLate(seq: number, value: () => unknown): void {
    if (seq <= this.execution.inheritedSeq || this.call.scope.keeps) return;
    this.undoable(value(), this.execution.lateUndo);
  }

  /** From here on the run undoes it when it fails. */
  undoable(value: unknown, list = this.execution.undo): void {
    const { compensate, retry } = this.plan;
    if (!compensate) return;
    list.push({
      key: this.call.key,
      name: this.name,
      scope: this.call.scope,
      retry,
      run: (info) => compensate(value as T, info),
    });
  }

  private reject(attempts: number, payload: StoredPayload | null, seq: number): void {
    const error = this.execution.decode(payload);
    if (this.plan.compensate) this.noteLeft(error, seq);
    this.call.reject(new StepFailedError(this.call.key, this.name, attempts, error));
  }

  /** What it did and could not undo at once stays, however the run ends. */
  private noteLeft(error: unknown, seq: number): void {
    const { execution, key } = this;
    if (!(error instanceof CompensationError) || seq <= execution.inheritedSeq) return;
    const { notUndone } = error.details as { notUndone: readonly NotUndone[] };
    execution.notUndone ??= [];
    execution.notUndone.push(...notUndone.filter((one) => one.key === key));
  }

  /** The branch or the run is cancelled: the attempt's signal fires, and what it still gives is ignored. */
  onCancel(reason: Error): void {
    const attempt = this.current;
    const { execution } = this;
    this.current = null;
    if (this.backOff) this.backOff.active = false;
    const announcing = this.engaged && attempt === null && this.announced === this.attempt;
    this.release();
    if (!execution.ended && this.plan.once) {
      if (attempt) this.question(this.attempt, execution.phase(""));
      else if (announcing) this.neverStarted();
      for (const unknown of this.unknowns?.values() ?? []) if (!unknown.answered) execution.unknown.push(unknown);
    }
    attempt?.disarm();
    attempt?.abort(reason);
  }

  /** It said that it starts and then did not: so that nobody has to ask. */
  private neverStarted(): void {
    const { execution, attempt } = this;
    const now = execution.host.clock.now();
    const payload = execution.encodeAttempt(new CancelledError("it was cancelled before it started"), now);
    const draft = this.draft(execution.phase(`attempt:${attempt}`), "error", payload, now, null);
    execution.write(draft, false);
  }

  /** The question about an attempt nobody saw end. */
  private question(attempt: number, openedIn: string): Unknown {
    const key = this.questionKey(attempt, openedIn);
    this.unknowns ??= new Map();
    let unknown = this.unknowns.get(key);
    if (!unknown) {
      unknown = new Unknown(this, attempt, key);
      this.unknowns.set(key, unknown);
    }
    return unknown;
  }

  /** With the round in which the attempt was announced: a retry of the run asks anew. */
  private questionKey(attempt: number, openedIn: string): string {
    const round = /~(\d+)$/.exec(openedIn)?.[1];
    return `${this.call.key}/operator${round === undefined ? "" : `:${round}`}#${attempt}`;
  }
}

function attemptIn(entries: readonly Entry[] | undefined, attempt: number): Entry | undefined {
  if (entries) for (const entry of entries) if (entry.attempt === attempt) return entry;
  return undefined;
}

/** The number from which on its result is this run's own to undo; another run's, taken from the cache, never is. */
const seqOf = (entry: Entry): number => (entry.measures?.includes(cachedNote) ? 0 : entry.seq);

function isThenable<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
