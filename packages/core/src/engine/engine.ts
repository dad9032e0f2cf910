import { randomBytes } from "node:crypto";
import { systemClock } from "../clock.ts";
import { HoldpointError, NotFoundError, RunConflictError, ValidationError } from "../errors.ts";
import type { Anchors } from "../journal/anchor.ts";
import { valueCodec } from "../journal/codec.ts";
import type { ExportedRun } from "../journal/exported-run.ts";
import { defaultPayloadLimit, encodePayload } from "../journal/payload.ts";
import { inputDigestOf, newRun } from "../run/new-run.ts";
import { sameBytes } from "../store/same-bytes.ts";
import type { Attributes, HoldFilter, NewMail, Page, PageOf, RunFilter, StartResult } from "../store/store.ts";
import type { AnyWorkflow, InputOf, OutputOf } from "../workflow/definition.ts";
import { type Duration, durationMs } from "../workflow/duration.ts";
import { parseAsync } from "../workflow/schema.ts";
import { type BulkResult, bulkCancel, bulkRetry } from "./bulk.ts";
import { type CheckReport, check } from "./check.ts";
import { type DecideOptions, decide } from "./decide.ts";
import { type EraseTarget, erase } from "./erase.ts";
import { exportRun } from "./export.ts";
import { guardFor } from "./guard.ts";
import { type Hold, viewHold } from "./hold-view.ts";
import { thisProcess } from "./identity.ts";
import { type LiveWorker, liveWorkers } from "./live-workers.ts";
import type { EngineOptions } from "./options.ts";
import type { ChangeListener, Ending, EngineParts } from "./parts.ts";
import { Registry } from "./registry.ts";
import { Retention, type RetentionResult } from "./retention.ts";
import { RunHandle } from "./run-handle.ts";
import { newRunId } from "./run-id.ts";
import { type Run, viewRun } from "./run-view.ts";
import { Sweeper } from "./sweeper.ts";
import { exportRunAnchors, type Verification, verifyStoredRun } from "./verification.ts";
import { Worker } from "./worker.ts";

export interface RunOptions {
  /** Idempotency key and public id; default a random one. */
  id?: string;
  /** Who starts it; kept with the run. */
  by?: string;
  queue?: string;
  /** Higher goes first. Default 0. */
  priority?: number;
  concurrencyKey?: string;
  /** Starts it later. */
  delay?: Duration;
  startAt?: Date;
  /** Ties runs of one conversation or case together. */
  thread?: string;
  attributes?: Attributes;
}

/** Which run was written to. */
export interface ObservedRun {
  id: string;
  workflow: string;
  version: number;
}

/**
 * What an application holds: starts, signals, decides, cancels, queries; and, once started, executes runs.
 *
 * @example
 * const engine = createEngine({ store: memoryStore(), workflows: [refund] });
 * await engine.start();
 * const run = await engine.run(refund, { orderId: "A-7", amount: 120 }, { id: "refund-A-7" });
 * await run.result();
 * await engine.stop();
 */
export class Engine {
  private readonly parts: EngineParts;
  private readonly worker: Worker;
  private readonly sweeper: Sweeper;
  private readonly retention: Retention;
  /** By what they listen for, then by run. */
  private readonly listeners = {
    rest: new Map<string, Set<ChangeListener>>(),
    write: new Map<string, Set<ChangeListener>>(),
  };
  private readonly observers = new Set<(run: ObservedRun) => void>();
  private opened: Promise<void> | null = null;
  private started = false;
  private unwatch: (() => void) | null = null;

  constructor(options: EngineOptions) {
    const clock = options.clock ?? systemClock;
    const registry = new Registry(options.workflows);
    const namespace = options.namespace ?? "default";
    this.worker = new Worker(
      {
        store: options.store,
        namespace,
        registry,
        clock,
        process: options.process ?? thisProcess(),
        concurrency: options.concurrency ?? 100,
        leaseMs: durationMs(options.lease ?? "15s", "lease"),
        queues: queuesOf(options),
        options,
        guard: guardFor(options),
      },
      (execution, rest) =>
        this.changed("rest", execution.runId, rest.type === "finished" ? execution.ending : undefined),
    );
    this.worker.onCommitted = (flights) => {
      for (const { execution, operation } of flights) {
        this.changed("write", execution.runId);
        if (this.observers.size > 0) {
          const { name: workflow, version } = execution.workflow;
          for (const observer of this.observers) observer({ id: execution.runId, workflow, version });
        }
        if (operation.holds.length === 0) continue;
        for (const hold of operation.holds) if (hold.nextAt !== null) this.sweeper.expect(hold.nextAt);
        this.changed("rest", execution.runId);
      }
    };
    this.parts = {
      store: options.store,
      namespace,
      clock,
      codec: options.codec ?? valueCodec,
      registry,
      services: this.worker.host.services,
      committer: this.worker.committer,
      worker: this.worker,
      options,
      encodeInline: (value, subject) => {
        const limit = options.limits?.payload ?? defaultPayloadLimit;
        const { payload } = encodePayload(value, { codec: this.parts.codec, subject, limit, inlineLimit: limit });
        return payload ?? { codec: "json", bytes: Buffer.from("null"), ref: false };
      },
      onChange: (id, what, listener) => this.listen(id, what, listener),
    };
    this.sweeper = new Sweeper(this.parts);
    this.retention = new Retention(this.parts);
  }

