import { systemClock } from "../clock.ts";
import { NotFoundError, ValidationError } from "../errors.ts";
import type { Directory } from "../hold/directory.ts";
import type { GrantTerms } from "../hold/grant.ts";
import type { Anchors } from "../journal/anchor.ts";
import { valueCodec } from "../journal/codec.ts";
import type { ExportedRun } from "../journal/exported-run.ts";
import { defaultPayloadLimit, encodePayload } from "../journal/payload.ts";
import { GroupBook } from "../people/groups.ts";
import { joinedDirectory } from "../people/joined-directory.ts";
import { PeopleBook } from "../people/people.ts";
import { PeopleRecords } from "../people/people-records.ts";
import { StoredDirectory } from "../people/stored-directory.ts";
import { SubstitutionBook } from "../people/substitutions.ts";
import { randomSalt } from "../run/random-supply.ts";
import type { NewMail, Page, PageOf, RunFilter, Store } from "../store/store.ts";
import type { AnyWorkflow, InputOf, OutputOf } from "../workflow/definition.ts";
import { type Duration, durationMs } from "../workflow/duration.ts";
import type { ProvidedService } from "../workflow/service.ts";
import { type BulkResult, bulkCancel, bulkRetry } from "./bulk.ts";
import { type CheckReport, check } from "./check.ts";
import { type DecideOptions, decide } from "./decide.ts";
import { type EraseTarget, erase } from "./erase.ts";
import { exportRun } from "./export.ts";
import { GrantKeeper } from "./grant-keeper.ts";
import { createGrants, decideAndGrant, type Grants } from "./grants.ts";
import { guardFor } from "./guard.ts";
import { createHolds, type Holds } from "./hold-desk.ts";
import { type Hold, viewHold } from "./hold-view.ts";
import { thisProcess } from "./identity.ts";
import { JustWoken } from "./just-woken.ts";
import { type LiveWorker, liveWorkers } from "./live-workers.ts";
import { consoleLog, type EngineOptions } from "./options.ts";
import { pageOf } from "./page.ts";
import type { ChangeListener, Ending, EngineParts } from "./parts.ts";
import { probedStore, probesOf } from "./probes.ts";
import { queuesOf } from "./queues.ts";
import { Registry } from "./registry.ts";
import { Retention, type RetentionOutlook, type RetentionResult } from "./retention.ts";
import { RunHandle } from "./run-handle.ts";
import type { RunOptions } from "./run-options.ts";
import { type Run, viewRun } from "./run-view.ts";
import { Scheduler } from "./scheduler.ts";
import { type EventFiring, type ScheduleActor, Schedules } from "./schedules.ts";
import { type StartOptions, startRun } from "./starting.ts";
import { Sweeper } from "./sweeper.ts";
import { exportRunAnchors, type Verification, verifyStoredRun } from "./verification.ts";
import { Worker } from "./worker.ts";

/** Which run was written to. */
export interface ObservedRun {
  /** Its public id. */
  id: string;
  /** The workflow's name. */
  workflow: string;
  /** The version it is on. */
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
  /**
   * Lists holds when called, and does with one of them what people do besides deciding: claim, release, assign, delegate, ask, answer,
   * comment, abstain, amend.
   *
   * @example
   * const { items } = await engine.holds({ status: ["open"], severity: ["high", "critical"] });
   * const mine = await engine.holds.inbox("ana");
   * for (const hold of mine.items) await engine.holds.claim(hold, { by: "ana" });
   */
  readonly holds: Holds;
  /** Approvals given in advance, for holds like one that somebody has seen: give, list, revoke. */
  readonly grants: Grants;
  /** People whom the store knows. */
  readonly people: PeopleBook;
  /** Groups of people that are kept in the store. */
  readonly groups: GroupBook;
  /** Who stands in for whom, kept in the store. */
  readonly substitutions: SubstitutionBook;
  private readonly keeper: GrantKeeper;
  private readonly parts: EngineParts;
  private readonly worker: Worker;
  private readonly sweeper: Sweeper;
  private readonly retention: Retention;
  private readonly scheduler: Scheduler;
  /** Runs that are started by time or by an event. */
  readonly schedules: Schedules;
  /** By what they listen for, then by run. */
  private readonly listeners = {
    rest: new Map<string, Set<ChangeListener>>(),
    write: new Map<string, Set<ChangeListener>>(),
  };
  private readonly observers = new Set<(run: ObservedRun) => void>();
  private opened: Promise<void> | null = null;
  private started = false;
  private drained: Promise<void> = Promise.resolve();
  private unwatch: (() => void) | null = null;

