import type { AsyncResource } from "node:async_hooks";
import { CancelledError, DivergedError, NondeterminismError, StoreError } from "../errors.ts";
import type {
  AdvanceOperation,
  AdvanceResult,
  Attributes,
  Entry,
  EntryKind,
  FinishedStatus,
  Mail,
  Refused,
  RunRow,
} from "../store/store.ts";
import type { Undone } from "../store/transactions.ts";
import type { WorkflowLog } from "../workflow/context.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { Alone } from "./alone.ts";
import { catchUpAttributes } from "./attributes.ts";
import { type BodyResult, runBody } from "./body.ts";
import { type Completion, FreshResult, type Recipient } from "./completion.ts";
import { changedHold, divergenceOf } from "./divergence.ts";
import { EffectQueue, type Startable } from "./effects.ts";
import { finishOperation, withdrawHolds } from "./ending.ts";
import { type Entropy, RunEntropies } from "./entropy.ts";
import { forkNotes } from "./fork-notes.ts";
import { excusedTurns } from "./guard/place.ts";
import type { OpenHold } from "./hold-call.ts";
import type { Host, Rest } from "./host.ts";
import { RunInbox } from "./inbox.ts";
import { LateMap } from "./late-map.ts";
import { Ledger } from "./ledger.ts";
import { RunMail } from "./mail.ts";
import { type Call, OpenCall, OpenCalls } from "./operation.ts";
import { parkOperation } from "./parking.ts";
import { pumpLater } from "./pumping.ts";
import type { KeyRecord } from "./record-book.ts";
import { endRefused, recordRefusal } from "./refusal.ts";
import { placeAt, Scope } from "./scope.ts";
import { none } from "./short-list.ts";
import { waitDraft } from "./sleep.ts";
import { EmitCounter, packStreamValue } from "./stream-value.ts";
import { type Adoption, recordAdoption } from "./taking-over.ts";
import { RunTimers } from "./timers.ts";
import { type TraceContext, tracedBy } from "./trace-context.ts";
import type { Turn } from "./turn.ts";
import type { NotUndone, Undo } from "./undo.ts";
import type { Unknown } from "./unknown.ts";
import { RunValues } from "./values.ts";
import { type Draft, RunWriter } from "./writer.ts";

/** Why a run ends before its function does, and as what. */
export interface Interruption {
  readonly error: Error;
  readonly status: "cancelled" | "failed";
}

/** A child as its parent remembers it. */
export interface ChildFact {
  /** A retry of the run may start it afresh, under another id. */
  id: string;
  readonly close: "cancel" | "abandon";
  done: boolean;
}

/**
 * One run being executed: the author's function as a coroutine, its record, and what it is about to write.
 *
 * The heart is `pump`: when no microtask is pending, hand out the one available completion with the smallest
 * number, and let the code react; when there is none left, start what is new, write what was collected, or park.
 */