  /** Opens the store. Called by everything else when needed. */
  open(): Promise<void> {
    this.opened ??= this.parts.store.open();
    return this.opened;
  }

  /** Makes this process a worker. */
  async start(): Promise<void> {
    await this.open();
    if (this.started) return;
    this.started = true;
    await this.worker.start();
    this.sweeper.start();
    this.retention.start();
    this.watchStore();
  }

  /** Drains: running steps end (up to `drainTimeout`), everything else stays for the next worker. Closes the store. */
  async stop(): Promise<void> {
    if (this.started) {
      this.started = false;
      this.sweeper.stop();
      this.retention.stop();
      await this.worker.stop(durationMs(this.parts.options.drainTimeout ?? "30s", "drainTimeout"));
    }
    this.unwatch?.();
    this.unwatch = null;
    this.worker.settings.guard.uninstall();
    if (this.opened !== null) await this.parts.store.close();
    this.opened = null;
  }

  /** Works the store until nothing is ready, then rests again: for scripts, tests and commands on an embedded store. */
  async runUntilIdle(): Promise<void> {
    await this.open();
    const temporary = !this.started;
    if (temporary) {
      await this.worker.start();
      this.watchStore();
    }
    await this.sweeper.sweep();
    await this.worker.untilIdle();
    if (temporary) await this.worker.stop(durationMs(this.parts.options.drainTimeout ?? "30s", "drainTimeout"));
  }

  /**
   * Starts a run. The same id, workflow and input give the same run.
   *
   * @throws ValidationError the input does not fit; RunConflictError the id belongs to another workflow or input
   */
  async run<W extends AnyWorkflow | string>(
    workflow: W,
    input: InputOf<W>,
    options: RunOptions = {},
  ): Promise<RunHandle<OutputOf<W>>> {
    return this.begin(workflow, input, options, null);
  }

  /** Starts a run unless it exists, and delivers a signal to it either way, in one transaction. */
  async startOrSignal<W extends AnyWorkflow | string>(
    workflow: W,
    input: InputOf<W>,
    signal: { name: string; value?: unknown; dedupe?: string },
    options: RunOptions & { id: string },
  ): Promise<RunHandle<OutputOf<W>>> {
    return this.begin(workflow, input, options, signal);
  }

  private async begin<W extends AnyWorkflow | string>(
    given: W,
    input: InputOf<W>,
    options: RunOptions,
    signal: { name: string; value?: unknown; dedupe?: string } | null,
  ): Promise<RunHandle<OutputOf<W>>> {
    await this.open();
    const { registry, clock, codec, namespace, committer } = this.parts;
    const workflow =
      registry.newest(typeof given === "string" ? given : given.name) ??
      registry.require(typeof given === "string" ? given : given.name);
    const value = workflow.input
      ? await parseAsync(workflow.input, input, `input of "${workflow.name}"`)
      : (input as unknown);
    const id = checkId(options.id) ?? newRunId(clock.now());
    const { limits } = this.worker.host;
    const { payload, chunks } = encodePayload(value, {
      codec,
      subject: `input of "${workflow.name}"`,
      limit: limits.payload,
      inlineLimit: limits.inline,
    });
    const at = clock.now();
    const readyAt =
      options.startAt?.getTime() ?? at + (options.delay === undefined ? 0 : durationMs(options.delay, "delay"));
    const run = newRun({
      namespace,
      id,
      generation: 1,
      workflow: workflow.name,
      version: workflow.version,
      input: payload,
      chunks,
      queue: options.queue ?? workflow.options.queue ?? "default",
      priority: options.priority ?? 0,
      concurrencyKey: options.concurrencyKey ?? null,
      readyAt,
      thread: options.thread ?? null,
      attributes: options.attributes ?? {},
      createdBy: options.by ?? null,
      at,
      parent: null,
      forkedFrom: null,
      seed: null,
      mail: [],
      previousHead: null,
      chainKey: this.parts.options.chainKey,
    });
    const mail = signal ? this.signalMail(signal, options.by ?? null) : null;
    const result = await committer.submit({ type: "start", run, signal: mail });
    return this.handleOf(result, id, workflow, inputDigestOf(workflow.name, payload), signal !== null);
  }