  constructor(options: EngineOptions) {
    const clock = options.clock ?? systemClock;
    const registry = new Registry(options.workflows);
    const namespace = options.namespace ?? "default";
    const probes = probesOf(options.probes, options.log ?? consoleLog);
    const store = probedStore(options.store, probes, clock);
    this.worker = new Worker(
      {
        store,
        namespace,
        registry,
        clock,
        process: options.process ?? thisProcess(),
        concurrency: options.concurrency ?? 100,
        leaseMs: durationMs(options.lease ?? "15s", "lease"),
        queues: queuesOf(options),
        options,
        guard: guardFor(options),
        probes,
      },
      (execution, rest) => {
        const isOver = rest.type === "finished";
        if (isOver) this.scheduler.ended(execution.runId);
        this.changed("rest", execution.runId, isOver ? execution.ending : undefined);
      },
    );
    this.worker.onCommitted = (flights) => {
      for (const { execution, operation } of flights) {
        this.changed("write", execution.runId);
        if (this.observers.size > 0) {
          const { name: workflow, version } = execution.workflow;
          for (const observer of this.observers) observer({ id: execution.runId, workflow, version });
        }
        if (operation.holds.length === 0) continue;
        this.keeper.opened(execution.workflow.name, operation.holds);
        for (const hold of operation.holds) if (hold.nextAt !== null) this.sweeper.expect(hold.nextAt);
        this.changed("rest", execution.runId);
      }
    };
    const records = new PeopleRecords({ store, namespace, now: () => clock.now(), open: () => this.open() });
    const kept = new StoredDirectory(records);
    this.people = new PeopleBook(records, kept);
    this.groups = new GroupBook(records);
    this.substitutions = new SubstitutionBook(records);
    this.parts = {
      directory: joinedDirectory(options.directory, kept),
      store,
      namespace,
      clock,
      codec: options.codec ?? valueCodec,
      registry,
      services: this.worker.host.services,
      committer: this.worker.committer,
      worker: this.worker,
      options,
      justWoken: new JustWoken(
        clock,
        () => this.started,
        () => this.worker.committer.answering,
      ),
      encodeInline: (value, subject) => {
        const limit = options.limits?.payload ?? defaultPayloadLimit;
        const { payload } = encodePayload(value, { codec: this.parts.codec, subject, limit, inlineLimit: limit });
        return payload ?? { codec: "json", bytes: Buffer.from("null"), ref: false };
      },
      onChange: (id, what, listener) => this.listen(id, what, listener),
    };
    this.holds = createHolds(this.parts, pageOf, () => this.open());
    this.keeper = new GrantKeeper(this.parts);
    this.grants = createGrants(this.parts, this.keeper, () => this.open());
    this.sweeper = new Sweeper(this.parts);
    this.retention = new Retention(this.parts);
    this.scheduler = new Scheduler(this.parts);
    this.schedules = new Schedules(
      this.parts,
      () => this.open(),
      () => void this.scheduler.look(),
    );
  }

  /** The tenant it works for. */
  get namespace(): string {
    return this.parts.namespace;
  }

  /** Where its runs live. For what an installation keeps beside them (records, logs), once the engine is open. */
  get store(): Store {
    return this.parts.store;
  }

  /** What `ctx.service` gives its runs. */
  get services(): readonly ProvidedService[] {
    return this.parts.options.services ?? [];
  }

