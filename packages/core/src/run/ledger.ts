import type { Entry, Mail } from "../store/store.ts";
import type { Completion } from "./completion.ts";
import { Heap } from "./heap.ts";
import { LateMap } from "./late-map.ts";
import type { MigrationPlan } from "./migration.ts";
import { Migrations, storedName } from "./migrations.ts";
import type { Call } from "./operation.ts";
import { added, type KeyRecord, RecordBook } from "./record-book.ts";
import { besides, type Segment, stands, voidedNumbers } from "./rewind.ts";
import type { Scope } from "./scope.ts";
import { added as addedTo, none } from "./short-list.ts";
import { SignalLines } from "./signal-lines.ts";

/** How the ledger reads the payloads that concern itself. */
export interface LedgerReader {
  migration(mail: Mail): MigrationPlan;
  retryFrom(mail: Mail): number | null;
  /** An operator answered the hold that stopped the run. */
  operator(): void;
  /** Decisions that a retry found superseded: their holds were closed before they counted. */
  superseded(mail: Mail): readonly number[];
  /** The replay got to where a retry went back to. */
  retried(mail: Mail): void;
  /** What is recorded of an open call has changed: it must not be started as if there were nothing. */
  unstart(call: Call): void;
  refusedMail(entry: Entry): number;
  positional(mail: Mail): void;
  /** A note beside an entry says where a try began to clean up. */
  cleanup(measures: string): void;
  /** An entry of the run itself that has its place in the order (its timeout). */
  runEntry(entry: Entry): void;
}

/**
 * The record of one run, arranged for replay: what is recorded under which key, which completions the
 * open calls can be given now, and how much the code has not reached yet.
 *
 * The order rule lives here: of everything recorded whose call is open, the smallest number goes first.
 */
export class Ledger {
  /** Completions of open calls, and what concerns the run as a whole. */
  private readonly available = new Heap<Completion>();
  private readonly records = new RecordBook();
  private readonly patches = new LateMap<string, boolean>();
  private readonly keyed = new LateMap<string, Mail[]>();
  private signals: SignalLines | null = null;
  private readonly voidedMail = new LateMap<number, true>();
  private readonly voidedKeys = new LateMap<string, true>();
  private migrations = noMigrations;
  /** History after the next retry of a finished run; loaded when the replay gets to where that retry went back to. */
  private later: Segment[] = none;
  /** The part of the history that is being replayed, while there is a later one. */
  private segment: Segment | null = null;
  /** Calls made before a retry's part of the history was loaded, with nothing recorded so far. */
  private readonly early = new LateMap<string, Call>();
  /** Open calls whose record changed with the part that was loaded last. */
  private changed: Set<Call> | null = null;
  private readonly reader: LedgerReader;
  /** Settled records of reached calls that have not been handed out. */
  private undelivered = 0;
  /** First and last numbers of what is there to be used if the code asks for it, not as history it must follow. */
  memo: readonly [number, number][] = none;
  /** How often the run was retried after it had finished, or migrated: tells what is written now from what was before. */
  round = 0;

  constructor(reader: LedgerReader) {
    this.reader = reader;
  }

  /** True while recorded history lies ahead: nothing new may start. */
  get replaying(): boolean {
    return this.records.ahead > 0 || this.undelivered > 0 || this.later.length > 0;
  }

  /** Arranges a whole history. `round` counts the retries in it. */
  load(entries: readonly Entry[], mail: readonly Mail[]): void {
    for (const row of mail) {
      if (row.kind !== "migrate") continue;
      if (this.migrations === noMigrations) this.migrations = new Migrations();
      this.migrations.add(row, this.reader.migration(row));
    }
    const retries = mail.filter((row) => row.kind === "retry" && this.reader.retryFrom(row) !== null);
    // A migration may free a recorded name, which is then written anew: that, too, is another round.
    this.round += retries.length + this.migrations.count;
    let start = 0;
    let previous: Mail | null = null;
    for (const retry of [...retries, null]) {
      const end = retry ? retry.n : Number.POSITIVE_INFINITY;
      const inside = (n: number): boolean => n >= start && n < end;
      const whole = retries.length === 0;
      const segment: Segment = {
        retry: previous,
        from: previous ? (this.reader.retryFrom(previous) ?? 0) : 0,
        entries: whole ? entries : entries.filter((e) => inside(e.seq)),
        mail: whole ? mail : mail.filter((m) => inside(m.n)),
      };
      // What a retry voids is looked for in what came before it: the first part counts as one, too.
      if (previous === null && !whole) this.segment = segment;
      if (previous === null) this.index(segment);
      else this.later = addedTo(this.later, segment);
      previous = retry;
      start = end;
    }
    // A later retry may go back to before an earlier one; then the replay goes back there at once.
    for (let i = this.later.length - 2; i >= 0; i--) {
      const [one, next] = [this.later[i], this.later[i + 1]];
      if (one?.retry && next && next.from < one.retry.n) one.from = Math.min(one.from, next.from);
    }
    this.armRewind();
  }