  private handleOf<Out>(
    result: StartResult | { type: "refused"; reason: string },
    id: string,
    workflow: AnyWorkflow,
    digest: Uint8Array,
    mayDiffer: boolean,
  ): RunHandle<Out> {
    if (result.type === "refused") throw new HoldpointError("STORE", `run ${id} was not taken: ${result.reason}`);
    const existing = result.run ?? result.tombstone;
    if (!result.created && existing) {
      if (existing.workflow !== workflow.name) {
        throw new RunConflictError(
          id,
          `belongs to a run of "${existing.workflow}", not "${workflow.name}"; use another id`,
        );
      }
      if (!mayDiffer && !sameBytes(existing.inputDigest, digest)) {
        throw new RunConflictError(id, `was started with another input; use another id, or the same input`);
      }
    }
    return new RunHandle<Out>(this.parts, id, result.created && this.started);
  }

  /** A handle of an existing run. */
  async get<Out = unknown>(id: string): Promise<RunHandle<Out>> {
    await this.open();
    const { store, namespace } = this.parts;
    if (!(await store.run(namespace, id)) && !(await store.tombstone(namespace, id)))
      throw new NotFoundError("run", id);
    return new RunHandle<Out>(this.parts, id);
  }

  async runs(filter: RunFilter = {}, page: Partial<Page> = {}): Promise<PageOf<Run>> {
    await this.open();
    const { store, namespace } = this.parts;
    const rows = await store.runs(namespace, filter, pageOf(page));
    return { items: rows.items.map(viewRun), cursor: rows.cursor };
  }

  /** Holds, by default the open ones. */
  async holds(filter: HoldFilter = { status: ["open"] }, page: Partial<Page> = {}): Promise<PageOf<Hold>> {
    await this.open();
    const { store, namespace } = this.parts;
    const rows = await store.holds(namespace, filter, pageOf(page));
    return { items: await Promise.all(rows.items.map((row) => viewHold(this.parts, row))), cursor: rows.cursor };
  }

  async hold(id: string): Promise<Hold> {
    await this.open();
    const row = await this.parts.store.hold(this.parts.namespace, id);
    if (!row) throw new NotFoundError("hold", id);
    return viewHold(this.parts, row);
  }

  /** A hold's audit trail, oldest first. */
  async holdEvents(
    id: string,
  ): Promise<{ n: number; actor: string | null; channel: string; action: string; at: Date }[]> {
    await this.open();
    const events = await this.parts.store.holdEvents(this.parts.namespace, id);
    return events.map(({ n, actor, channel, action, at }) => ({ n, actor, channel, action, at: new Date(at) }));
  }

  /**
   * Decides a hold. Pass the hold as you read it; a bare id is taken for low and medium severity only.
   * The same answer by the same person again is no error.
   *
   * @throws NotAllowedError, ValidationError, HoldConflictError
   */
  async decide(
    hold: string | Pick<Hold, "id" | "revision" | "evidenceHash">,
    answer: unknown,
    options: DecideOptions = {},
  ): Promise<Hold> {
    await this.open();
    return decide(this.parts, hold, answer, options);
  }

  /** What a person says later about a recorded step: the true label, for calibration. */
  async label(runId: string, key: string, label: string, options: { by?: string } = {}): Promise<void> {
    await this.open();
    const at = this.parts.clock.now();
    const result = await this.parts.committer.submit({ type: "label", runId, key, label, by: options.by ?? null, at });
    if (result.type === "absent") throw new NotFoundError("run", runId);
  }

  /** Cancels every run the filter finds. */
  async cancelAll(filter: RunFilter, reason: string, options: { by?: string } = {}): Promise<BulkResult> {
    await this.open();
    return bulkCancel(this.parts, filter, reason, options.by ?? null);
  }

  /** Retries every failed or diverged run the filter finds. */
  async retryAll(filter: RunFilter, options: { by?: string } = {}): Promise<BulkResult> {
    await this.open();
    return bulkRetry(this.parts, filter, options.by ?? null);
  }

  /** Replays live runs against the registered code, without running or writing anything. */
  async check(filter: RunFilter = {}): Promise<CheckReport> {
    await this.open();
    return check(this.parts, filter);
  }

  /** Recomputes a run's hash chain, in all its generations. */
  async verify(id: string, anchors?: Anchors): Promise<Verification> {
    await this.open();
    return verifyStoredRun(this.parts, id, anchors);
  }

  /** Chain heads to keep somewhere else: `verify` against them shows a record that was recomputed as a whole. */
  async anchors(filter: RunFilter = {}): Promise<Anchors> {
    await this.open();
    return exportRunAnchors(this.parts, filter);
  }