  /** Who is who, as the rules of holds see it: what the application gave, and what is kept in the store. */
  get directory(): Directory {
    return this.parts.directory;
  }

  /** Opens the store and brings its tables up to date. Called by everything else when needed. */
  open(): Promise<void> {
    this.worker.settings.guard.install();
    this.opened ??= this.parts.store.open().catch((error: unknown) => {
      // It may be there the next time somebody asks.
      this.opened = null;
      throw error;
    });
    return this.opened;
  }

  /**
   * Makes this process a worker: it takes over what dead processes left, and executes runs until `stop()`.
   *
   * @throws StoreError the store cannot be opened
   */
  async start(): Promise<void> {
    await this.open();
    if (this.started) return;
    this.started = true;
    await this.schedules.declare(this.parts.options.schedules ?? []);
    await this.worker.start();
    this.sweeper.start();
    this.keeper.start();
    this.retention.start();
    this.scheduler.start();
    this.watchStore();
  }

  /**
   * Stops being a worker: claims nothing more, lets running steps end, gives the rest back to other workers. The engine stays open, so
   * requests that are under way are answered; `stop()` closes it.
   *
   * @param within how long steps may take; default and upper end: `drainTimeout`. One that takes longer is told by its signal, and executed again elsewhere.
   *
   * @example
   * await engine.drain({ within: "20s" });
   * await engine.stop();
   */
  async drain({ within }: { within?: Duration } = {}): Promise<void> {
    if (!this.started) return this.drained;
    this.started = false;
    this.drained = this.drainWorker(within);
    return this.drained;
  }

  private async drainWorker(within: Duration | undefined): Promise<void> {
    const most = durationMs(this.parts.options.drainTimeout ?? "30s", "drainTimeout");
    // At once, whatever the others wait for.
    this.worker.draining = true;
    this.sweeper.stop();
    await this.keeper.stop();
    this.retention.stop();
    await this.scheduler.stop();
    await this.worker.stop(within === undefined ? most : Math.min(durationMs(within, "within"), most));
  }

  /**
   * Drains, if that has not been done: running steps end (up to `drainTimeout`), everything else stays for the next worker. Closes the store.
   * `shutDown` ends an engine and its server together, within a deadline.
   *
   * @example
   * process.once("SIGTERM", () => void engine.stop());
   */
  async stop(): Promise<void> {
    await this.drain();
    this.unwatch?.();
    this.unwatch = null;
    this.worker.settings.guard.uninstall();
    if (this.opened !== null) await this.parts.store.close();
    this.opened = null;
  }

  /**
   * Works the store until nothing is ready, then rests again: for scripts, tests and commands on an embedded store. Runs that wait
   * for a time, a person or a message stay as they are.
   *
   * @example
   * const hold = await run.hold("approve refund");
   * await engine.decide(hold, { approved: true }, { by: "ana" });
   * await engine.runUntilIdle();
   */
  async runUntilIdle(): Promise<void> {
    await this.open();
    const temporary = !this.started;
    if (temporary) {
      await this.worker.start();
      this.watchStore();
    }
    await this.sweeper.sweep();
    await this.sweeper.idle();
    await this.keeper.look();
    do await this.worker.untilIdle();
    while (await this.keeper.idle());
    if (temporary) await this.worker.stop(durationMs(this.parts.options.drainTimeout ?? "30s", "drainTimeout"));
  }

  /**
   * Says that something will be written in this turn of the event loop, by whoever looks something up first: it is then written at the end of this turn together with
   * all else, and not one turn later. What does not come is not waited for.
   *
   * @example
   * engine.expectWrite();
   * const order = await shop.load("A-7"); // looked up together with those of other requests
   * await engine.run(refund, { orderId: "A-7", amount: order.total });
   */
  expectWrite(): void {
    this.parts.committer.expect();
  }

