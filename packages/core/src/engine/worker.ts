import type { Clock } from "../clock.ts";
import { Execution } from "../run/execution.ts";
import type { Rest } from "../run/host.ts";
import { turnEnd, turnOf } from "../run/turn.ts";
import { RunWriter } from "../run/writer.ts";
import type { ClaimRequest, ClaimResult, History, NewMail, RunPk, RunRow, Store, StoreSignal } from "../store/store.ts";
import { adopt } from "./adoption.ts";
import { Committer, type Flight } from "./committer.ts";
import { every } from "./every.ts";
import { forgottenRuns } from "./forgotten.ts";
import type { ProcessIdentity } from "./identity.ts";
import { Lease } from "./lease.ts";
import { LiveHost } from "./live-host.ts";
import { withMissedResults } from "./missed-results.ts";
import type { EngineOptions } from "./options.ts";
import { assemble } from "./payloads.ts";
import { holdPoisoned } from "./poison.ts";
import type { Probes } from "./probes.ts";
import type { Registry } from "./registry.ts";
import { Residence } from "./residence.ts";
import { StoreTrouble } from "./store-trouble.ts";
import { Suspect } from "./suspect.ts";

/** What a worker needs to know, worked out from the engine's options. */
export interface WorkerSettings {
  store: Store;
  namespace: string;
  registry: Registry;
  clock: Clock;
  process: ProcessIdentity;
  concurrency: number;
  leaseMs: number;
  queues: ClaimRequest["queues"];
  options: EngineOptions;
  guard: Guard;
  probes: Probes | null;
}

/** What watches workflow code for what no replay can repeat. */
export interface Guard {
  /** Workflow code waits for something unrecorded: where, to end the run for it; undefined to let it be. */
  foreignAwait(execution: Execution): string | null | undefined;
  /** Begins to watch, unless it does. */
  install(): void;
  uninstall(): void;
}

/** A run with this many claims and no write in between killed its workers: it is held for an operator. */
const maxStalls = 5;
/** After this many the run is a suspect: claimed while no other is, so that what it may do is not laid at others' doors. */
const suspectStalls = 2;
/** A woken run is left to its last owner this long: its coroutine may still be in memory there. */
const headStartMs = 50;
/** How often other processes' work is looked for when nobody tells. */
const pollMs = 1000;

/**
 * Claims runs and executes them: one lease for all, one transaction a turn for what they write.
 */
export class Worker {
  readonly settings: WorkerSettings;
  readonly committer: Committer;
  readonly running = new Map<RunPk, Execution>();
  readonly residence: Residence;
  readonly host: LiveHost;
  readonly trouble: StoreTrouble;
  private readonly lease: Lease;
  /** Claims nothing more. */
  draining = false;
  private started = false;
  private claiming = false;
  private claimAgain = false;
  /** The last claim gave all that there was room for: there may be more. */
  private backlog = false;
  /** Runs may be ours without being here: a claim's answer was lost, or what it gave could not be begun. */
  private mayOwnMore = false;
  private readonly suspect: Suspect;
  private stopTimers: (() => void)[] = [];
  private cancelWake: (() => void) | null = null;
  private wakeFor = Number.POSITIVE_INFINITY;
  private unwatch: (() => void) | null = null;
  /** Told after each commit what was written. */
  onCommitted: (flights: readonly Flight[]) => void = () => {};
  private readonly onRest: (execution: Execution, rest: Rest) => void;
  private readonly restWaiters = new Set<() => void>();

  constructor(settings: WorkerSettings, onRest: (execution: Execution, rest: Rest) => void) {
    this.settings = settings;
    this.lease = new Lease(settings);
    this.suspect = new Suspect(settings.clock, () => this.wake());
    this.onRest = onRest;
    const { store, namespace, clock, options, probes } = settings;
    const residence = { count: 10_000, bytes: 64 * 1024 * 1024, ...options.residence };
    if ((options.discipline ?? "normal") !== "normal") residence.count = 0;
    this.residence = new Residence(residence);
    this.host = new LiveHost(this);
    this.trouble = new StoreTrouble(this.host.engineLog);
    this.committer = new Committer(
      store,
      namespace,
      clock,
      {
        failed: (error) => this.trouble.failed(error),
        recovered: () => this.trouble.over(),
        sending: (flights) => {
          if (this.backlog && flights.some(({ execution }) => execution.leaving)) this.wake();
        },
        committed: (flights, results) => {
          this.onCommitted(flights);
          if (this.suspect.pk !== null) for (const { execution } of flights) this.acquit(execution.writer.pk);
          // What was refused was not written: a worker that died of it would never get further.
          const written = (): boolean => flights.some((_, i) => results[i]?.type !== "refused");
          if (options.discipline === "crash" && written()) void this.quietly(this.crash());
          else if (options.discipline === "park") for (const { execution } of flights) execution.yielding = true;
        },
      },
      probes,
    );
  }