export class Execution extends RunValues {
  row: RunRow;
  /** Public id of the run; its row is not here while it is parked. */
  readonly runId: string;
  readonly workflow: AnyWorkflow;
  readonly host: Host;
  readonly ledger: Ledger;
  readonly writer: RunWriter;
  /** While a worker with probes executes it. */
  turn: Turn | null = null;
  /** Whose trace the run belongs to. */
  readonly trace: TraceContext | null;
  readonly root = new Scope(null, "");
  readonly timers = new RunTimers();
  /** The time of the last completion handed out: `ctx.now()`. */
  time: number;
  /** Open calls in the order they were made. */
  readonly calls = new OpenCalls();
  /** Open calls by kind: what a parked run waits for. */
  readonly waits: Partial<Record<EntryKind, number>> = {};
  /** Completed steps that can be undone, in the order they were handed out. */
  readonly undo: Undo[] = [];
  /** The same of lost branches, when their result was recorded after the branch was closed. */
  readonly lateUndo: Undo[] = [];
  /** What could not be undone where it had to be at once. */
  notUndone: NotUndone[] | null = null;
  /** Lost branches whose steps are being undone. */
  undoing: Set<Promise<void>> | null = null;
  readonly children = new LateMap<string, ChildFact>();
  /** `once` steps that were cancelled and whose outcome nobody knows yet. */
  readonly unknown: Unknown[] = [];
  /** Effects in progress: the run cannot park. */
  executing = 0;
  /** Entries being written whose commit completes a call. */
  pendingResults = 0;
  /** Waits for a person of the operator's kind, not the author's. */
  operatorHolds = 0;
  private readonly emitted = new EmitCounter();
  readonly openHolds = new LateMap<string, OpenHold>();
  /** Open holds whose form or consequence differs from what was recorded. */
  readonly changedHolds = new LateMap<Call, string>();
  /** Completed steps are being undone. */
  cleaning = false;
  /** Bounds the time that is left to a run that is to end. */
  cleanupClock: Scope | null = null;
  /** The time for cleaning up is over: every call rejects with it, shielded or not. */
  closing: Error | null = null;
  /** Ends the author's function from outside, where it does not end by itself. */
  giveUp: ((error: Error) => void) | null = null;
  private whenQuiet: (() => void) | null = null;
  /** By try: number up to which everything had been handed out when its cleaning up began, where that is on record. */
  readonly cleanedAfter = new LateMap<number, number>();
  /** A note for the next entry, so that a replay of this try begins to clean up where this execution did. */
  private cleanupNote: { cleanup: [attempt: number, after: number] } | null = null;
  /** Mail that came too late for this generation and is the next one's. */
  passedOn: readonly Mail[] = none;
  private runLog: WorkflowLog | null = null;
  outcomeWord: string | null = null;
  /** What `ctx.set` said before the frontier. */
  replayedAttributes: Attributes | null = null;
  /** Number of the last entry that was recorded when this execution began; 0 when that is the run's own first one. */
  private readonly recordedUpTo: number;
  paused = false;
  /** Set by cancel mail or the run's own timeout. */
  interrupted: Interruption | null = null;
  /** The same, when it came while a failed try was being undone: there will be no other try. */
  interruptedMeanwhile: Interruption | null = null;
  /** Number up to which a fork inherited its record. */
  readonly inheritedSeq: number;
  /** Attempt of the whole run, from 1. */
  attempt = 1;
  /** Phases under which failed tries of the run are on record. */
  failedTries: Set<string> | null = null;
  /** The run's own timeout is on record. */
  timedOut = false;
  /** Bytes of record behind this coroutine, roughly. */
  weight = 1024;
  /** Asked to give the run back at the next rest (tests park at every await). */
  yielding = false;
  ended = false;
  parked = false;
  frontier = false;
  /** New work is being done while recorded history lies ahead (`insertions: "run"`). */
  private inserting = false;
  divergence: DivergedError | null = null;
  private adoption: Adoption | null;
  result: BodyResult | null = null;
  /** How the run ends, once its end was drafted. */
  ending: { status: FinishedStatus; workflow: string; value: unknown } | undefined;
  /** The version the run was started on; another one may have taken it over since. */
  startedOn: number | null = null;
  /** The open hold that stopped the run because it kept killing its workers. */
  poison: string | null = null;
  /** Gives the run as a whole its time anew. */
  onRetried: ((at: number) => void) | null = null;
  private finishDrafted = false;
  /** That the store refused something is being recorded: the run must not end as if it had not. */
  refusing = false;
  recordedRefusals = 0;
  private readonly unstarted = new EffectQueue();
  private entropies: RunEntropies | null = null;
  private urgent = false;
  private pumpScheduled = false;
  private readonly inbox = new RunInbox(this);
  /** The committer will ask it for its operation. */
  wantsCommit = false;
  private flightEnding: AdvanceOperation["then"]["type"] = "continue";
  /** The largest number of a completion that was handed out. */
  lastDelivered = 0;
  /** Number of the completion that was looked at last. */
  private delivering = 0;
  /** Where the functions of its steps run. */
  private stepPlace: AsyncResource | null = null;