  /**
   * Starts a run. The same id, workflow and input give the same run, also long after it ended: `id` is an idempotency key.
   * By its name a workflow is started with whatever is given, checked when it starts.
   *
   * @example
   * const run = await engine.run(refund, { orderId: "A-7", amount: 120 }, { id: "refund-A-7", by: "ana" });
   * const { status } = await run.result();
   *
   * @throws NotFoundError no such workflow is registered; ValidationError the input does not fit; RunConflictError the id belongs to another workflow or input
   */
  async run<W extends AnyWorkflow | string>(
    workflow: W,
    input: InputOf<W>,
    options: StartOptions = {},
  ): Promise<RunHandle<OutputOf<W>>> {
    return this.begin(workflow, input, options, null);
  }

  /**
   * Starts a run unless it exists, and delivers a signal to it either way, in one transaction. `dedupe` makes repeating it harmless.
   *
   * @example
   * await engine.startOrSignal(chat, { topic: "A-7" }, { name: "message", value: "hello", dedupe: "m-1" }, { id: "chat-ana" });
   *
   * @throws ValidationError the input does not fit, or the signal has no name; RunConflictError the id belongs to another workflow
   */
  async startOrSignal<W extends AnyWorkflow | string>(
    workflow: W,
    input: InputOf<W>,
    signal: { name: string; value?: unknown; dedupe?: string },
    options: RunOptions & { id: string },
  ): Promise<RunHandle<OutputOf<W>>> {
    return this.begin(workflow, input, options, signal);
  }

  /**
   * Says that something happened: each schedule that this event fires starts a run, with `data` as its input (field by field over the
   * schedule's own). With an `id` the same event again starts nothing again.
   *
   * @example
   * await engine.emit("order.paid", { orderId: "A-7" }, { id: "payment-4711" });
   *
   * @throws NotFoundError the workflow of one of them is not registered here
   */
  emit(event: string, data?: unknown, options: ScheduleActor & { id?: string } = {}): Promise<EventFiring[]> {
    return this.schedules.emit(event, data, options);
  }

  private async begin<W extends AnyWorkflow | string>(
    given: W,
    input: InputOf<W>,
    options: StartOptions,
    signal: { name: string; value?: unknown; dedupe?: string } | null,
  ): Promise<RunHandle<OutputOf<W>>> {
    await this.open();
    const mail = signal && this.signalMail(signal, options.by ?? null);
    const { id, created } = await startRun(
      this.parts,
      typeof given === "string" ? given : given.name,
      input,
      options,
      mail,
    );
    if (created) this.parts.justWoken.woke(id);
    return new RunHandle<OutputOf<W>>(this.parts, id, created);
  }

  /**
   * A handle of an existing run, or of one that retention has removed.
   *
   * @example
   * const run = await engine.get<{ status: string }>("refund-A-7");
   *
   * @throws NotFoundError there is no run with this id
   */
  async get<Out = unknown>(id: string): Promise<RunHandle<Out>> {
    await this.open();
    const { store, namespace } = this.parts;
    if (!(await store.run(namespace, id)) && !(await store.tombstone(namespace, id)))
      throw new NotFoundError("run", id);
    return new RunHandle<Out>(this.parts, id);
  }

  /**
   * Runs that fit the filter, newest first, 50 to a page (at most 1,000). Pass a page's `cursor` to get the next; null ends it.
   *
   * @example
   * const { items, cursor } = await engine.runs({ status: ["failed"], attributes: { customer: "ana" } }, { limit: 20 });
   *
   * @throws ValidationError the page's limit is not from 1 to 1,000
   */
  async runs(filter: RunFilter = {}, page: Partial<Page> = {}): Promise<PageOf<Run>> {
    await this.open();
    const { store, namespace } = this.parts;
    const rows = await store.runs(namespace, filter, pageOf(page));
    return { items: rows.items.map(viewRun), cursor: rows.cursor };
  }