  /** What the store knows this worker by; another one after each registration. */
  get incarnation(): string {
    return this.lease.incarnation;
  }

  /** Registers, takes over what dead workers left, and begins to claim. */
  async start(): Promise<void> {
    if (this.started) return;
    this.started = true;
    this.draining = false;
    const { clock, leaseMs, store, namespace, options } = this.settings;
    await this.lease.register();
    await this.takeOver();
    const failed = (error: unknown): void => this.trouble.failed(error);
    this.stopTimers = [
      // A started engine is a worker until it is stopped, also while nothing is to be done.
      every(clock, leaseMs / 3, () => this.renew(), failed, { keepsAlive: options.keepAlive ?? true }),
      every(clock, Math.min(pollMs, leaseMs / 3), () => (store.shared ? this.lookAround() : Promise.resolve()), failed),
    ];
    this.unwatch = store.watch(namespace, (signal) => this.heard(signal));
    this.wake();
  }

  /** Stops claiming, lets running steps end (up to `drainMs`), gives everything back, and retires. */
  async stop(drainMs: number): Promise<void> {
    if (!this.started) return;
    this.draining = true;
    for (const execution of this.running.values()) execution.schedule();
    const deadline = this.settings.clock.monotonic() + drainMs;
    while (this.running.size > 0 && this.settings.clock.monotonic() < deadline) {
      await this.nextRest(deadline - this.settings.clock.monotonic());
    }
    if (this.running.size > 0)
      this.host.engineLog.warn(
        { runs: this.running.size },
        "steps did not end in time: their runs go to other workers",
      );
    await this.halt();
    await this.lastCrash;
    await this.settings.store.retire(this.settings.namespace, this.incarnation);
  }

  private async halt(): Promise<void> {
    this.started = false;
    for (const stop of this.stopTimers) stop();
    this.stopTimers = [];
    this.cancelWake?.();
    this.unwatch?.();
    for (const execution of [...this.running.values()]) execution.abandon({ type: "fenced" });
    this.residence.clear();
    // A claim under way ends first; waiting for it turn by turn would keep the processor busy for nothing.
    while (this.claiming) await new Promise<void>((resolve) => this.settings.clock.timer(2, resolve));
  }

  /** Throws away everything this process knows, as a crash would, and starts afresh. For tests. */
  crash(): Promise<void> {
    for (const execution of [...this.running.values()]) execution.abandon({ type: "fenced" });
    this.residence.clear();
    this.crashing++;
    // One after the other: an incarnation that is still being registered could not be declared dead.
    const crash = this.lastCrash.then(() => this.registerAfresh()).finally(() => this.crashing--);
    this.lastCrash = crash.catch(() => {});
    return crash;
  }

  private async registerAfresh(): Promise<void> {
    if (!this.started) return;
    const old = this.incarnation;
    for (const execution of [...this.running.values()]) execution.abandon({ type: "fenced" });
    await this.lease.register();
    await this.settings.store.takeOver(this.settings.namespace, { now: this.settings.clock.now(), dead: [old] });
    this.wake();
  }

  private crashing = 0;
  /** A run is ready, and its last owner has its head start: be that one gone or busy, it is ours in a moment. */
  private ownerGoesFirst = false;
  private lastCrash: Promise<void> = Promise.resolve();

  /** Works until nothing is ready or running here. */
  async untilIdle(): Promise<void> {
    for (;;) {
      const claimed = await this.claim();
      const resting = this.running.size === 0 && this.committer.idle && !this.claiming && this.crashing === 0;
      if (claimed === 0 && resting && !this.ownerGoesFirst) return;
      if (claimed === 0) await this.nextRest(50);
    }
  }