  constructor(
    row: RunRow,
    workflow: AnyWorkflow,
    host: Host,
    entries: readonly Entry[],
    mail: readonly Mail[],
    adoption: Adoption | null = null,
  ) {
    super();
    this.row = row;
    this.adoption = adoption;
    this.runId = row.id;
    this.workflow = workflow;
    this.host = host;
    // A delayed run begins when its time has come.
    this.time = entries[0]?.endedAt ?? row.createdAt;
    this.trace = tracedBy(entries[0]);
    const fork = row.forkedFrom ? forkNotes(entries[0]) : null;
    this.inheritedSeq = fork?.inherited ?? 0;
    const last = entries.at(-1);
    const covered = last?.mailSeen ?? 0;
    this.recordedUpTo = entries.length > 1 ? (last?.seq ?? 0) : 0;
    this.writer = new RunWriter(row, covered, host);
    this.ledger = new Ledger(new RunMail(this));
    if (fork) this.ledger.memo = fork.memo;
    for (const one of mail) this.writer.sawMail(one);
    for (const ask of adoption?.asks ?? []) this.ledger.askAgain(ask.mail);
    this.ledger.load(entries, mail);
    this.startedOn ??= row.version;
    for (const entry of entries) this.weight += 200 + (entry.payload?.bytes.length ?? 0);
  }

  /** Calls the author's function; what happens then is up to `pump`. */
  start(input: unknown): void {
    runBody(this, input, (result) => {
      this.result ??= result;
      this.schedule();
    });
    this.schedule();
  }

  /** The coroutine is still here and the run was claimed again: go on with the mail that came. */
  resume(row: RunRow, mail: readonly Mail[]): void {
    this.row = row;
    this.parked = false;
    this.writer.reclaim(row);
    this.inbox.receive(mail);
    this.schedule();
  }

  // ── Calls ─────────────────────────────────────────────────────────────────────────────────────────

  /** Opens a call and looks up its record. */
  open<T>(key: string, kind: EntryKind, scope: Scope): OpenCall<T> {
    const call = new OpenCall<T>(key, kind, scope, this);
    this.lingered = 0;
    this.calls.add(call);
    this.waits[kind] = (this.waits[kind] ?? 0) + 1;
    return call;
  }

  /** The author's log: silent while replaying. */
  get log(): WorkflowLog {
    this.runLog ??= this.host.log(this);
    return this.runLog;
  }

  /** The code does what it did before: nobody needs to hear of it again. */
  get replaying(): boolean {
    return !this.frontier && (this.ledger.replaying || this.delivering < this.recordedUpTo);
  }

  /** Finds the record of a call; its completion, if recorded, is handed out in its turn. */
  reach(call: Call): KeyRecord | null {
    const record = this.ledger.reach(call);
    this.schedule();
    return record;
  }

  /** A call was settled. */
  closed(call: Call): void {
    this.calls.delete(call);
    this.waits[call.kind] = (this.waits[call.kind] ?? 1) - 1;
    this.ledger.forget(call);
  }

  /** Queues an effect for the moment nothing recorded is left. */
  startLater(effect: Startable): void {
    this.unstarted.push(effect);
    this.schedule();
  }

  /** Calls a step's function: inside the run, but not as workflow code. */
  callStep<A, T>(fn: (argument: A) => T, argument: A): T {
    this.stepPlace ??= placeAt({ execution: this, scope: this.root, inStep: true });
    return this.stepPlace.runInAsyncScope(fn, undefined, argument);
  }

  /** Takes a call's effect back out of the queue. */
  unstart(call: Call): void {
    this.unstarted.remove(call);
  }

  /** The replay got to where a retry goes on, at `at`; what was emitted until then stands in the stream. */
  retried(at: number, streamed: number | undefined): void {
    if (at > this.time) this.time = at;
    if (streamed !== undefined) this.emitted.goOnAfter(streamed);
    this.onRetried?.(at);
  }

  /** Queues an entry. `urgent` writes it in this turn; otherwise it rides along with the next one. */
  write(draft: Draft, urgent: boolean): void {
    if (this.inserting && this.ledger.replaying) draft.measures = noted(draft.measures, { inserted: true });
    if (this.cleanupNote) {
      draft.measures = noted(draft.measures, this.cleanupNote);
      this.cleanupNote = null;
    }
    this.writer.add(draft);
    this.weight += 200;
    if (urgent) {
      this.urgent = true;
      if ((this.frontier || this.inserting) && !this.writer.busy) this.host.request(this);
    }
  }

  /** Queues an entry whose commit completes a call. */
  writeResult(draft: Draft, call: Call | null, recipient: Recipient): void {
    this.pendingResults++;
    draft.committed = new FreshResult(this, draft.endedAt, call, recipient);
    this.write(draft, true);
  }