  /**
   * One hold, with all that a reviewer must see.
   *
   * @throws NotFoundError there is no hold with this id
   */
  async hold(id: string): Promise<Hold> {
    await this.open();
    const row = await this.parts.store.hold(this.parts.namespace, id);
    if (!row) throw new NotFoundError("hold", id);
    return viewHold(this.parts, row);
  }

  /** A hold's audit trail, oldest first: who did what to it, where and when. Nothing is ever removed from it. */
  async holdEvents(
    id: string,
  ): Promise<{ n: number; actor: string | null; channel: string; action: string; at: Date }[]> {
    await this.open();
    const events = await this.parts.store.holdEvents(this.parts.namespace, id);
    return events.map(({ n, actor, channel, action, at }) => ({ n, actor, channel, action, at: new Date(at) }));
  }

  /**
   * Decides a hold: the answer is checked, then one transaction closes the hold and wakes the run. Pass the hold as you read it; a
   * bare id is taken for low and medium severity only. The same answer by the same person again is no error.
   *
   * @param options with `grant` an approval counts for the next ones like it, too: see `grants`
   *
   * @example
   * const hold = await run.hold("approve refund");
   * await engine.decide(hold, { approved: true }, { by: "ana", note: "second late delivery" });
   *
   * @throws NotFoundError there is no such hold; NotAllowedError this person may not decide it (says who may); ValidationError the
   * answer does not fit the form; HoldConflictError it was decided, expired or withdrawn before, or changed since it was read
   */
  async decide(
    hold: string | Pick<Hold, "id" | "revision" | "evidenceHash">,
    answer: unknown,
    { grant, ...options }: DecideOptions & { grant?: GrantTerms } = {},
  ): Promise<Hold> {
    await this.open();
    if (grant === undefined) return decide(this.parts, hold, answer, options);
    return decideAndGrant(this.parts, this.grants, hold, answer, { ...options, grant });
  }

  /**
   * What a person says later about a recorded step: the true label, for calibration.
   *
   * @example
   * await engine.label("mail-17", "step:classify#1", "ham", { by: "ana" });
   *
   * @throws NotFoundError there is no such run
   */
  async label(runId: string, key: string, label: string, options: { by?: string } = {}): Promise<void> {
    await this.open();
    const at = this.parts.clock.now();
    const result = await this.parts.committer.submit({ type: "label", runId, key, label, by: options.by ?? null, at });
    if (result.type === "absent") throw new NotFoundError("run", runId);
  }

  /**
   * Cancels every run the filter finds, and says of which it could not.
   *
   * @example
   * const { done, refused } = await engine.cancelAll({ workflow: "refund", attributes: { customer: "ana" } }, "account closed");
   */
  async cancelAll(filter: RunFilter, reason: string, options: { by?: string } = {}): Promise<BulkResult> {
    await this.open();
    return bulkCancel(this.parts, filter, reason, options.by ?? null);
  }

  /** Retries every failed or diverged run the filter finds, as `run.retry()` does, and says of which it could not. */
  async retryAll(filter: RunFilter, options: { by?: string } = {}): Promise<BulkResult> {
    await this.open();
    return bulkRetry(this.parts, filter, options.by ?? null);
  }

  /**
   * Replays live runs against the registered code, without running or writing anything: what a deploy of this code would do to them.
   *
   * @example
   * const { checked, problems } = await engine.check();
   * for (const { id, reason } of problems) console.error(`${id} of ${checked}: ${reason}`);
   */
  async check(filter: RunFilter = {}): Promise<CheckReport> {
    await this.open();
    return check(this.parts, filter);
  }

  /**
   * Recomputes a run's hash chain, in all its generations: `intact`, `erased`, `removed` by retention, or `broken` with what and where.
   *
   * @example
   * const { verdict, problems } = await engine.verify("refund-A-7", await engine.anchors());
   *
   * @throws NotFoundError there is no such run, and no anchor says that there was
   */
  async verify(id: string, anchors?: Anchors): Promise<Verification> {
    await this.open();
    return verifyStoredRun(this.parts, id, anchors);
  }