  /** Removes the content of a finished run, or of all runs of a subject, and leaves what proves that it was there. */
  async erase(target: EraseTarget, options: { by?: string } = {}): Promise<{ erased: string[] }> {
    await this.open();
    return erase(this.parts, target, options.by ?? null);
  }

  /** Applies retention now. */
  async retain(): Promise<RetentionResult> {
    await this.open();
    return this.retention.apply();
  }

  /** Everything that is stored of a run, as JSON-safe text and numbers: for archives, and for replaying it elsewhere. */
  async export(id: string): Promise<ExportedRun> {
    await this.open();
    return exportRun(this.parts, id);
  }

  /** The registered workflows. */
  workflows(): AnyWorkflow[] {
    return this.parts.registry.all();
  }

  /** Workers that are alive on this store, in whatever process: their lease has not passed, and if they are here their process exists. */
  async workers(): Promise<LiveWorker[]> {
    await this.open();
    return liveWorkers(this.parts, this.worker.settings.process);
  }

  /**
   * Calls back after each durable write of this process's worker, with the run it was to: what happened is in the run's
   * `journal({ after })`. Returns how to stop.
   */
  observe(observer: (run: ObservedRun) => void): () => void {
    const own = (run: ObservedRun): void => observer(run);
    this.observers.add(own);
    return () => this.observers.delete(own);
  }

  /** For tests: throws away what this process knows, as a crash would. */
  async crash(): Promise<void> {
    await this.worker.crash();
  }

  private signalMail(signal: { name: string; value?: unknown; dedupe?: string }, by: string | null): NewMail {
    if (!signal.name) throw new ValidationError("signal", [{ path: "name", message: "is missing" }]);
    return {
      kind: "signal",
      key: signal.name,
      dedupe: signal.dedupe === undefined ? null : `signal:${signal.dedupe}`,
      outcome: null,
      payload: signal.value === undefined ? null : this.parts.encodeInline(signal.value, `signal "${signal.name}"`),
      sender: by,
      at: this.parts.clock.now(),
      salt: randomBytes(16),
    };
  }

  // ── Changes ───────────────────────────────────────────────────────────────────────────────────────

  private listen(id: string, what: "rest" | "write", listener: ChangeListener): () => void {
    this.watchStore();
    const runs = this.listeners[what];
    const set = runs.get(id) ?? new Set();
    runs.set(id, set.add(listener));
    return () => {
      set.delete(listener);
      if (set.size === 0) runs.delete(id);
    };
  }

  private changed(what: "rest" | "write", id: string, ending?: Ending): void {
    const set = this.listeners[what].get(id);
    if (set) for (const listener of [...set]) listener(ending);
  }

  /** Other processes change runs too. */
  private watchStore(): void {
    if (this.unwatch) return;
    const { store, namespace } = this.parts;
    this.unwatch = store.watch(namespace, (signal) => {
      if (signal.type === "foreign") {
        for (const what of ["rest", "write"] as const)
          for (const id of [...this.listeners[what].keys()]) this.changed(what, id);
      }
      if ((signal.type === "foreign" || signal.type === "hold") && this.started) void this.sweeper.look();
    });
  }
}

/** Makes an engine. It executes nothing until `start()`. */
export function createEngine(options: EngineOptions): Engine {
  return new Engine(options);
}

function queuesOf(
  options: EngineOptions,
): { name: string; limit: number | null; perKey: { limit: number; while: "running" | "unfinished" } | null }[] {
  const named = options.workflows
    .map((workflow) => workflow.options.queue)
    .filter((name): name is string => name !== undefined);
  const queues = new Map(
    ["default", ...named].map((name) => [name, {} as NonNullable<EngineOptions["queues"]>[string]]),
  );
  for (const [name, queue] of Object.entries(options.queues ?? {})) queues.set(name, queue);
  return [...queues].map(([name, queue]) => ({
    name,
    limit: queue.concurrency ?? null,
    perKey: queue.perKey ? { limit: queue.perKey.limit, while: queue.perKey.while ?? "running" } : null,
  }));
}

function checkId(id: string | undefined): string | undefined {
  if (id === undefined || (id.length > 0 && id.length <= 256 && !/\p{Cc}/u.test(id))) return id;
  throw new ValidationError("run", [{ path: "id", message: "must be 1 to 256 characters without control characters" }]);
}

function pageOf(page: Partial<Page>): Page {
  const limit = page.limit ?? 50;
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    throw new ValidationError("page", [{ path: "limit", message: `${limit} must be a whole number from 1 to 1000` }]);
  }
  return { limit, cursor: page.cursor ?? null };
}