  /** Cancels a scope: its open calls reject in the order they were made, and later calls reject at once. */
  cancelScope(scope: Scope, reason: Error): void {
    scope.cancelledBy = reason;
    this.ledger.dropBranch(scope);
    for (const call of this.calls) {
      if (!call.open || !call.scope.reachedBy(scope)) continue;
      call.handler.onCancel?.(reason);
      call.reject(reason);
    }
  }

  /** The time for cleaning up is over. */
  closeAll(reason: Error): void {
    this.closing = reason;
    for (const call of this.calls) {
      if (!call.open) continue;
      call.handler.onCancel?.(reason);
      call.reject(reason);
    }
    this.giveUp?.(reason);
  }

  /** A call in a cancelled scope. Code that goes on all the same, in a loop, is given up in the end. */
  refuse(reason: Error): Promise<never> {
    if (++this.refusedCalls > patience) this.giveUp?.(reason);
    if (this.refusedCalls > patience) return new Promise(() => {});
    const rejected = Promise.reject(reason);
    rejected.catch(() => {});
    return rejected;
  }

  private refusedCalls = 0;

  /** Results that are recorded, or on their way there, and were not handed out. */
  get unquiet(): boolean {
    return this.pendingResults > 0 || this.ledger.replaying;
  }

  /** Resolves when nothing recorded, and nothing on its way to the journal, is left to hand out. */
  quiet(): Promise<void> {
    this.schedule();
    return new Promise((resolve) => {
      this.whenQuiet = resolve;
    });
  }

  /** A failed try begins to clean up here: what calls in shields are given later is no part of that, in a replay either. */
  noteCleanup(): void {
    if (this.ledger.replaying || this.cleanedAfter.get(this.attempt) !== undefined) return;
    for (const call of this.calls) {
      if (call.scope === this.cleanupClock) continue;
      this.cleanupNote = { cleanup: [this.attempt, Math.max(this.lastDelivered, this.delivering)] };
      return;
    }
  }

  /** A phase's name; after a retry of the finished run it says in which round. */
  phase(name: string): string {
    return this.ledger.round === 0 ? name : `${name}~${this.ledger.round}`;
  }

  /** Adds to the output stream, unless an earlier execution already did. */
  emit(value: unknown): void {
    if (this.emitted.isNew(this.row.streamed)) this.writer.ride.stream.push(packStreamValue(this.plain(value)));
  }

  /** The run failed as a whole and will be started over. */
  noteAttempt(error: unknown): void {
    const phase = `attempt:${this.attempt}`;
    // It may have been written alone, just before a crash: then nothing after it says that it is there.
    if (this.ledger.replaying || this.failedTries?.has(this.phase(phase))) return;
    const draft = waitDraft(this, "run/attempt", "run", phase, undefined, "error");
    draft.payload = this.encodeError(error);
    this.write(draft, false);
  }

  /** Steps that are still open: nobody awaited them. */
  unawaitedSteps(): string[] {
    return [...this.calls]
      .filter((call) => call.kind === "step" && call.scope.cancellation() === null)
      .map((call) => call.key);
  }

  /** A hold's branch was cancelled: nobody needs to answer it any more. */
  withdraw(hold: OpenHold): void {
    if (this.ended || this.ledger.replaying || !this.host.live) return;
    withdrawHolds(this, hold.call.scope);
  }

  /** The random stream of a scope; a fork draws from the source's seed for what it inherited. */
  entropy(scope: Scope): Entropy {
    // Entry 1 is the start, which every run has seen.
    this.entropies ??= new RunEntropies();
    return this.entropies.of(this.row.seed, scope.path, Math.max(1, this.lastDelivered));
  }

  // ── The pump ──────────────────────────────────────────────────────────────────────────────────────

  /** Pumps once every pending microtask has run: ticks queued from a microtask wait for all of them. */
  schedule(): void {
    if (this.pumpScheduled || this.ended) return;
    this.pumpScheduled = true;
    pumpLater(this);
  }

  /** Hands out one completion, or finds that there is none. Called by `schedule` only. */
  pump(): void {
    this.pumpScheduled = false;
    if (this.ended || this.parked) return;
    for (;;) {
      if (this.whenQuiet && this.ledger.owesFirst(this.cleanedAfter.get(this.attempt)))
        return this.becomeQuiet(this.whenQuiet);
      const next = this.ledger.next();
      if (!next) break;
      this.delivering = next.seq;
      if (!this.handOut(next)) continue;
      if (next.time > this.time) this.time = next.time;
      if (next.seq > this.lastDelivered) this.lastDelivered = next.seq;
      this.schedule();
      return;
    }
    this.quiescent();
  }