  /** Chain heads to keep somewhere else: `verify` against them shows a record that was recomputed as a whole. */
  async anchors(filter: RunFilter = {}): Promise<Anchors> {
    await this.open();
    return exportRunAnchors(this.parts, filter);
  }

  /**
   * Removes the content of a finished run, or of all runs of a subject, and leaves what proves that it was there.
   *
   * @example
   * const { erased } = await engine.erase({ attributes: { customer: "ana" } }, { by: "privacy desk" });
   *
   * @throws InvalidStateError one of them is not finished
   */
  async erase(target: EraseTarget, options: { by?: string } = {}): Promise<{ erased: string[] }> {
    await this.open();
    return erase(this.parts, target, options.by ?? null);
  }

  /**
   * Applies retention now, instead of waiting for the next time; says what was removed.
   *
   * @param most run trees to remove at most: whoever must answer soon asks again. Default: all that have had their time
   */
  async retain({ most }: { most?: number } = {}): Promise<RetentionResult> {
    await this.open();
    return this.retention.apply(most);
  }

  /**
   * What stays how long, and how much the next look of a worker will remove.
   *
   * @example
   * const { due } = await engine.retentionOutlook();
   * console.log(`${due?.runs ?? 0} runs have had their time`);
   */
  async retentionOutlook(): Promise<RetentionOutlook> {
    await this.open();
    return this.retention.outlook();
  }

  /**
   * Everything that is stored of a run, as JSON-safe text and numbers: for archives, and for replaying it elsewhere.
   *
   * @example
   * const text = JSON.stringify(await engine.export("refund-A-7"));
   *
   * @throws NotFoundError there is no such run, or retention has removed it
   */
  async export(id: string): Promise<ExportedRun> {
    await this.open();
    return exportRun(this.parts, id);
  }

  /** The workflows this process has code for, retired ones too. */
  workflows(): AnyWorkflow[] {
    return this.parts.registry.all();
  }

  /**
   * Gives the engine a workflow, or a version more of one, also while it works: from then on it is started, and runs of it are taken over.
   * Runs of other versions stay on theirs.
   *
   * @example
   * engine.register(workflow({ name: "refund", version: 2 }, async () => "refunded"));
   *
   * @throws ValidationError this version is registered already
   */
  register(workflow: AnyWorkflow): void {
    this.parts.registry.add(workflow);
    this.worker.wake();
  }

  /**
   * No run of this workflow is started here any more; those that were go on, on their versions. `register` of a version more brings it back.
   *
   * @example
   * engine.retire("refund");
   * await engine.run("refund", { orderId: "A-7" }); // NotFoundError
   */
  retire(name: string): void {
    this.parts.registry.retire(name);
  }

  /** Whether the workflow was retired here. */
  isRetired(name: string): boolean {
    return this.parts.registry.isRetired(name);
  }

  /** Workers that are alive on this store, in whatever process: their lease has not passed, and if they are here their process exists. */
  async workers(): Promise<LiveWorker[]> {
    await this.open();
    return liveWorkers(this.parts, this.worker.settings.process);
  }

  /**
   * Calls back after each durable write of this process's worker, with the run it was to: what happened is in the run's
   * `journal({ after })`. Returns how to stop.
   *
   * @example
   * const stop = engine.observe(({ id, workflow }) => console.error(`${workflow} ${id} wrote`));
   * stop();
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
      salt: randomSalt(),
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
    if (what === "rest") this.parts.justWoken.rested(id);
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
      if ((signal.type === "foreign" || (signal.type === "hold" && signal.deadline)) && this.started)
        void this.sweeper.look();
    });
  }
}

/**
 * Makes an engine. It executes nothing until `start()`.
 *
 * @example
 * const engine = createEngine({ store: memoryStore(), workflows: [refund] });
 * await engine.start();
 *
 * @throws ValidationError a version of a workflow is registered twice, or an option is no length of time
 */
export function createEngine(options: EngineOptions): Engine {
  return new Engine(options);
}