  private index(segment: Segment): void {
    if (segment.retry) this.segment = segment;
    for (const entry of segment.entries) this.indexEntry(entry);
    for (const row of segment.mail) this.receive(row);
  }

  /** The decision with this number does not count for the code that takes over: what followed it is a memo. */
  askAgain(mail: number): void {
    this.voidMail(mail);
    this.memo = [...this.memo, [mail, Number.POSITIVE_INFINITY]];
    this.round++;
  }

  /** The same, recorded: what came between the decision and here is a memo. */
  private repeat(mail: number): void {
    this.voidMail(mail);
    this.round++;
    for (const record of this.records.unreached()) {
      if (record.firstSeq < mail) continue;
      if (record.settled?.kind === "scope") this.records.remove(record);
      else this.records.setAside(record);
    }
    for (const record of this.records.all()) {
      if (record.settled?.kind === "hold" && record.settled.seq > mail) record.settled = null;
    }
  }

  private isMemo(seq: number): boolean {
    for (const [from, to] of this.memo) if (seq >= from && seq <= to) return true;
    return false;
  }

  private indexEntry(entry: Entry): void {
    if (entry.measures?.includes('"cleanup":[')) this.reader.cleanup(entry.measures);
    if (entry.kind === "run" || entry.kind === "version" || entry.key.startsWith("run/"))
      return this.reader.runEntry(entry);
    const key = this.migrations.keyOf(entry);
    if (key === null) return;
    const memo = this.memo.length > 0 && this.isMemo(entry.seq);
    // How branches ended and whether an answer fits is found out anew, not used.
    if (memo && (entry.kind === "scope" || (entry.kind === "hold" && entry.phase.startsWith("settled")))) return;
    if (entry.kind === "patch") {
      this.patches.set(key, true);
      return;
    }
    const { phase } = entry;
    const record =
      this.records.recordOf(key, phase, this.migrations.count > 0) ??
      this.records.add(key, entry.seq, !memo, this.early.get(key) ?? null);
    if (record.call && this.changed) this.changed.add(record.call);
    record.lastSeq = entry.seq;
    if (!memo && this.memo.length > 0 && this.isMemo(record.firstSeq)) this.records.require(record);
    if (phase.startsWith("settled")) {
      record.settled = entry;
      this.records.awaitMore(record, false);
    } else {
      this.records.awaitMore(record, true);
      this.indexPart(record, entry);
    }
    if (record.call && record.settled === entry) {
      this.undelivered++;
      this.offerEntry(record, record.call, entry);
    }
  }

  /** What is recorded of a call before it is settled. */
  private indexPart(record: KeyRecord, entry: Entry): void {
    const { phase } = entry;
    if (phase.startsWith("attempt")) record.attempts = added(record.attempts, entry);
    else if (phase.startsWith("opened")) record.opens = added(record.opens, entry);
    else if (phase.startsWith("beat")) record.beat = entry;
    else if (phase.startsWith("refused")) this.voidMail(this.reader.refusedMail(entry));
    else if (phase.startsWith("again")) this.repeat(this.reader.refusedMail(entry));
  }

  /** What the code has not called yet, in the order it was recorded in. */
  unreached(): KeyRecord[] {
    return [...this.records.unreached()];
  }

  /** Takes one row of mail into account, at load or as it arrives. */
  receive(mail: Mail): void {
    switch (mail.kind) {
      case "signal":
        return this.lines().receive(mail);
      case "decision":
      case "holdExpired":
      case "child": {
        const key = this.migrations.keyOfMail(mail.key);
        if (key === null) return;
        const kept = this.keyed.get(key);
        if (kept) kept.push(mail);
        else this.keyed.set(key, [mail]);
        const call = this.records.get(key)?.call ?? this.waiting.get(key);
        if (call?.open) this.offerMail(call, mail);
        return;
      }
      case "migrate":
      case "retry":
        return;
      case "operator":
        return this.reader.operator();
      default:
        this.reader.positional(mail);
    }
  }

  /** Calls that are open and may get mail, though nothing is recorded under their key yet. */
  private readonly waiting = new LateMap<string, Call>();