  private nextRest(atMostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.restWaiters.delete(done);
        cancel();
        resolve();
      };
      const cancel = this.settings.clock.timer(Math.max(1, atMostMs), done);
      this.restWaiters.add(done);
    });
  }

  // ── Lease ─────────────────────────────────────────────────────────────────────────────────────────

  /** Asked before each effect, on the clock that never jumps. */
  leaseHeld(): boolean {
    return this.lease.held();
  }

  private async renew(): Promise<void> {
    const { store, namespace, clock } = this.settings;
    const held = await this.lease.renew();
    if (!this.started) return;
    if (held) {
      if (this.committer.healthy) this.trouble.over();
      // A claim that a network carried out twice answers for only one of them: on a shared store it is worth a look.
      if (this.mayOwnMore || store.shared) await this.giveBackForgotten();
      return;
    }
    // A dead incarnation never comes back: its runs are somebody else's now.
    this.host.engineLog.warn({ incarnation: this.incarnation }, "lost the lease; registering anew");
    this.settings.probes?.tell("leaseLost", { namespace });
    const old = this.incarnation;
    for (const execution of [...this.running.values()]) execution.abandon({ type: "fenced" });
    this.residence.clear();
    await this.lease.register();
    // Nobody else may be there to take over what it ran.
    await store.takeOver(namespace, { now: clock.now(), dead: [old] });
    this.wake();
  }

  private async takeOver(): Promise<void> {
    if ((await this.lease.takeOverDead()) > 0) this.wake();
  }

  private async lookAround(): Promise<void> {
    await this.takeOver();
    await this.readUnread();
    this.wake();
  }

  // ── Mail ──────────────────────────────────────────────────────────────────────────────────────────

  private heard(signal: StoreSignal): void {
    switch (signal.type) {
      case "mail":
        this.running.get(signal.pk)?.notice();
        return;
      case "foreign":
        void this.quietly(this.readUnread());
        this.wake();
        return;
      case "ready":
        this.wake();
    }
  }

  private async readUnread(): Promise<void> {
    const owned = [...this.running.values()].map(({ writer }) => ({
      pk: writer.pk,
      epoch: writer.epoch,
      seq: writer.seq,
    }));
    if (owned.length === 0) return;
    const { store, namespace } = this.settings;
    for (const found of await store.unread(namespace, owned)) {
      const execution = this.running.get(found.pk);
      if (!execution) continue;
      const asked = owned.find((one) => one.pk === found.pk);
      if (found.fenced && asked?.epoch === execution.writer.epoch) execution.abandon({ type: "fenced" });
      else if (!found.fenced && !execution.writer.busy && found.seq > execution.writer.seq) execution.notice();
    }
  }

  // ── Claiming ──────────────────────────────────────────────────────────────────────────────────────

  /** There may be something to claim. */
  wake(): void {
    if (!this.started || this.draining) return;
    if (this.claiming) {
      this.claimAgain = true;
      return;
    }
    this.claiming = true;
    this.settings.clock.immediate(() => {
      this.claiming = false;
      void this.quietly(this.claim());
    });
  }

  /**
   * Slots in use. A run whose end is on its way to the store needs none, for its code has ended: where runs are waiting, the next
   * ones are claimed while the server writes that. Ends that do not get there, for want of a key, do not let runs pile up.
   */
  private occupied(): number {
    const { size } = this.running;
    if (!this.backlog) return size;
    let leaving = 0;
    for (const execution of this.running.values()) if (execution.leaving) leaving++;
    return size - Math.min(leaving, this.settings.concurrency);
  }

  private async claim(): Promise<number> {
    const { store, namespace, clock, concurrency, leaseMs, registry, queues } = this.settings;
    const free = concurrency - this.occupied();
    if (this.claiming || free <= 0 || !this.started || this.draining || !this.leaseHeld()) return 0;
    this.claiming = true;
    this.claimAgain = false;
    const { incarnation } = this;
    let count = 0;
    let whole = false;
    try {
      const now = clock.now();
      const { runs, poisoned, nextWake, left, histories } = await store.claim(namespace, {
        incarnation,
        capabilities: registry.capabilities(),
        adopt: true,
        queues,
        limit: free,
        now,
        leaseUntil: now + leaseMs,
        headStart: store.shared ? headStartMs : 0,
        maxStalls,
        suspectStalls,
        suspects: this.suspect.pk === null ? 1 : 0,
        tick: tickMail,
      });
      count = runs.length + poisoned.length;
      if (left) this.mayOwnMore = true;
      if (incarnation === this.incarnation) {
        for (const row of runs) if (row.stalls > suspectStalls) this.suspect.watch(row.pk);
        await this.begin(runs, histories);
        for (const row of poisoned) await holdPoisoned(this, row);
        // It could not even be begun.
        if (this.suspect.pk !== null && !this.running.has(this.suspect.pk)) this.acquit(this.suspect.pk);
      }
      // Only what is still to come: what is due and was not given to us never will be.
      this.ownerGoesFirst = store.shared && nextWake !== null && nextWake > now && nextWake - now <= headStartMs;
      this.sleepUntil(nextWake);
      this.backlog = runs.length === free;
      if (this.backlog || poisoned.length > 0) this.claimAgain = true;
      whole = true;
    } finally {
      this.claiming = false;
      if (!whole) this.mayOwnMore = true;
    }
    if (this.claimAgain) this.wake();
    return count;
  }

  /**
   * Gives back the runs that the store says are ours but that are not here: nobody else would take them while this worker
   * lives. They are claimed again like any other, with a new epoch, so that nothing of the lost claim can be written.
   */
  private async giveBackForgotten(): Promise<void> {
    if (this.claiming || !this.started) return;
    this.claiming = true;
    try {
      const { clock } = this.settings;
      const { incarnation } = this;
      const forgotten = await forgottenRuns(this.settings, incarnation, this.running);
      if (incarnation !== this.incarnation) return;
      this.mayOwnMore = false;
      const note = "its claim was lost on the way";
      const then = { type: "park", status: "ready", wakeAt: null, waiting: null, note } as const;
      const writers = forgotten.map((row) => new RunWriter(row, 0, this.host));
      const results = await Promise.all(writers.map((writer) => this.committer.submit(writer.take(then, clock.now()))));
      // Moved on meanwhile: looked at again.
      if (results.some((result) => result.type === "mail" || result.type === "refused")) this.mayOwnMore = true;
    } catch (error) {
      this.mayOwnMore = true;
      throw error;
    } finally {
      this.claiming = false;
      if (this.claimAgain) this.wake();
    }
  }

  /** The run is no suspect any more: the next one may be claimed. */
  private acquit(pk: RunPk): void {
    if (this.suspect.acquit(pk)) this.wake();
  }

  /** Looks again when the next run becomes due. */
  private sleepUntil(time: number | null): void {
    if (time === null || !this.started) return;
    if (this.cancelWake && this.wakeFor <= time) return;
    this.cancelWake?.();
    this.wakeFor = time;
    this.cancelWake = this.settings.clock.timer(
      Math.max(1, time - this.settings.clock.now()),
      () => {
        this.cancelWake = null;
        this.wake();
      },
      { unref: false },
    );
  }

  private async begin(rows: readonly RunRow[], known: ClaimResult["histories"]): Promise<void> {
    if (rows.length === 0) return;
    const { store, namespace } = this.settings;
    const cached = rows.map((row) => this.reusable(row));
    const { incarnation } = this;
    const histories = await this.read(rows, cached, known);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as RunRow;
      const history = histories[i] as History;
      if (incarnation !== this.incarnation) return;
      try {
        const execution = cached[i];
        const reused = execution !== undefined && canResume(history);
        if (execution && !reused) execution.abandon({ type: "fenced" });
        const read =
          execution && !reused ? (await store.history(namespace, [{ pk: row.pk, after: 0 }], replayed))[0] : history;
        const whole = await withMissedResults(this, row, await assemble(store, namespace, row.pk, read as History));
        // Reading took a while: the lease may be another by now, and the run somebody else's.
        if (incarnation !== this.incarnation) return;
        if (reused) this.resume(execution, row, whole);
        else await this.execute(row, whole);
      } catch (error) {
        this.mayOwnMore = true;
        this.host.engineLog.error({ run: row.id, error }, "could not begin a run; trying again");
      }
    }
  }

  /** What each run has to be begun or resumed with; what came with the claim is not read again. */
  private async read(
    rows: readonly RunRow[],
    cached: readonly (Execution | undefined)[],
    known: ClaimResult["histories"],
  ): Promise<History[]> {
    const found = rows.map(({ pk }, i) => (cached[i] === undefined ? known?.get(pk) : undefined));
    const wanted = rows.flatMap(({ pk }, i) =>
      found[i] === undefined ? [{ pk, after: cached[i]?.writer.seq ?? 0 }] : [],
    );
    const { store, namespace } = this.settings;
    const read = wanted.length === 0 ? [] : await store.history(namespace, wanted, replayed);
    let next = 0;
    return found.map((history) => history ?? (read[next++] as History));
  }

  /** A coroutine of the very last claim, which only mail can have moved on. */
  private reusable(row: RunRow): Execution | undefined {
    const execution = this.residence.take(row.pk);
    if (!execution || execution.ended) return undefined;
    if (execution.writer.epoch + 1 === row.epoch && execution.workflow.version === row.version) return execution;
    execution.abandon({ type: "fenced" });
    return undefined;
  }

  private resume(execution: Execution, row: RunRow, { mail }: History): void {
    this.running.set(row.pk, execution);
    this.begins(execution, row, true);
    execution.resume(row, mail);
  }

  /** Starts a run, or replays it, from its history. */
  private async execute(row: RunRow, history: History): Promise<void> {
    const { incarnation } = this;
    const chosen = await adopt(this.settings, this.host, row, history);
    if (incarnation !== this.incarnation) return;
    if ("pinned" in chosen) return this.host.leaveForOthers(row, history);
    if ("diverged" in chosen) return this.host.divergeAtOnce(row, history, chosen.diverged);
    const { workflow, adoption } = chosen;
    const execution = new Execution(row, workflow, this.host, history.entries, history.mail, adoption);
    this.running.set(row.pk, execution);
    this.begins(execution, row, false);
    execution.start(execution.decode(history.entries[0]?.payload ?? null));
  }

  private begins(execution: Execution, row: RunRow, resumed: boolean): void {
    const { probes, namespace, clock } = this.settings;
    if (probes === null) return;
    execution.turn = turnOf(row, { namespace, trace: execution.trace, resumed, beganAt: clock.now() });
    probes.tell("turnBegan", execution.turn);
  }

  private ends(execution: Execution, rest: Rest): void {
    const { probes, clock } = this.settings;
    const { turn } = execution;
    execution.turn = null;
    if (turn !== null) probes?.tell("turnEnded", { turn, end: turnEnd(rest), endedAt: clock.now() });
  }

  /** An execution came to rest: its slot is free. */
  rested(execution: Execution, rest: Rest): void {
    this.ends(execution, rest);
    const { pk } = execution.writer;
    if (this.running.get(pk) === execution) this.running.delete(pk);
    this.acquit(pk);
    if (rest.type === "parked") this.residence.keep(execution);
    // Given up for a doubt (a lease that may have ended, mail that could not be read) it is still ours for the store.
    else if (rest.type === "fenced") this.mayOwnMore = true;
    this.onRest(execution, rest);
    for (const waiter of [...this.restWaiters]) waiter();
    // For a free slot, and for the time a parked run waits for: the claim says when to look again.
    this.wake();
  }

  private async quietly(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.trouble.failed(error);
      this.settings.clock.timer(250, () => this.wake());
    }
  }
}

/** A replay looks at no hash. */
const replayed = { hashes: false };

/** History that only mail moved on, and none of it changes how the record is read. */
function canResume(history: History): boolean {
  return (
    history.entries.length === 0 &&
    !history.mail.some((mail) => mail.kind === "retry" || mail.kind === "migrate" || mail.kind === "pin")
  );
}

const tickMail = (_row: RunRow, at: number): NewMail => ({
  kind: "tick",
  key: "",
  dedupe: null,
  outcome: null,
  payload: null,
  sender: null,
  at,
  salt: null,
});