  private becomeQuiet(tell: () => void): void {
    this.whenQuiet = null;
    tell();
    this.schedule();
  }

  private handOut(completion: Completion): boolean {
    try {
      return completion.deliver();
    } catch (error) {
      this.broke(error);
      return true;
    }
  }

  /** What is recorded cannot be read, or the engine has a fault: this run stops where it is, the others go on. */
  broke(error: unknown): void {
    if (this.ended) return;
    const message = error instanceof Error ? error.message : String(error);
    this.host.broken(this, error instanceof Error ? error : new Error(message));
    this.fail(new DivergedError(`the run cannot be executed: ${message}`));
  }

  /** Nothing recorded can be handed out, and the code waits. */
  private quiescent(): void {
    if (this.divergence) {
      if (!this.writer.busy) this.host.request(this);
      return;
    }
    if (this.whenQuiet && this.pendingResults === 0 && !this.inbox.reading) return this.becomeQuiet(this.whenQuiet);
    if (this.ledger.replaying) {
      if (!this.insertsHere()) {
        if (this.executing > 0 || this.pendingResults > 0 || this.inbox.reading || this.lingers()) return;
        if (this.awaitsForeign() && this.result === null) this.foreign();
        else this.fail(divergenceOf(this, this.unstarted.all));
        return;
      }
      if (!this.host.live) return this.rest({ type: "frontier" });
      this.inserting = true;
      this.takeOver();
    } else if (!this.frontier) {
      this.frontier = true;
      catchUpAttributes(this);
      for (const [call, name] of this.changedHolds) if (call.open) return this.fail(changedHold(this, name, call.key));
      if (!this.host.live) return this.rest({ type: "frontier" });
      this.takeOver();
      if (this.writer.dirty && this.urgent) this.host.request(this);
    }
    if (this.result) return this.finish();
    this.startEffects();
    if (this.pumpScheduled) return;
    this.armTimer();
    if (this.writer.busy) return;
    if (this.urgent || this.idle() || this.yields()) this.host.request(this);
    else if (this.awaitsForeign()) this.foreign();
  }

  /** Recorded history lies ahead, and `insertions: "run"` lets the code do first what it now has before it. */
  private insertsHere(): boolean {
    if (this.workflow.options.insertions !== "run" || this.result) return false;
    if (this.unstarted.size > 0) return true;
    for (const call of this.calls) if (this.ledger.isInserted(call)) return true;
    return false;
  }

  /** The code waits for something that no replay will give back. */
  private foreign(): void {
    if (this.lingers()) return;
    if (!this.host.live) return this.fail(new DivergedError("the code waits for something that is not recorded"));
    const where = this.host.foreignAwait(this);
    if (where === undefined) return;
    const error = new NondeterminismError(
      "waiting for something that is not recorded",
      "ctx.step, ctx.sleep or ctx.signal",
      where,
    );
    this.giveUp?.(error);
  }

  private startEffects(): void {
    if (this.unstarted.size === 0) return;
    for (const effect of this.unstarted.take(this.paused || this.host.draining)) {
      if (!effect.call.open || effect.call.scope.lost) continue;
      if (!this.host.leaseHeld()) return this.abandon({ type: "fenced" });
      try {
        effect.start();
      } catch (error) {
        // What the author gave cannot be used: the call says so, and the process lives.
        effect.call.reject(error);
        this.schedule();
      }
    }
  }

  /** A library that the code calls may be taking turns of the event loop for itself: looks again after one of them. */
  private lingers(): boolean {
    if (this.result !== null || this.lingered >= excusedTurns()) return false;
    this.lingered++;
    setImmediate(() => this.schedule());
    return true;
  }

  private lingered = 0;

  /** The code runs, but waits for nothing this engine knows. */
  private awaitsForeign(): boolean {
    return (
      this.result === null &&
      this.calls.size === this.backgroundCalls &&
      this.executing === 0 &&
      this.pendingResults === 0
    );
  }