  /** The code called `key`: gives back what is recorded under it and offers its completion. */
  reach(call: Call): KeyRecord | null {
    const record = this.records.reach(call);
    if (record?.settled) {
      this.undelivered++;
      this.offerEntry(record, call, record.settled);
    }
    if (!record && this.later.length > 0) this.early.set(call.key, call);
    const provided = record?.settled ? undefined : this.migrations.resultFor(call.key);
    if (provided) {
      this.available.push({
        seq: provided.seq,
        time: provided.endedAt,
        call,
        deliver: () => {
          call.handler.onEntry?.(provided);
          return true;
        },
      });
    }
    if (call.kind === "hold" || call.kind === "child") {
      this.waiting.set(call.key, call);
      for (const mail of this.keyed.get(call.key) ?? []) this.offerMail(call, mail);
    }
    return record;
  }

  /** Whether anything is recorded under a key. */
  has(key: string): boolean {
    return this.records.get(key) !== undefined;
  }

  forget(call: Call): void {
    this.waiting.delete(call.key);
    this.early.delete(call.key);
  }

  /** Whether an open call was made before recorded ones, by a workflow that allows it: waiting for it is no divergence. */
  isInserted(call: Call): boolean {
    const record = this.records.get(call.key);
    return (
      record === undefined || (record.opens[0] ?? record.attempts[0])?.measures?.includes('"inserted":true') === true
    );
  }

  /** Whether mail (or the run's own timeout) with this number counts no more. */
  isVoided(n: number): boolean {
    return this.voidedMail.has(n);
  }

  voidMail(n: number): void {
    this.voidedMail.set(n, true);
  }

  /**
   * What `ctx.patched` says: decided once per run, when the code first asks. `undefined`: it is decided
   * now, in favour of the new code. Something recorded that the code has not called yet says that it has passed here
   * before; a result on its way to a call made earlier does not: it says the same when this is replayed.
   */
  isPatched(key: string): boolean | undefined {
    const known = this.patches.get(key);
    if (known !== undefined) return known;
    const passed = this.records.ahead > 0 || this.later.length > 0;
    this.patches.set(key, !passed);
    return passed ? false : undefined;
  }

  offer(completion: Completion): void {
    this.available.push(completion);
  }

  /** The next thing to hand out. */
  next(): Completion | undefined {
    return this.available.pop();
  }

  /** Whether a retry voided what was recorded under a key, so that its call is made afresh. */
  wasVoided(key: string): boolean {
    return this.voidedKeys.has(key);
  }

  /**
   * The next completion came when the code had gone on already: `after` says up to which number it waited, where that is
   * known; else something was recorded before it that the code has not called yet.
   */
  owesFirst(after: number | undefined): boolean {
    const next = this.available.peek();
    if (next && after !== undefined) return next.seq > after;
    if (next) for (const record of this.records.unreached()) if (record.firstSeq < next.seq) return true;
    return false;
  }

  /** What was recorded in a branch that is closed now is dropped; a shielded part of it goes on. */
  dropBranch(scope: Scope): void {
    for (const record of this.records.unreached()) if (scope.owns(record.key)) this.records.setAside(record);
  }

  private offerEntry(record: KeyRecord, call: Call, entry: Entry): void {
    this.available.push(new RecordedResult(this, record, call, entry));
  }

  /** A recorded result has its turn; false when it counts no more. */
  handOut(record: KeyRecord, call: Call, entry: Entry): boolean {
    if (record.settled !== entry) return false;
    this.undelivered--;
    if (!call.open) {
      call.handler.onLate?.(entry);
      return false;
    }
    call.handler.onEntry?.(entry);
    if (!call.open) this.records.close(record);
    return true;
  }

  private offerMail(call: Call, mail: Mail): void {
    this.available.push({
      seq: mail.n,
      time: mail.at,
      call,
      deliver: () => {
        // Of a hold that was asked anew, or a child that was started afresh, only the last one counts.
        if (!call.open || this.voidedMail.has(mail.n) || mail.key !== this.storedKey(call.key)) return false;
        call.handler.onMail?.(mail);
        // An answer that has to be judged first tells the code nothing yet: not even the time.
        return !call.open;
      },
    });
  }

  awaitSignal(name: string, call: Call): void {
    this.lines().wait(name, call);
  }

  private lines(): SignalLines {
    this.signals ??= new SignalLines((completion) => this.available.push(completion));
    return this.signals;
  }