  /** Calls the engine itself keeps open (the run's timeout). */
  backgroundCalls = 0;

  private armTimer(): void {
    this.timers.arm(this.host.clock, this.executing === 0 ? nearMs : Number.POSITIVE_INFINITY, this);
  }

  /** Nothing is running, being written or about to come due: the run can park. */
  private idle(): boolean {
    const due = this.timers.next();
    return (
      this.executing === 0 &&
      this.pendingResults === 0 &&
      (this.unstarted.size === 0 || this.paused) &&
      !this.inbox.reading &&
      !this.inbox.holding &&
      (this.calls.size > this.backgroundCalls || this.paused) &&
      (this.paused || due === null || due - this.host.clock.now() > nearMs)
    );
  }

  /** Gives the run back although there is more to do: this worker drains. */
  private yields(): boolean {
    return (
      (this.host.draining || this.yielding) && this.executing === 0 && this.pendingResults === 0 && !this.inbox.reading
    );
  }

  // ── Writing ───────────────────────────────────────────────────────────────────────────────────────

  private turns: Alone | null = null;

  /** A transaction that excludes other writers has the word: everything else is written with it, or after it. */
  get alone(): Alone {
    this.turns ??= new Alone(this);
    return this.turns;
  }

  /** The code has ended, and that is on its way to the store. */
  get leaving(): boolean {
    return this.flightEnding === "finish" && this.writer.busy;
  }

  /** Asked by the committer at the end of a turn. */
  takeOperation(): AdvanceOperation | null {
    if (this.ended || this.parked || this.writer.busy || this.pumpScheduled || this.inbox.reading) return null;
    const now = this.host.clock.now();
    let then: AdvanceOperation["then"] | ((head: Uint8Array) => AdvanceOperation["then"]) | null = null;
    if (this.divergence) then = parkOperation(this, "diverged");
    else if (!this.frontier && !this.inserting) return null;
    else if (this.writer.carried) then = { type: "continue" };
    else if (this.turns !== null && this.turns.holder !== null) return null;
    else if (this.result && !this.refusing) {
      then = finishOperation(this, this.result, this.finishDrafted);
      this.finishDrafted = true;
    } else if (this.idle()) then = parkOperation(this, this.paused ? "paused" : "parked");
    else if (this.yields()) then = { type: "park", status: "ready", wakeAt: null, waiting: null, note: null };
    else if (this.urgent) then = { type: "continue" };
    if (!then) {
      // A wait that was long enough to park for when this was asked may be too short by now.
      this.armTimer();
      return null;
    }
    this.flightEnding = typeof then === "function" ? "continueAsNew" : then.type;
    // A clock that was set back may find time for a park although a timer is armed: nothing must begin in it.
    if (this.flightEnding !== "continue") this.timers.disarm();
    const operation = this.writer.take(then, now);
    this.urgent = this.writer.carried;
    return operation;
  }

  /** The database undid the transaction that the operation in flight was in: the others' entries are written all the same. */
  undone(outcome: Undone): void {
    if (this.ended) return;
    this.turns?.landed();
    const { carrier } = this.writer;
    this.writer.putBack();
    this.writer.withdraw((draft) => {
      if (draft.carrier === undefined || draft.carrier !== carrier) return false;
      draft.committed?.dropped?.();
      return true;
    });
    this.urgent = this.writer.hasDrafts;
    carrier?.undone(outcome);
    this.schedule();
  }

  /** Takes the outcome of the operation in flight. */
  applied(outcome: AdvanceResult | Refused): void {
    this.turns?.landed();
    if (this.ended) return;
    switch (outcome.type) {
      case "fenced":
        return this.abandon({ type: "fenced" });
      case "refused":
        return this.refused(new StoreError(`the store refused an entry: ${outcome.reason}`));
      case "mail":
        this.writer.putBack();
        this.finishDrafted = false;
        this.urgent = true;
        // Looked at again with the mail: it may cancel the run.
        this.divergence = null;
        return this.inbox.read(this.writer.seq, null);
      case "advanced": {
        const { drafts, firstSeq, readMailAfter, skipped } = this.writer.applied(outcome);
        this.refusals = 0;
        if (this.divergence) {
          if (this.flightEnding === "park") return this.rest({ type: "diverged", error: this.divergence });
          this.writer.drop();
          return this.host.request(this);
        }
        if (this.flightEnding === "park") {
          return this.rest(
            this.host.draining || this.yielding ? { type: "yielded" } : { type: "parked", paused: this.paused },
          );
        }
        if (this.flightEnding !== "continue") return this.rest({ type: "finished" });
        const commit = (): void => {
          for (let i = 0; i < drafts.length; i++) drafts[i]?.committed?.committed(firstSeq + i);
          this.schedule();
        };
        if (readMailAfter !== null) return this.inbox.read(readMailAfter, commit, skipped);
        this.inbox.release();
        commit();
      }
    }
  }