  /** Signals nobody has taken yet, in order: what `continueAsNew` carries over. */
  unreadSignals(): Mail[] {
    return this.signals?.unread() ?? [];
  }

  // ── Retry: back to just before the completion that made the run fail ────────────────────────────

  private armRewind(): void {
    const next = this.later[0];
    if (!next?.retry) return;
    const { retry, from } = next;
    this.available.push({
      seq: from - 0.5,
      time: 0,
      call: null,
      deliver: () => {
        for (const number of this.reader.superseded(retry)) this.voidMail(number);
        this.changed = this.rewind(from);
        this.later.shift();
        this.reader.retried(retry);
        this.index(next);
        for (const call of this.changed) this.goOn(call);
        this.changed = null;
        this.armRewind();
        return false;
      },
    });
  }

  /** Lets an open call go on from what is recorded under its key now. */
  private goOn(call: Call): void {
    const record = this.records.get(call.key);
    if (!call.open || !record) return;
    this.reader.unstart(call);
    call.handler.onVoid?.(record);
  }

  /**
   * Forgets what came at `from` or later, but for good results of calls that were open at that moment and of branches
   * that ran beside. Gives back the calls that start afresh: those that had failed, and holds and children that ended with the run.
   */
  private rewind(from: number): Set<Call> {
    const { entries, mail } = this.segment ?? { entries: [], mail: [] };
    for (const number of voidedNumbers(entries, mail, from)) this.voidMail(number);
    const fresh = new Set<Call>();
    const failed = new Set<Call>();
    for (const record of this.records.all()) {
      const { call, settled } = record;
      if (!call?.open) continue;
      if (settled) {
        if (settled.seq < from || settled.outcome !== "error") continue;
        this.undelivered--;
        failed.add(call);
      } else if (!this.endedWithTheRun(call, from)) continue;
      else if (this.answerOf(call.key, from)) failed.add(call);
      fresh.add(call);
    }
    this.forgetFrom(from, besides(this.openCalls(), failed));
    for (const { key } of fresh) {
      const record = this.records.get(key);
      if (record) this.records.clear(record);
      this.voidedKeys.set(key, true);
    }
    return fresh;
  }

  private forgetFrom(from: number, beside: (key: string) => boolean): void {
    for (const record of this.records.unreached()) {
      if (record.lastSeq < from) continue;
      if (beside(record.key) && stands(record, this.answerOf(record.key, from))) this.records.setAside(record);
      else {
        this.records.remove(record);
        this.keyed.delete(record.key);
        this.voidedKeys.set(record.key, true);
      }
    }
  }

  private openCalls(): Call[] {
    const calls = [...this.early.values()];
    for (const { call } of this.records.all()) if (call?.open) calls.push(call);
    return calls;
  }

  /**
   * Whether an unanswered call has to be made again: its hold was withdrawn or its child cancelled when the run ended; the
   * time a signal may take begins anew.
   */
  private endedWithTheRun(call: Call, from: number): boolean {
    if (call.kind === "signal") return true;
    if (call.kind !== "hold" && call.kind !== "child") return false;
    const answer = this.answerOf(call.key, from);
    return answer ? answer.outcome !== "ok" : !call.outlivesRun;
  }

  /** What came for a hold or child at `from` or later and still counts. */
  private answerOf(key: string, from: number): Mail | undefined {
    const stored = this.storedKey(key);
    return this.keyed.get(key)?.findLast((row) => row.n >= from && row.key === stored && !this.voidedMail.has(row.n));
  }

  /**
   * The key the store knows a call by: the one it was recorded under before any migration, with the round it was
   * opened in (a retried run may open the same hold again).
   */
  storedKey(key: string): string {
    const opened = this.records.get(key)?.opens[0];
    if (!opened) return this.round === 0 ? key : `${key}~${this.round}`;
    return storedName(opened);
  }
}

/** Stands for the migrations of a run that has none; never added to. */
const noMigrations = new Migrations();

/** A settled entry waiting for its turn. A class: one object each, and no closure. */
class RecordedResult implements Completion {
  readonly seq: number;
  readonly time: number;
  readonly call: Call;
  private readonly ledger: Ledger;
  private readonly record: KeyRecord;
  private readonly entry: Entry;

  constructor(ledger: Ledger, record: KeyRecord, call: Call, entry: Entry) {
    this.seq = entry.seq;
    this.time = entry.endedAt;
    this.call = call;
    this.ledger = ledger;
    this.record = record;
    this.entry = entry;
  }

  deliver(): boolean {
    return this.ledger.handOut(this.record, this.call, this.entry);
  }
}