  /**
   * The store did not take what was to be written. Results of steps among it are withdrawn, and those steps have failed; the
   * rest is tried again. When there are none, or that is refused as well, the run fails.
   */
  private refused(error: StoreError): void {
    const drafts = this.writer.putBack();
    this.finishDrafted = false;
    if (this.refusals++ > 3 || this.recordedRefusals > 3) {
      this.host.broken(this, error);
      return this.abandon({ type: "fenced" });
    }
    const takes = (draft: Draft): boolean =>
      drafts.includes(draft) && (draft.committed?.refused?.(draft, error) ?? false);
    if (!this.writer.withdraw(takes)) {
      for (const draft of this.writer.drop()) draft.committed?.dropped?.();
      recordRefusal(this, error.message);
    }
    this.urgent = true;
    this.schedule();
  }

  /** It is on record that the store refused something, and that has its turn. */
  endRefused(error: Error): boolean {
    return endRefused(this, error);
  }

  /** So many writes in a row were refused. */
  private refusals = 0;

  /** What waited for a transaction is written. */
  goOn(): void {
    if (this.ended || this.parked || this.writer.busy) return;
    if (this.urgent) this.host.request(this);
  }

  /** There may be mail: the worker heard so. */
  notice(): void {
    if (!this.ended && !this.parked) this.inbox.notice();
  }

  // ── Endings ───────────────────────────────────────────────────────────────────────────────────────

  private finish(): void {
    if (!this.writer.busy) this.host.request(this);
  }

  private takeOver(): void {
    const { adoption } = this;
    this.adoption = null;
    if (adoption) recordAdoption(this, adoption);
  }

  /** Code and journal disagree: nothing was run, and nothing will be until somebody chooses a way out. */
  private fail(error: DivergedError): void {
    if (this.divergence || this.ended) return;
    this.divergence = error;
    if (!this.host.live) return this.rest({ type: "diverged", error });
    if (this.writer.busy) return;
    this.writer.drop();
    this.host.request(this);
  }

  /** Ends here without a word to the store: another worker owns the run, or this one shuts down. */
  abandon(rest: Rest): void {
    if (this.ended) return;
    this.rest(rest);
  }

  private rest(rest: Rest): void {
    if (rest.type === "parked") {
      this.parked = true;
      this.row = unloaded;
      this.stepPlace = null;
      this.timers.recorded(this.writer.seq);
      this.writer.release();
      this.timers.disarm();
    } else {
      this.ended = true;
      this.timers.disarm();
      if (this.calls.size > 0) {
        const why = rest.type === "finished" ? "the run has ended" : "this worker lost the run";
        // Only an attempt that is being executed sees the reason; most coroutines are dropped while they wait.
        const reason = this.executing === 0 ? unseen : new CancelledError(why);
        for (const call of this.calls) call.handler.onCancel?.(reason);
      }
      this.turns?.landed();
    }
    this.host.rested(this, rest);
  }
}

/**
 * Notes something beside an entry for a replay: `inserted`, it was made before recorded ones and may be waited for there;
 * `cleanup`, where a try began to clean up.
 */
function noted(measures: string | null, note: object): string {
  return JSON.stringify({ ...(measures === null ? {} : (JSON.parse(measures) as object)), ...note });
}

/** Stands for the row of a parked run until it is claimed again: the row is half of what a parked coroutine weighs. */
const unloaded = Object.freeze({}) as RunRow;

/** Making an error costs more than all the rest of dropping a coroutine. */
const unseen = new CancelledError("this worker does not execute the run any more");

/** So many calls of a cancelled run are refused before it is given up. */
const patience = 1000;

/** A wait shorter than this keeps the run claimed. */
const nearMs = 1000;
